//! Damage: no flipped bit goes unseen, and neither does a value or a file that no run writes.

use crate::common::{CELL, Shard, files, paths, place, rows, write};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use tempered_store::{Error, RunDirectory, Table, inspect, read_checksum, read_footer};

fn inspected(path: &Path, table: Table) -> Result<tempered_store::Inspected, Error> {
    inspect(path, table, &place("a"))
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
    assert!(found.ok.iter().zip(&rows.failure).all(|(ok, failure)| *ok == failure.is_none()));
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
    let said = inspect(&metrics, Table::Metrics, &place("b")).unwrap_err().to_string();
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
