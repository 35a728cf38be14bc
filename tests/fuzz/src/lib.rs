//! What must hold of any bytes: each target checks one of these, and so does an ordinary test on the seeds.

use std::collections::BTreeSet;
use std::path::Path;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::spec::parse;
use tempered_store::{Found, read_columns, read_footer, read_metrics, read_weights_row};

/// A study or a message, and a study reads back as itself.
pub fn yaml(bytes: &[u8]) {
    match parse(bytes, "fuzz", &[]) {
        Ok(study) => {
            let resolved = study.to_yaml();
            assert!(parse(resolved.as_bytes(), "resolved", &[]).as_ref() == Ok(&study), "{resolved}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A plan whose cells and estimators all differ and have values for every formula, whose shards cover each trial of a cell
/// once, and footers that name their cell.
pub fn plan(bytes: &[u8]) {
    let Ok(study) = parse(bytes, "fuzz", &[]) else { return };
    let plan = Plan::new(study);
    let estimators = &plan.study.estimators;
    let cells: BTreeSet<&str> = plan.cells.iter().take(10_000).map(|cell| cell.key.as_str()).collect();
    let labels: BTreeSet<&str> = estimators.iter().map(|known| known.label.as_str()).collect();
    assert_eq!((cells.len(), labels.len()), (plan.cells.len().min(10_000), estimators.len()));
    assert!(plan.cells.len() >= plan.study.n.len());
    // What the command `plan` asks for.
    assert!(plan.to_json().is_object());
    for cell in plan.cells.iter().take(20) {
        assert_eq!(plan.cell_json(cell)["n"], cell.n);
        for known in estimators.iter().take(100) {
            assert!(cell.choice(&known.rule).is_ok(), "{} in {}", known.rule, cell.content());
        }
    }
    for (position, cell) in plan.cells.iter().enumerate().take(100) {
        let estimators = 0..plan.study.estimators.len().min(10);
        for estimator in estimators.clone() {
            let count = plan.shard_count(cell, estimator);
            let mut next = 0;
            while next < plan.study.trials && next / plan.shard_of(position, estimator, 0).trials.end < 10 {
                let shard = plan.shard_of(position, estimator, next);
                assert!(
                    shard.trials.start == next && shard.trials.end > next && u64::from(shard.index) < count
                );
                next = shard.trials.end;
                let footer = plan.footer(estimator, &shard);
                assert!(footer.contains(&("tempered.cell".into(), cell.content())));
            }
        }
        let listed =
            plan.shards().take_while(|shard| shard.cell <= position).filter(|shard| shard.cell == position);
        let listed = listed.filter(|shard| plan.estimators(shard).contains(&0)).take(10).count() as u64;
        assert_eq!(listed, plan.shard_count(cell, 0).min(10));
        if estimators.clone().any(|estimator| plan.shard_count(cell, estimator) > 10) {
            break;
        }
    }
}

/// A footer or a reason, and rows or an error.
pub fn footer(bytes: &[u8]) {
    with_file(bytes, "", |path| {
        if let Ok(Found::Unreadable(why)) = read_footer(path) {
            assert!(!why.is_empty());
        }
        let _ = read_metrics(path);
        let _ = read_weights_row(path, 3);
    });
}

/// Two columns of one length, or a message.
pub fn data(bytes: &[u8]) {
    with_file(bytes, "", |path| match read_columns(path, &["x", "y"]) {
        Ok(columns) => assert_eq!(columns[0].values.len(), columns[1].values.len()),
        Err(error) => assert!(!error.to_string().is_empty()),
    });
}

/// Calls `read` with the path of a file that holds the bytes, and whose name ends with `suffix`.
pub fn with_file(bytes: &[u8], suffix: &str, read: impl FnOnce(&Path)) {
    let file = tempfile::Builder::new().suffix(suffix).tempfile();
    let Ok(file) = file else { return };
    if std::fs::write(file.path(), bytes).is_ok() {
        read(file.path());
    }
}

/// Takes out the panic hook of libFuzzer, which aborts at every panic, those that the store turns into errors included.
/// A panic that reaches the target still ends the run.
pub fn only_uncaught_panics() {
    drop(std::panic::take_hook());
}
