//! Files that are not what they should be: none is counted, none stops the program.

use crate::common::*;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempered_analysis::{Error, Expected, Options, analyze};

/// Three shards of ten trials.
fn three(run: &Path) -> Vec<Shard<'static>> {
    let shard = |index: usize| Shard {
        index,
        from: 10 * index,
        risks: vec![("risk_l1", vec![Some(1.0 + index as f64); 10])],
        ..Shard::default()
    };
    let shards: Vec<_> = (0..3).map(shard).collect();
    shards.iter().for_each(|shard| shard.clone().write(run));
    shards
}

fn error(run: &Path) -> Error {
    analyze(run, &options(), &silent).unwrap_err()
}

/// The file and the key that a complaint names.
fn foreign(run: &Path) -> (String, String) {
    match error(run) {
        Error::Foreign { path, key, .. } => (path.file_name().unwrap().to_string_lossy().into_owned(), key),
        other => panic!("{other}"),
    }
}

#[test]
fn names_are_not_trusted() {
    let run = tempfile::tempdir().unwrap();
    let shards = three(run.path());
    let names: Vec<_> = shards.iter().map(|shard| shard.path(run.path())).collect();
    let name = |place: usize| names[place].file_name().unwrap().to_string_lossy().into_owned();
    // A copy over a sibling.
    fs::copy(&names[0], &names[1]).unwrap();
    assert_eq!(foreign(run.path()), (name(1), "trials".into()));
    // A file of another seed, label, domain, cell, or of other trials than it has rows.
    for (changed, value) in [
        ("seed", "8"),
        ("label", "other"),
        ("domain", "unit"),
        ("generator", "3"),
        ("estimator", "min_norm"),
        ("cell", "n=100;design=grid;target=zero;noise=normal(sd=1)"),
        ("trials", "10..21"),
        ("risks", "1, 2"),
    ] {
        let mut footer = shards[1].footer();
        let pair = footer.iter_mut().find(|(name, _)| *name == format!("tempered.{changed}")).unwrap();
        pair.1 = value.into();
        shards[1].clone().write_with(run.path(), &footer);
        assert_eq!(foreign(run.path()), (name(1), changed.into()));
        if changed == "risks" {
            continue;
        }
        // A footer without the key tells nothing.
        footer.retain(|(name, _)| *name != format!("tempered.{changed}"));
        shards[1].clone().write_with(run.path(), &footer);
        assert_eq!(foreign(run.path()), (name(1), changed.into()));
    }
    // A file that Tempered has not written, and a copy beside a file.
    shards[1].clone().write_with(run.path(), &[]);
    assert_eq!(foreign(run.path()), (name(1), "label".into()));
    shards[1].clone().write(run.path());
    assert_eq!(plain(run.path()).series[0].levels[0].trials, 30);
    let beside = names[1].with_file_name("copy.parquet");
    fs::copy(&names[1], &beside).unwrap();
    assert_eq!(foreign(run.path()), ("copy.parquet".into(), "name".into()));
    fs::remove_file(&beside).unwrap();
    // Of files that other programs hide there nothing is said.
    fs::write(names[1].with_file_name(".nfs0001.parquet"), b"gone").unwrap();
    fs::write(names[1].with_file_name(".DS_Store"), b"Mac").unwrap();
    assert_eq!(plain(run.path()).series[0].levels[0].trials, 30);
}

/// All files agree with each other and with their names, and are of another study than the directory says.
#[test]
fn files_are_what_the_caller_expects() {
    let run = tempfile::tempdir().unwrap();
    three(run.path());
    let study = |seed: &str, estimator: &str| Options {
        expected: Expected {
            study: vec![("seed".into(), seed.into())],
            without_risks: false,
            estimators: [("spline".to_owned(), estimator.to_owned())].into(),
        },
        ..options()
    };
    assert!(analyze(run.path(), &study("7", "linear_spline"), &silent).is_ok());
    for (seed, estimator, wrong) in [("8", "linear_spline", "seed"), ("7", "min_norm", "estimator")] {
        match analyze(run.path(), &study(seed, estimator), &silent) {
            Err(Error::Foreign { key, .. }) => assert_eq!(key, wrong),
            other => panic!("{other:?}"),
        }
    }
}

/// Whichever thread is the first to meet one.
#[test]
fn of_several_damaged_files_the_first_in_order_is_named() {
    let run = tempfile::tempdir().unwrap();
    for estimator in ["a", "b", "c", "d"] {
        for n in [10, 20, 30] {
            let rows = if estimator == "a" { 30_000 } else { 10 };
            let risks = vec![("risk_l1", vec![Some(1.0); rows]), ("risk_l2", vec![Some(2.0); rows])];
            Shard { estimator, n, risks, ..Shard::default() }.write(run.path());
        }
    }
    let path = |estimator: &'static str, n: u64| Shard { estimator, n, ..Shard::default() }.path(run.path());
    // Footers are whole, pages are not: found when they are read, by the thread that reads them.
    let spoil = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let end = bytes.len() - 8;
        let footer = u32::from_le_bytes(bytes[end..end + 4].try_into().unwrap()) as usize;
        bytes[4..end - footer].iter_mut().for_each(|byte| *byte = !*byte);
        fs::write(path, bytes).unwrap();
    };
    for (estimator, n) in [("a", 30), ("b", 10), ("b", 20), ("c", 30), ("d", 10)] {
        spoil(&path(estimator, n));
    }
    let named = |threads: usize| match analyze(run.path(), &Options { threads, ..options() }, &silent) {
        Err(Error::Read { path, .. }) => path,
        other => panic!("{other:?}"),
    };
    (0..20).for_each(|round| assert_eq!(named(1 + round % 4), path("a", 30)));
    // The same for footers.
    [("d", 20), ("b", 30), ("c", 10)]
        .iter()
        .for_each(|(estimator, n)| fs::write(path(estimator, *n), b"PAR1").unwrap());
    (0..20).for_each(|round| assert_eq!(named(1 + round % 4), path("b", 30)));
}

/// Footers are whole, and pages are lost: no row is counted in another's place, and nothing panics.
#[test]
fn lost_pages_are_an_error_however_short_the_file() {
    for (rows, places) in [(10, 40), (19_999, 8), (30_000, 8)] {
        let run = tempfile::tempdir().unwrap();
        let values = |seed| uniforms(rows, seed).into_iter().map(Some).collect::<Vec<_>>();
        for estimator in ["a", "b"] {
            let risks = vec![("risk_l1", values(1)), ("risk_l2", values(2))];
            Shard { estimator, risks, ..Shard::default() }.write(run.path());
        }
        let whole = plain(run.path());
        let path = Shard { estimator: "b", ..Shard::default() }.path(run.path());
        let bytes = fs::read(&path).unwrap();
        let step = bytes.len() / places;
        for place in (4..bytes.len()).step_by(step) {
            for length in [2, 64] {
                let mut torn = bytes.clone();
                torn.iter_mut().skip(place).take(length).for_each(|byte| *byte = 0);
                if torn == bytes {
                    continue;
                }
                fs::write(&path, torn).unwrap();
                match analyze(run.path(), &options(), &silent) {
                    // Digits may have changed, which checksums are for; rows may not.
                    Ok(found) => {
                        let trials = |summary: &tempered_analysis::Summary| {
                            let levels = summary.series.iter().flat_map(|series| &series.levels);
                            levels.map(|level| level.trials).collect::<Vec<_>>()
                        };
                        assert_eq!(trials(&found), trials(&whole), "{rows} {place}");
                    }
                    Err(Error::Read { .. } | Error::Foreign { .. } | Error::Changed { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_neither_blocks_nor_panics() {
    let run = tempfile::tempdir().unwrap();
    let shards = three(run.path());
    let path = shards[1].path(run.path());
    let replace = |how: &dyn Fn(&Path)| {
        let _ = fs::remove_file(&path);
        let _ = fs::remove_dir(&path);
        how(&path);
        match error(run.path()) {
            Error::Read { path: named, .. } => assert_eq!(named, path),
            other => panic!("{other}"),
        }
    };
    replace(&|path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()));
    replace(&|path| fs::create_dir(path).unwrap());
    replace(&|path| std::os::unix::fs::symlink(path, path).unwrap());
    replace(&|path| fs::write(path, b"").unwrap());
    let _ = fs::remove_file(&path);
    shards[1].clone().write(run.path());
    assert_eq!(plain(run.path()).series[0].levels[0].trials, 30);
}
