//! Swept parameters: columns of their own types in every table, NULL for estimators that have none.

use crate::common::{CELL, Shard, files, layout, place, rows};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use tempered_store::{
    EstimatorFiles, Format, Labels, Layout, Parameter, ParameterKind, Place, RunDirectory, Table, inspect,
};

const VARIANT: &str = "fedcba9876543210";

fn swept_files(label: &str, swept: Vec<Parameter>) -> EstimatorFiles {
    let files = files(label);
    let variant = (!swept.is_empty()).then(|| VARIANT.to_owned());
    EstimatorFiles { labels: Labels { swept, variant, ..files.labels }, form: Some("knots"), ..files }
}

fn read(directory: &RunDirectory, table: Table, place: &Place) -> RecordBatch {
    let path = directory.root().join(place.path(table));
    inspect(&path, Format::Four, table, place).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    reader.with_batch_size(4000).build().unwrap().next().unwrap().unwrap()
}

#[test]
fn parameters_are_typed_columns_of_metrics_and_weights() {
    let kinds = [
        ("activation", ParameterKind::Text),
        ("lr", ParameterKind::Real),
        ("penalise_bias", ParameterKind::Flag),
        ("width", ParameterKind::Whole),
    ];
    let swept = kinds.map(|(name, kind)| (name.to_owned(), kind)).to_vec();
    let layout = Layout { swept, ..layout() };
    let values = vec![
        Parameter::Text("tanh".into()),
        // A whole number in a column of reals, where another estimator's is one.
        Parameter::Whole(2),
        Parameter::Flag(true),
        Parameter::Whole(50),
    ];
    let folder = tempfile::tempdir().unwrap();
    let directory = RunDirectory::create(folder.path()).unwrap();
    let estimators = vec![swept_files("net", values), swept_files("plain", Vec::new())];
    let mut writer = Shard::of(&directory, &layout, estimators);
    let (metrics, weights) = rows(0..300);
    writer.push(&[vec![metrics.clone()], vec![metrics]], vec![vec![weights.clone()], vec![weights]]).unwrap();
    writer.commit().unwrap();

    let net = Place { variant: Some(VARIANT.into()), ..place("net") };
    let name = format!("{CELL}-{VARIANT}-000000.parquet");
    assert_eq!(net.path(Table::Metrics).file_name().unwrap().to_str(), Some(name.as_str()));
    let listed: Vec<Place> = directory.listing().unwrap().files.into_iter().map(|file| file.place).collect();
    assert_eq!(listed, [net.clone(), place("plain"), net.clone(), place("plain")]);
    for table in [Table::Metrics, Table::Weights] {
        let batch = read(&directory, table, &net);
        let column = |name: &str| batch.column_by_name(name).unwrap().clone();
        assert!(column("activation").as_string::<i32>().iter().all(|word| word == Some("tanh")));
        assert!(column("lr").as_primitive::<Float64Type>().iter().all(|lr| lr == Some(2.0)));
        assert!(column("penalise_bias").as_boolean().iter().all(|flag| flag == Some(true)));
        assert!(column("width").as_primitive::<Int64Type>().iter().all(|width| width == Some(50)));
        let plain = read(&directory, table, &place("plain"));
        assert_eq!(plain.schema(), batch.schema(), "one schema for the directory");
        for (name, _) in kinds {
            assert_eq!(plain.column_by_name(name).unwrap().null_count(), plain.num_rows(), "{name}");
        }
    }
}
