//! Files of a shard: their bytes depend on the rows alone, they read back, and their footers say how they are encoded.

use crate::common::{CELL, Shard, files, layout, paths, place, rows, write};
use parquet::basic::{Compression, Encoding};
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fs::{self, File};
use std::path::PathBuf;
use tempered_store::{
    EstimatorFiles, Found, Inner, Placing, RunDirectory, Table, WeightsChunk, read_footer, read_metrics,
    read_weights_row,
};

#[test]
fn bytes_do_not_depend_on_chunks_or_threads() {
    let folder = tempfile::tempdir().unwrap();
    let whole = write(&folder.path().join("whole"), 1000, 1, 1);
    for (k, (chunk, per_push, threads)) in [(1, 1, 1), (7, 3, 2), (64, 1, 4), (333, 2, 2)].iter().enumerate()
    {
        let cut = write(&folder.path().join(k.to_string()), *chunk, *per_push, *threads);
        for label in ["a", "b"] {
            for (one, other) in paths(&whole, label).iter().zip(&paths(&cut, label)) {
                assert!(fs::read(one).unwrap() == fs::read(other).unwrap(), "{chunk} {}", other.display());
            }
        }
    }
}

/// More rows than a block and than a row group, networks whose bytes are noise, inner weights of 1 given or not.
#[test]
fn bytes_do_not_depend_on_where_blocks_are_cut() {
    const TRIALS: u64 = 140_000;
    let folder = tempfile::tempdir().unwrap();
    let mut first = None;
    for (cut, (chunk, threads)) in [(TRIALS, 1), (15_360, 2), (9_999, 4), (777, 2)].into_iter().enumerate() {
        let directory = RunDirectory::create(&folder.path().join(cut.to_string())).unwrap();
        let mut writer = Shard::begin(&directory, vec![EstimatorFiles { weights: Some(40), ..files("a") }]);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            for start in (0..TRIALS).step_by(chunk as usize) {
                let (metrics, _) = rows(start..(start + chunk).min(TRIALS));
                let mut weights = WeightsChunk::default();
                for trial in (start..(start + chunk).min(TRIALS)).filter(|trial| trial.is_multiple_of(2000)) {
                    let units = (trial..trial + 2_000).map(|k| (k as f64).sin() * (k as f64).sqrt().fract());
                    weights.trial.push(trial);
                    weights.skip_slope.push(0.0);
                    weights.skip_intercept.push(0.0);
                    weights.outer.extend(units.clone());
                    weights.bias.extend(units.map(|unit| 1.0 - unit));
                    weights.ends.push(weights.outer.len());
                }
                if start % 2 == 1 {
                    weights.inner = Inner::Given(vec![1.0; weights.outer.len()]);
                }
                writer.push(&[vec![metrics]], vec![vec![weights]]).unwrap();
            }
            writer.commit().unwrap();
        });
        let bytes = paths(&directory, "a").map(|path| fs::read(path).unwrap());
        let groups = paths(&directory, "a").map(|path| {
            let file = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
            file.metadata().row_groups().iter().map(|group| group.num_rows()).collect::<Vec<_>>()
        });
        assert_eq!(groups, [vec![122_880, 17_120], vec![40, 30]]);
        let first = first.get_or_insert_with(|| bytes.clone());
        assert!(*first == bytes, "{chunk} {threads}");
    }
    let directory = RunDirectory::create(&folder.path().join("0")).unwrap();
    let stored = read_weights_row(&paths(&directory, "a")[1], 138_000).unwrap().unwrap();
    let unit = |k: u64| (k as f64).sin() * (k as f64).sqrt().fract();
    assert_eq!(stored.outer, (138_000..140_000).map(unit).collect::<Vec<_>>());
}

#[test]
fn rows_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let directory = write(folder.path(), 100, 1, 2);
    let (metrics, weights) = rows(0..1000);
    let [metrics_path, weights_path] = paths(&directory, "a");
    let table = read_metrics(&metrics_path).unwrap();
    assert_eq!((&table.trial, table.names.as_slice()), (&metrics.trial, layout().scores.as_slice()));
    for row in 0..1000 {
        assert_eq!(table.status[row], metrics.failure[row].unwrap_or("ok"));
        assert_eq!(table.kinks[row], metrics.kinks[row]);
        for score in 0..2 {
            assert_eq!(table.scores[score][row], metrics.scores[2 * row + score]);
        }
    }
    let mut start = 0;
    for (row, trial) in weights.trial.iter().enumerate() {
        let units = start..weights.ends[row];
        start = units.end;
        let stored = read_weights_row(&weights_path, *trial).unwrap().unwrap();
        assert_eq!((stored.skip_slope, stored.skip_intercept), (weights.skip_slope[row], -0.5));
        assert_eq!(stored.outer, weights.outer[units.clone()]);
        assert_eq!((stored.inner, stored.bias), (vec![1.0; units.len()], weights.bias[units].to_vec()));
    }
    assert_eq!(read_weights_row(&weights_path, 3).unwrap(), None, "a failed trial has no network");
}

/// Bits without any pattern.
fn scrambled(k: usize) -> u64 {
    let mixed = (k as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ mixed >> 27
}

/// Networks of no units, of a few, and of more than a page, in chunks with and without inner weights of their own.
#[test]
fn networks_of_any_size_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let directory = RunDirectory::create(folder.path()).unwrap();
    let mut given = EstimatorFiles { weights: Some(5), ..files("a") };
    given.footer.clear();
    let mut writer = Shard::begin(&directory, vec![given]);
    // Of two trials all bits are noise, or all below the sign and most of the exponent.
    let sizes = [0, 3, 200_000, 131_072, 1, 0, 70_000, 70_000, 9, 140_000, 0, 70_000, 70_000];
    let value = |trial: usize, k: usize| match trial {
        11 => [0, 1 << 62]
            .map(|bit| f64::from_bits(scrambled(k) ^ bit))
            .into_iter()
            .find(|x| x.is_finite())
            .unwrap(),
        12 => f64::from_bits(scrambled(k) >> 8 | 0x3f << 56),
        _ => (trial as f64 + 0.5) * (k as f64).sin(),
    };
    let mut trials = 0;
    for (part, sizes) in sizes.chunks(4).enumerate() {
        let mut chunk = WeightsChunk::default();
        let mut inner = Vec::new();
        for size in sizes {
            chunk.trial.push(trials as u64);
            chunk.skip_slope.push(0.25);
            chunk.skip_intercept.push(-1.5);
            chunk.outer.extend((0..*size).map(|k| value(trials, k)));
            chunk.bias.extend((0..*size).map(|k| -value(k, trials)));
            inner.extend((0..*size).map(|k| if part == 1 { value(7, k) } else { 1.0 }));
            chunk.ends.push(chunk.outer.len());
            trials += 1;
        }
        if part == 1 {
            chunk.inner = Inner::Given(inner);
        }
        writer.push(&[Vec::new()], vec![vec![chunk]]).unwrap();
    }
    writer.commit().unwrap();
    let [_, path] = paths(&directory, "a");
    for (trial, size) in sizes.into_iter().enumerate() {
        let stored = read_weights_row(&path, trial as u64).unwrap().unwrap();
        assert_eq!(stored.outer, (0..size).map(|k| value(trial, k)).collect::<Vec<_>>(), "{trial}");
        assert_eq!(stored.bias, (0..size).map(|k| -value(k, trial)).collect::<Vec<_>>(), "{trial}");
        let own = (4..8).contains(&trial);
        let inner: Vec<f64> = (0..size).map(|k| if own { value(7, k) } else { 1.0 }).collect();
        assert_eq!(stored.inner, inner, "{trial}");
    }
}

#[test]
fn footers_say_how_columns_are_encoded() {
    let folder = tempfile::tempdir().unwrap();
    let directory = write(folder.path(), 1000, 1, 1);
    let [metrics, weights] = paths(&directory, "a");
    for (path, groups) in [(metrics, 1), (weights, 857usize.div_ceil(64))] {
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let metadata = reader.metadata();
        assert_eq!(metadata.num_row_groups(), groups, "{}", path.display());
        let file = metadata.file_metadata();
        assert_eq!(file.created_by(), Some("tempered"));
        let keys: Vec<&str> =
            file.key_value_metadata().unwrap().iter().map(|pair| pair.key.as_str()).collect();
        assert_eq!(keys, ["tempered.plan", "tempered.trials", "tempered.checksum", "ARROW:schema"]);
        for group in metadata.row_groups() {
            let column = |index: i32| file.schema_descr().column(index as usize).name().to_string();
            let sorting = group.sorting_columns().unwrap().iter().map(|sorting| column(sorting.column_idx));
            assert_eq!(sorting.collect::<Vec<_>>(), ["cell", "trial"]);
            for chunk in group.columns() {
                let name = chunk.column_descr().path().string();
                assert!(matches!(chunk.compression(), Compression::ZSTD(_)), "{name}");
                let encodings: Vec<Encoding> = chunk.encodings().collect();
                let expected = match chunk.column_descr().physical_type() {
                    // What all rows agree in.
                    _ if ["n", "noise_sd"].contains(&name.as_str()) => Encoding::RLE_DICTIONARY,
                    parquet::basic::Type::DOUBLE => Encoding::BYTE_STREAM_SPLIT,
                    parquet::basic::Type::INT64 => Encoding::DELTA_BINARY_PACKED,
                    _ => Encoding::RLE_DICTIONARY,
                };
                assert!(encodings.contains(&expected), "{name}: {encodings:?}");
                let dictionary = chunk.dictionary_page_offset().is_some();
                assert_eq!(dictionary, expected == Encoding::RLE_DICTIONARY, "{name}");
            }
        }
    }
}

#[test]
fn a_file_is_there_only_when_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let directory = RunDirectory::create(folder.path()).unwrap();
    let staged = || fs::read_dir(folder.path().join("_staging")).unwrap().count();
    let mut writer = Shard::begin(&directory, vec![files("a")]);
    let (metrics, weights) = rows(0..100);
    writer.push(&[vec![metrics]], vec![vec![weights]]).unwrap();
    assert_eq!(staged(), 2);
    assert!(paths(&directory, "a").iter().all(|path| !path.exists()));
    drop(writer);
    assert_eq!(staged(), 0, "a writer dropped half way leaves nothing");
    // What a killed process left is no obstacle and is cleared away; what a living one holds is left alone.
    let mut dead = std::process::Command::new("true").spawn().unwrap();
    dead.wait().unwrap();
    let living = Shard::begin(&directory, vec![files("a")]);
    for entry in fs::read_dir(folder.path().join("_staging")).unwrap() {
        let path = entry.unwrap().path();
        let mine = format!("-{}-", std::process::id());
        let theirs = path.display().to_string().replace(&mine, &format!("-{}-", dead.id()));
        fs::write(theirs, "half a file").unwrap();
        // A process of the same number as this one, before this one was.
        let before = path.display().to_string();
        let mut parts = before.rsplitn(3, '-');
        let (count, _, rest) = (parts.next().unwrap(), parts.next(), parts.next().unwrap());
        fs::write(format!("{rest}-00000000-{count}"), "half a file").unwrap();
    }
    assert_eq!(staged(), 6);
    Shard::begin(&directory, vec![files("a")]).commit().unwrap();
    assert_eq!(staged(), 2);
    drop(living);
    assert_eq!(staged(), 0);
    assert!(paths(&directory, "a").iter().all(|path| path.exists()));
}

/// Others may have finished the same shard, or more of it, and somebody may have removed what was unfinished.
#[test]
fn what_becomes_of_a_finished_file_is_judged_at_the_last_moment() {
    let folder = tempfile::tempdir().unwrap();
    let directory = RunDirectory::create(folder.path()).unwrap();
    let begin = |count| {
        let mut writer = Shard::begin(&directory, vec![files("a")]);
        let (metrics, weights) = rows(0..count);
        writer.push(&[vec![metrics]], vec![vec![weights]]).unwrap();
        writer
    };
    let read = || paths(&directory, "a").map(|path| fs::read(path).unwrap());
    begin(100).commit().unwrap();
    let long = read();
    begin(50).commit_as(Placing::Keep).unwrap();
    assert!(read() == long);
    begin(50).commit_as(Placing::ReplaceAndKeepFormer).unwrap();
    let short = read();
    assert!(short != long);
    // The older one stays among the former files.
    begin(70).commit_as(Placing::ReplaceAndKeepFormer).unwrap();
    let former = paths(&directory.former(), "a").map(|path| fs::read(path).unwrap());
    assert!(former == long && read() != short);
    let writer = begin(50);
    fs::remove_dir_all(folder.path().join("_staging")).unwrap();
    assert!(writer.commit_as(Placing::Replace).is_err());
}

#[test]
fn footers_read_back_and_torn_files_have_none() {
    let folder = tempfile::tempdir().unwrap();
    let directory = write(folder.path(), 1000, 1, 1);
    let [path, _] = paths(&directory, "a");
    let Found::File(footer) = read_footer(&path).unwrap() else { panic!("no footer") };
    assert_eq!(footer.rows, 1000);
    assert_eq!((footer.get("tempered.plan"), footer.get("tempered.seed")), (Some("abc"), None));
    let bytes = fs::read(&path).unwrap();
    for length in [0, 3, 11, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(matches!(read_footer(&path).unwrap(), Found::Unreadable(_)), "{length} bytes");
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(read_footer(&path).unwrap(), Found::Missing);
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let directory = RunDirectory::create(folder.path()).unwrap();
    let begin = || Shard::begin(&directory, vec![files("a")]);
    let (mut metrics, weights) = rows(0..10);
    metrics.scores.pop();
    let error = begin().push(&[vec![metrics]], vec![vec![weights.clone()]]).unwrap_err();
    assert!(error.to_string().contains("metrics"), "{error}");
    assert!(begin().push(&[], Vec::new()).is_err());
    let (metrics, mut uneven) = rows(0..10);
    uneven.bias.pop();
    let error = begin().push(&[vec![metrics]], vec![vec![uneven]]).unwrap_err();
    assert!(error.to_string().contains("weights"), "{error}");
    let (mut metrics, _) = rows(0..10);
    metrics.scores[2 * 4 + 1] = Some(f64::NAN);
    let error = begin().push(&[vec![metrics]], vec![vec![weights]]).unwrap_err().to_string();
    assert_eq!(error, "column distance_l2, trial 4: NaN is not a finite number");
    assert!(!directory.metrics_path(&place("a")).exists());
    assert_eq!(
        place("a").path(Table::Weights),
        PathBuf::from(format!("weights/estimator=a/n=10/{CELL}-000000.parquet"))
    );
}
