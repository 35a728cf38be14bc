//! Estimators whose parameters are swept, and data whose parameters are formulas.

use super::*;
use std::path::Path;
use tempered_analysis::{Coordinate, Expected, Order};

/// A variant whose risks are around 1/width.
fn write(run: &Path, variant: Option<&str>, n: u64, scale: f64) {
    let values = uniforms(60, n).into_iter().map(|u| Some(scale * (0.5 + u))).collect();
    Shard { estimator: "relu", variant, n, risks: vec![("risk_l2", values)], ..Shard::default() }.write(run);
}

#[test]
fn variants_are_series_of_their_own() {
    let run = tempfile::tempdir().unwrap();
    for n in [20, 50] {
        for (variant, scale) in [("width=100, lr=0.1", 0.01), ("width=9, lr=0.1", 0.1)] {
            write(run.path(), Some(variant), n, scale);
        }
        write(run.path(), None, n, 1.0);
    }
    let order = Order { estimators: vec!["relu".into()], ..Order::default() };
    let options = Options { order, ..options() };
    let summary = analyze(run.path(), &options, &silent).unwrap();
    let names: Vec<&str> = summary.series.iter().map(|series| series.estimator.as_str()).collect();
    assert_eq!(names, ["relu", "relu[width=9, lr=0.1]", "relu[width=100, lr=0.1]"]);
    for (series, width) in summary.series.iter().zip([None, Some(9.0), Some(100.0)]) {
        assert_eq!(
            series.levels.iter().map(|level| (level.n, level.trials)).collect::<Vec<_>>(),
            [(20, 60), (50, 60)]
        );
        assert_eq!(series.coordinates.get("width").cloned(), width.map(Coordinate::Number));
        assert_eq!(series.coordinates.get("estimator").unwrap().word(), Some("relu"));
        assert_eq!(series.coordinates.get("noise_sd"), Some(&Coordinate::Number(1.0)));
    }
    // On the same samples: three pairs at each n.
    assert_eq!(summary.pairs.len(), 6);
    let cell = Shard { n: 20, ..Shard::default() }.cell();
    let found = notable(run.path(), &options, &summary.series[1], (20, &cell)).unwrap().unwrap();
    assert_eq!(found.n, 20);
    let json = serde_json::to_value(&summary.series).unwrap();
    assert_eq!(json[1]["coordinates"]["lr"], 0.1);
    assert_eq!(json[1]["coordinates"]["design"], "uniform");
}

#[test]
fn a_variant_is_what_its_name_and_the_plan_say() {
    let run = tempfile::tempdir().unwrap();
    write(run.path(), Some("width=9"), 20, 1.0);
    let expect = |text: &str| {
        let estimators = [("relu[width=9]".to_owned(), text.to_owned())].into();
        let options = Options { expected: Expected { estimators, ..Expected::default() }, ..options() };
        analyze(run.path(), &options, &silent).map(drop)
    };
    assert!(expect("linear_spline(width=9)").is_ok());
    let error = expect("linear_spline(width=10)").unwrap_err().to_string();
    assert!(error.contains("linear_spline(width=9), expected linear_spline(width=10)"), "{error}");
    // A file of no variant under the name of one, and the other way round.
    let shard = |variant| {
        let risks = vec![("risk_l2", vec![Some(1.0)])];
        Shard { estimator: "relu", variant, n: 20, risks, ..Shard::default() }
    };
    for (name, footer) in [(Some("width=8"), None), (None, Some("width=8"))] {
        let other = shard(footer).footer();
        let path = shard(name).path(run.path());
        shard(name).write_with(run.path(), &other);
        let error = analyze(run.path(), &options(), &silent).unwrap_err().to_string();
        assert!(error.contains("its variant is"), "{error}");
        fs::remove_file(path).unwrap();
    }
    // A variant under the key of another.
    let again = shard(Some("width=9")).footer();
    shard(Some("width=7")).write_with(run.path(), &again);
    let error = analyze(run.path(), &options(), &silent).unwrap_err().to_string();
    assert!(error.contains("its estimator is"), "{error}");
}

/// Noise that shrinks with n by a formula is one series.
#[test]
fn formulas_keep_series_together() {
    let run = tempfile::tempdir().unwrap();
    for (n, noise) in [(25u64, "normal(sd=0.2)"), (100, "normal(sd=0.1)")] {
        let values = uniforms(60, n).into_iter().map(Some).collect();
        let labels = ["uniform", "zero", noise];
        let shard = Shard { n, labels, risks: vec![("risk_l2", values)], ..Shard::default() };
        let mut footer = shard.footer();
        footer.push(("tempered.template.noise".into(), "normal(sd=n^-0.5)".into()));
        shard.write_with(run.path(), &footer);
    }
    let summary = plain(run.path());
    assert_eq!(summary.series.len(), 1);
    assert_eq!(summary.series[0].noise, "normal(sd=n^-0.5)");
    assert_eq!(summary.series[0].levels.len(), 2);
    assert_eq!(summary.series[0].coordinates.get("noise_sd").unwrap().word(), Some("n^-0.5"));
}
