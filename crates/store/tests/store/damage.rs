//! Damage: no flipped bit goes unseen, and neither does a value or a file that no run writes.

use crate::common::{CELL, Shard, files, layout, paths, place, rows, write};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use tempered_store::{
    Error, Format, Layout, MetricsChunk, Outcome, RunDirectory, Table, inspect, read_checksum, read_footer,
    read_metrics,
};

fn inspected(path: &Path, table: Table) -> Result<tempered_store::Inspected, Error> {
    inspect(path, Format::Four, table, &place("a"))
}

/// Twenty trials of one estimator.
fn small(root: &Path) -> RunDirectory {
    let directory = RunDirectory::create(root).unwrap();
    let mut writer = Shard::begin(&directory, vec![files("a")]);
    let (metrics, weights) = rows(0..20);
    writer.push(&[vec![metrics]], vec![vec![weights]]).unwrap();
    writer.commit().unwrap();
    directory
}

#[test]
fn whole_files_pass() {
    let folder = tempfile::tempdir().unwrap();
    let directory = write(folder.path(), 100, 1, 2);
    let [metrics, weights] = paths(&directory, "a");
    let found = inspected(&metrics, Table::Metrics).unwrap();
    let (rows, networks) = rows(0..1000);
    assert_eq!(found.trials, rows.trial);
    let outcome = |failure: &Option<_>| if failure.is_some() { Outcome::Partial } else { Outcome::Whole };
    assert!(found.outcomes.iter().zip(&rows.failure).all(|(found, failure)| *found == outcome(failure)));
    let sum = read_checksum(&metrics).unwrap();
    assert_eq!(sum.stored.as_ref(), Some(&found.checksum));
    let footer = found.footer;
    assert_eq!(footer.get("tempered.checksum"), sum.stored.as_deref(), "readers of footers see it too");
    assert_eq!(inspected(&weights, Table::Weights).unwrap().trials, networks.trial);
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let folder = tempfile::tempdir().unwrap();
    let directory = small(folder.path());
    for (path, table) in paths(&directory, "a").iter().zip([Table::Metrics, Table::Weights]) {
        let bytes = fs::read(path).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        let (mut seen_by_footer, mut bit) = (0, 0);
        for place in 0..bytes.len() as u64 {
            // Every byte, one bit after the other; the last bytes, where the footer's length is, with all bits.
            let last = place + 12 >= bytes.len() as u64;
            for _ in 0..if last { 8 } else { 1 } {
                bit = (bit + 1) % 8;
                file.write_all_at(&[bytes[place as usize] ^ (1 << bit)], place).unwrap();
                let error = inspected(path, table).expect_err("a flipped bit");
                assert!(error.is_damage(), "byte {place}, bit {bit}: {error}");
                let footer = read_footer(path).unwrap();
                seen_by_footer += u64::from(matches!(footer, tempered_store::Found::Unreadable(_)));
            }
            file.write_all_at(&[bytes[place as usize]], place).unwrap();
        }
        assert!(seen_by_footer * 2 < bytes.len() as u64, "footers alone see {seen_by_footer}");
        inspected(path, table).unwrap();
    }
}

#[test]
fn torn_files_are_damage() {
    let folder = tempfile::tempdir().unwrap();
    let directory = small(folder.path());
    for (path, table) in paths(&directory, "a").iter().zip([Table::Metrics, Table::Weights]) {
        let bytes = fs::read(path).unwrap();
        for length in (0..bytes.len()).step_by(bytes.len() / 97).chain([1, 7, 8, 12, bytes.len() - 1]) {
            fs::write(path, &bytes[..length]).unwrap();
            assert!(inspected(path, table).unwrap_err().is_damage(), "{length} bytes");
        }
        fs::write(path, [&bytes[..], b"more"].concat()).unwrap();
        assert!(inspected(path, table).unwrap_err().is_damage());
        fs::remove_file(path).unwrap();
        assert!(
            !inspected(path, table).unwrap_err().is_damage(),
            "a file that is not there is no damaged one"
        );
    }
}

#[test]
fn rows_of_another_place_and_weights_that_are_no_numbers_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let directory = RunDirectory::create(folder.path()).unwrap();
    let mut writer = Shard::begin(&directory, vec![files("a")]);
    let (metrics, mut weights) = rows(0..60);
    weights.bias[40] = f64::NAN;
    let bad = weights.ends.iter().position(|end| *end > 40).unwrap();
    writer.push(&[vec![metrics]], vec![vec![weights]]).unwrap();
    writer.commit().unwrap();
    let [metrics, weights] = paths(&directory, "a");
    let said = inspected(&weights, Table::Weights).unwrap_err().to_string();
    assert!(said.ends_with(&format!("column bias of row {bad} is NaN, expected a finite number")), "{said}");
    let elsewhere = tempered_store::Place { cell: "f".repeat(16), ..place("a") };
    let said = inspect(&metrics, Format::Four, Table::Metrics, &elsewhere).unwrap_err().to_string();
    assert!(said.ends_with(&format!("column cell of row 0 is {CELL}, expected ffffffffffffffff")), "{said}");
}

/// What `inspect` says of a metrics file with these rows, in a layout of this form, if it is taken for that form.
fn said_of(rows: &MetricsChunk, (form, taken_for): (Format, Format), label: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let directory = RunDirectory::create(folder.path()).unwrap();
    let layout = Layout { format: form, scores: vec!["norm".into(), "risk_l2".into()], ..layout() };
    let mut writer = Shard::of(&directory, &layout, vec![files("a")]);
    writer.push(&[vec![rows.clone()]], vec![vec![]]).unwrap();
    writer.commit().unwrap();
    let [path, _] = paths(&directory, "a");
    assert_eq!(read_metrics(&path).unwrap().scores[1], [rows.scores[1], rows.scores[3]]);
    let found = inspect(&path, taken_for, Table::Metrics, &place(label));
    found.map_or_else(|error| error.what(), |found| format!("{:?}", found.outcomes))
}

#[test]
fn each_form_has_its_columns_and_its_failures() {
    let chunk = |failure, kinks, scores: [Option<f64>; 4]| MetricsChunk {
        trial: vec![0, 1],
        failure: vec![None, failure],
        kinks: vec![Some(2), kinks],
        scores: scores.into(),
        ..MetricsChunk::default()
    };
    let (three, four) = ((Format::Three, Format::Three), (Format::Four, Format::Four));
    let overflow = Some(MetricsChunk::OVERFLOW);
    let whole = chunk(None, Some(1), [Some(1.0), Some(2.0), None, Some(3.0)]);
    let part = chunk(overflow, Some(1), [Some(1.0), Some(2.0), Some(1e300), None]);
    assert_eq!(said_of(&whole, three, "a"), "[Whole, Whole]");
    assert_eq!(said_of(&whole, four, "a"), "[Whole, Whole]");
    assert_eq!(said_of(&part, four, "a"), "[Whole, Partial]");
    assert!(
        said_of(&part, three, "a")
            .ends_with("column kinks of row 1 is a count, expected NULL: the trial failed")
    );
    let without_kinks = chunk(overflow, None, [Some(1.0), Some(2.0), Some(1e300), None]);
    let said = said_of(&without_kinks, three, "a");
    assert!(
        said.contains("column norm of row 1 is 1") && said.ends_with("expected NULL: the trial failed"),
        "{said}"
    );
    let failed = chunk(Some("panicked"), None, [Some(1.0), Some(2.0), None, Some(1.0)]);
    let said = said_of(&failed, four, "a");
    assert!(said.ends_with("column risk_l2 of row 1 is 1, expected NULL: the trial failed"), "{said}");
    let lost = chunk(None, Some(1), [Some(1.0), Some(2.0), Some(1.0), None]);
    for form in [three, four] {
        let said = said_of(&lost, form, "a");
        let expected = "column risk_l2 of row 1 is NULL, expected a number: the trial did not fail";
        assert!(said.ends_with(expected), "{said}");
    }
    let said = said_of(&whole, (Format::Three, Format::Four), "a");
    assert!(
        said.ends_with("column estimator of row 0 is there, expected no such column: the folder says it"),
        "{said}"
    );
    let said = said_of(&whole, (Format::Four, Format::Three), "a");
    assert!(said.ends_with("column estimator of row 0 is not there, expected Utf8"), "{said}");
    let said = said_of(&whole, three, "b");
    assert!(said.ends_with("column estimator of row 0 is a, expected b"), "{said}");
}

#[test]
fn what_has_no_place_in_the_tree_is_stray() {
    let folder = tempfile::tempdir().unwrap();
    let directory = small(folder.path());
    assert!(directory.listing().unwrap().strays.is_empty());
    let tree = folder.path().join("metrics/estimator=a/n=10");
    let mut strays = vec![
        tree.join(format!("{CELL}-0.parquet")),
        tree.join(format!("{CELL}-000000.parquet.bak")),
        tree.join("deeper"),
        folder.path().join("metrics/estimator=a/n=010").join(format!("{CELL}-000000.parquet")),
        folder.path().join("metrics/README"),
        folder.path().join("weights/n=10"),
    ];
    for path in &strays {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    strays.sort();
    let listing = directory.listing().unwrap();
    assert_eq!((listing.strays, listing.files.len()), (strays, 2));
}
