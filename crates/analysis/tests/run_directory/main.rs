//! Whole run directories with known laws.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not tests to the lint")]

use std::fs;

use tempered_analysis::{Error, Known, Level, Model, Options, Risk, Verdict, analyze, notable};
use tempered_store::MetricsFile;

mod common;
mod curves;
mod failures;
mod files;
mod pairs;
mod variants;

use common::*;

#[test]
fn known_laws_get_their_verdicts() {
    let run = tempfile::tempdir().unwrap();
    write_law(run.path(), "constant", |_| 2.0 / 3.0);
    write_law(run.path(), "root", f64::sqrt);
    write_law(run.path(), "logarithm", |n| 2.0 / std::f64::consts::PI * (n.ln() - 1.45));
    write_law(run.path(), "inverse", f64::recip);
    let theory = |estimator: &str, design: &str, target: &str, noise: &str, p: Risk| {
        assert_eq!([design, target, noise], LABELS);
        assert_eq!(p, Risk::Power(2.0));
        let in_probability = match estimator {
            "constant" | "root" => Some(Verdict::Tempered),
            _ => None,
        };
        Known { in_probability, ..Known::default() }
    };
    let options = Options { domain: "hull".into(), ..options() };
    let summary = analyze(run.path(), &options, &theory).unwrap();
    let names = ["constant", "root", "logarithm", "inverse"];
    let verdicts = names.map(|name| of(&summary, name).in_probability);
    // A logarithm is no different from a limit that is approached slowly.
    assert_eq!(verdicts, [Verdict::Tempered, Verdict::Catastrophic, Verdict::Undecided, Verdict::Benign]);
    assert_eq!(names.map(|name| of(&summary, name).agrees), [Some(true), Some(false), None, None]);
    let growth = |name| of(&summary, name).growth.clone().unwrap();
    assert_eq!(growth("logarithm").model, Model::Logarithm);
    for (name, exponent) in [("root", 0.5), ("inverse", -1.0)] {
        let growth = growth(name);
        let (low, high) = (growth.low.unwrap(), growth.high.unwrap());
        assert!(low - 0.01 < exponent && exponent < high + 0.01, "{name}: {growth:?}");
        assert!(high - low < 0.05, "{name}: {growth:?}");
    }
    let limit = growth("constant").limit.unwrap();
    assert!(limit.low < 2.0 / 3.0 && 2.0 / 3.0 < limit.high && limit.high - limit.low < 0.1, "{limit:?}");
    assert!(summary.series.iter().all(|series| series.domain == "hull" && series.levels.len() == 4));
    // The same files and options give the same numbers.
    assert_eq!(summary, analyze(run.path(), &options, &theory).unwrap());
}

#[test]
fn tails_of_gaps_decide_what_slopes_cannot_and_whether_there_is_a_mean() {
    let run = tempfile::tempdir().unwrap();
    let log = |n: f64| 2.0 / std::f64::consts::PI * (n.ln() - 1.45);
    for (name, alpha) in [("light", 2.0), ("even", 1.0), ("heavy", 0.7)] {
        write_tailed_law(run.path(), name, log, Some(alpha));
        let found = of(&plain(run.path()), name).tail_index.unwrap();
        assert!(found.low < alpha && alpha < found.high, "{name}: {found:?}");
    }
    write_tailed_law(run.path(), "flat", |_| 1.0, Some(2.5));
    let summary = plain(run.path());
    let judged = |name| (of(&summary, name).in_probability, of(&summary, name).in_expectation);
    assert_eq!(judged("light"), (Verdict::Tempered, Verdict::Tempered));
    assert_eq!(judged("heavy"), (Verdict::Catastrophic, Verdict::Catastrophic));
    assert_eq!(judged("flat"), (Verdict::Tempered, Verdict::Tempered));
    assert_eq!(
        (of(&summary, "light").mean_exists, of(&summary, "heavy").mean_exists),
        (Some(true), Some(false))
    );
    assert!(of(&summary, "flat").levels.iter().all(|level| level.mean_trusted));
    assert!(of(&summary, "heavy").levels.iter().all(|level| !level.mean_trusted));
}

/// The page of figures names every column of the tables.
#[test]
fn every_column_is_documented() {
    let run = tempfile::tempdir().unwrap();
    write_law(run.path(), "constant", |_| 2.0 / 3.0);
    write_law(run.path(), "root", f64::sqrt);
    plain(run.path()).write(run.path()).unwrap();
    let page = include_str!("../../docs/figures.md");
    for table in ["levels", "verdicts", "pairs", "curves"] {
        let text = fs::read_to_string(run.path().join(format!("summary/{table}.csv"))).unwrap();
        for column in text.lines().next().unwrap().split(',') {
            let name = if column.starts_with("quantile_") { "quantile_*" } else { column };
            assert!(page.contains(&format!("`{name}`")), "{table}: {column}");
        }
    }
}

#[test]
fn estimators_are_compared_trial_by_trial() {
    let run = tempfile::tempdir().unwrap();
    let values = uniforms(400, 1);
    let mut twice: Vec<Option<f64>> = values.iter().map(|u| Some(2.0 * u)).collect();
    twice[7] = None;
    let write = |estimator, values: Vec<Option<f64>>| {
        let risks = vec![("risk_l1", values)];
        Shard { estimator, n: 50, risks, ..Shard::default() }.write(run.path());
    };
    write("one", values.iter().copied().map(Some).collect());
    write("two", twice);
    write("other", uniforms(400, 2).into_iter().map(Some).collect());
    let pairs = plain(run.path()).pairs;
    assert_eq!(pairs.len(), 3);
    let same =
        pairs.iter().find(|pair| (pair.estimator.as_str(), pair.against.as_str()) == ("one", "two")).unwrap();
    assert_eq!((same.trials, same.ratio.value(), same.wins), (399, Some(0.5), 1.0));
    // Var(u − 2u) = Var u, against Var u + 4 Var u.
    assert!((same.saved.unwrap() - 0.8).abs() < 1e-12 && (same.saved_log.unwrap() - 1.0).abs() < 1e-12);
    let apart = pairs
        .iter()
        .find(|pair| (pair.estimator.as_str(), pair.against.as_str()) == ("one", "other"))
        .unwrap();
    assert!(apart.saved.unwrap().abs() < 0.15 && (apart.wins - 0.5).abs() < 0.1, "{apart:?}");
}

/// Some files are short and others of several row groups, they are cut differently for each estimator, and together they
/// are more than is worked on at a time. Sums of values this different depend on their order, and no two columns are alike.
#[test]
fn no_number_depends_on_threads() {
    let run = tempfile::tempdir().unwrap();
    for (seed, (estimator, cut)) in [("a", 40_000), ("b", 17_000), ("c", 250_000)].into_iter().enumerate() {
        for (place, (n, rows)) in
            [(10, 300), (20, 125_000), (100, 30_000), (200, 700)].into_iter().enumerate()
        {
            let column = |column: u64| -> Vec<Option<f64>> {
                let seed = 100 * seed as u64 + 10 * place as u64 + column;
                let value = |u: f64| (u > 0.01).then(|| (n as f64 * u).powf(-1.5));
                uniforms(rows, seed).into_iter().map(value).collect()
            };
            let columns = [("risk_l1", column(0)), ("gap_max_l1", column(1)), ("risk_l2", column(2))];
            for (index, from) in (0..rows).step_by(cut).enumerate() {
                let part = |values: &[Option<f64>]| values[from..rows.min(from + cut)].to_vec();
                let risks = columns.iter().map(|(name, values)| (*name, part(values))).collect();
                Shard { estimator, n, index, from, risks, ..Shard::default() }.write(run.path());
            }
        }
    }
    let [one, two, five] =
        [1, 2, 5].map(|threads| analyze(run.path(), &Options { threads, ..options() }, &silent).unwrap());
    for more in [two, five] {
        assert_eq!((&one.series, &one.pairs, &one.fits), (&more.series, &more.pairs, &more.fits));
    }
    // Numbers of different columns differ, so that one in the place of another is seen.
    let mut medians: Vec<u64> = one
        .series
        .iter()
        .flat_map(|series| series.levels.iter().map(|level| level.median.unwrap().to_bits()))
        .chain(one.pairs.iter().map(|pair| pair.ratio.value().unwrap().to_bits()))
        .collect();
    let count = medians.len();
    medians.sort_unstable();
    medians.dedup();
    assert_eq!((medians.len(), count), (48, 48));
    // Pairs by first estimator, then n, then second estimator.
    let order: Vec<_> = one
        .pairs
        .iter()
        .filter(|pair| pair.p == Risk::Power(1.0))
        .map(|pair| (&*pair.estimator, pair.n, &*pair.against))
        .collect();
    let sizes = [10, 20, 100, 200];
    let first = sizes.into_iter().flat_map(|n| [("a", n, "b"), ("a", n, "c")]);
    assert_eq!(order, first.chain(sizes.map(|n| ("b", n, "c"))).collect::<Vec<_>>());
}

#[cfg(feature = "sql")]
#[test]
fn sql_answers_in_every_format() {
    use tempered_analysis::query;
    let run = tempfile::tempdir().unwrap();
    write_law(run.path(), "7", |_| 1.0);
    let sql =
        "SELECT estimator, n, COUNT(*) AS trials FROM metrics GROUP BY estimator, n ORDER BY n DESC LIMIT 1";
    let mut answer = query(run.path(), sql).unwrap();
    assert_eq!(answer.csv().unwrap(), "estimator,n,trials\n7,100000,1000\n");
    assert_eq!(answer.json().unwrap().trim(), r#"[{"estimator":"7","n":100000,"trials":1000}]"#);
    let table = answer.table();
    assert!(table.contains("estimator") && table.contains("100000"), "{table}");
    let wrong = query(run.path(), "SELECT nothing FROM metrics").err().unwrap().to_string();
    assert!(wrong.contains("nothing") && wrong.contains("metrics"), "{wrong}");
    let none = query(&run.path().join("elsewhere"), sql);
    assert!(matches!(none, Err(Error::Empty { .. })));
    // A name that is wrong is said without a look at all files: one that is damaged is not met.
    let damaged = Shard { n: 200_000, estimator: "7", ..Shard::default() }.path(run.path());
    std::fs::create_dir_all(damaged.parent().unwrap()).unwrap();
    std::fs::write(damaged, "PAR1 no more").unwrap();
    let wrong = query(run.path(), "SELECT nothing FROM metrics").err().unwrap();
    assert!(matches!(wrong, Error::Query { .. }) && wrong.to_string().contains("nothing"), "{wrong}");
}

#[test]
fn notable_trials_are_found() {
    let run = tempfile::tempdir().unwrap();
    let mut values = vec![Some(1.0); 30];
    (values[4], values[9], values[11]) = (Some(50.0), None, Some(0.5));
    let risks = vec![("risk_l2", values)];
    let shard = Shard { risks, ..Shard::default() };
    let cell = shard.cell();
    let other = Shard { labels: ["uniform", "zero", "normal(sd=3)"], ..shard.clone() }.path(run.path());
    shard.write(run.path());
    let summary = plain(run.path());
    let at = |n, cell: &str| notable(run.path(), &Options::default(), &summary.series[0], (n, cell)).unwrap();
    let found = at(100, &cell).unwrap();
    assert_eq!((found.median, found.worst), (0, 4));
    assert_eq!((at(99, &cell), at(100, "00c0ffee00c0ffee")), (None, None));
    // Files of other cells are not opened.
    std::fs::write(other, "damaged").unwrap();
    assert_eq!(at(100, &cell), Some(found));
}

#[test]
fn medians_equal_direct_computation_and_failures_are_counted() {
    let run = tempfile::tempdir().unwrap();
    let mut values: Vec<Option<f64>> = uniforms(101, 3).into_iter().map(|u| Some(1.0 / u)).collect();
    values[10] = None;
    values[50] = None;
    values[51] = Some(f64::NAN);
    let sup = values.iter().map(|v| v.map(|v| v * 2.0)).collect();
    let risks = vec![("risk_l1_5", values.clone()), ("risk_sup", sup), ("gap_max_l1_5", values.clone())];
    Shard { estimator: "knn_3", n: 50, risks, ..Shard::default() }.write(run.path());

    let summary = plain(run.path());
    assert_eq!(summary.series.iter().map(|s| s.p).collect::<Vec<_>>(), [Risk::Power(1.5), Risk::Sup]);
    let mut direct: Vec<f64> = values.into_iter().flatten().filter(|v| !v.is_nan()).collect();
    direct.sort_by(f64::total_cmp);
    let level: &Level = &summary.series[0].levels[0];
    assert_eq!((level.n, level.trials, level.failed), (50, 101, 3));
    assert_eq!(level.median, Some((direct[48] + direct[49]) / 2.0));
    assert_eq!(level.max, direct.last().copied());
    assert!((level.mean.unwrap() / (direct.iter().sum::<f64>() / 98.0) - 1.0).abs() < 1e-14);
    assert!(level.median_low < level.median && level.median < level.median_high);
    assert_eq!(level.quantiles.len(), 5);
    assert_eq!(level.quantiles[2].low(), level.median_low);
    assert_eq!(summary.series[1].levels[0].median, level.median.map(|m| 2.0 * m));
    assert_eq!(summary.series[0].in_probability, Verdict::Undecided);
    assert_eq!(summary.series[0].growth, None);
}

#[test]
fn axes_are_kept_apart_and_listed_in_order() {
    let run = tempfile::tempdir().unwrap();
    for (design, target, value) in
        [("uniform", "zero", 1.0), ("uniform", "sine(frequency=1)", 2.0), ("grid", "zero", 3.0)]
    {
        for n in [1000, 200] {
            let risks = vec![("risk_l10", vec![Some(value); 30]), ("risk_l2", vec![Some(value); 30])];
            Shard { n, labels: [design, target, "normal(sd=1)"], risks, ..Shard::default() }
                .write(run.path());
        }
    }
    let summary = plain(run.path());
    let found: Vec<(&str, &str, f64, f64)> = summary
        .series
        .iter()
        .map(|s| (s.design.as_str(), s.target.as_str(), s.p.exponent().unwrap(), s.levels[0].median.unwrap()))
        .collect();
    let expected = [
        ("grid", "zero", 2.0, 3.0),
        ("grid", "zero", 10.0, 3.0),
        ("uniform", "sine(frequency=1)", 2.0, 2.0),
        ("uniform", "sine(frequency=1)", 10.0, 2.0),
        ("uniform", "zero", 2.0, 1.0),
        ("uniform", "zero", 10.0, 1.0),
    ];
    assert_eq!(found, expected);
    assert!(summary.series.iter().all(|s| s.levels.iter().map(|l| l.n).eq([200, 1000])));
    let table = summary.table(120, usize::MAX);
    assert!(table.contains("target") && table.contains("sine(frequency=1)"), "{table}");
}

#[test]
fn a_running_study_has_a_summary() {
    let run = tempfile::tempdir().unwrap();
    let risks = vec![("risk_l2", vec![Some(1.0); 30])];
    Shard { risks, ..Shard::default() }.write(run.path());
    // A level whose first shard is not finished, and a torn file where torn files belong.
    fs::create_dir_all(run.path().join("metrics/estimator=spline/n=1000")).unwrap();
    fs::create_dir_all(run.path().join("metrics/estimator=min_norm")).unwrap();
    fs::create_dir_all(run.path().join("_staging")).unwrap();
    fs::write(run.path().join("_staging/torn.parquet"), b"PAR1").unwrap();
    let summary = plain(run.path());
    assert_eq!(summary.series.len(), 1);
    assert_eq!(summary.series[0].levels.len(), 1);
    assert_eq!(summary.series[0].in_probability, Verdict::Undecided);
}

#[test]
fn nothing_to_read_is_an_error_of_its_own() {
    let run = tempfile::tempdir().unwrap();
    let options = Options::default();
    assert!(matches!(analyze(run.path(), &options, &silent), Err(Error::Empty { .. })));
    fs::create_dir_all(run.path().join("metrics/estimator=spline/n=100")).unwrap();
    assert!(matches!(analyze(run.path(), &options, &silent), Err(Error::Empty { .. })));
    let folder = run.path().join("metrics/estimator=spline/n=100");
    fs::write(folder.join("00000000000000aa-000000.parquet"), b"PAR1torn").unwrap();
    let torn = analyze(run.path(), &options, &silent);
    assert!(matches!(torn, Err(Error::Read { .. })), "{torn:?}");
    let bad = Options { quantiles: vec![1.0], ..Options::default() };
    assert!(matches!(analyze(run.path(), &bad, &silent), Err(Error::Fraction { .. })));
}

#[test]
fn files_without_risks_are_an_error_of_their_own() {
    let run = tempfile::tempdir().unwrap();
    let risks = vec![("gap_max_l2", vec![Some(1.0)])];
    Shard { risks, ..Shard::default() }.write(run.path());
    let found = analyze(run.path(), &Options::default(), &silent);
    assert!(matches!(found, Err(Error::NoRisk { .. })), "{found:?}");
}

#[test]
fn summaries_are_written_whole() {
    let run = tempfile::tempdir().unwrap();
    write_law(run.path(), "constant", |_| 1.0);
    write_law(run.path(), "root", f64::sqrt);
    let summary = plain(run.path());
    summary.write(run.path()).unwrap();
    // A second summary replaces the first.
    summary.write(run.path()).unwrap();
    let folder = run.path().join("summary");
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "curves.csv",
            "curves.parquet",
            "levels.csv",
            "levels.parquet",
            "pairs.csv",
            "pairs.parquet",
            "verdicts.csv",
            "verdicts.parquet"
        ]
    );

    let levels = MetricsFile::open(&folder.join("levels.parquet")).unwrap();
    assert_eq!(levels.groups(), [8]);
    let medians: Vec<Option<f64>> = levels.reals(0, "median").unwrap().into_iter().map(Some).collect();
    let expected: Vec<Option<f64>> =
        summary.series.iter().flat_map(|s| s.levels.iter().map(|l| l.median)).collect();
    assert_eq!(medians, expected);
    assert!(levels.names().any(|name| name == "quantile_0_05_low"));

    let csv = fs::read_to_string(folder.join("verdicts.csv")).unwrap();
    assert_eq!(csv.lines().count(), 3);
    assert!(
        csv.starts_with("estimator,design,target,noise,p,domain,in_probability,in_expectation,theory_in"),
        "{csv}"
    );
    assert!(csv.contains("root,uniform,zero,normal(sd=1),2,\"\",catastrophic,catastrophic,"), "{csv}");
    let pairs = fs::read_to_string(folder.join("pairs.csv")).unwrap();
    assert!(pairs.contains("constant,root,uniform,zero,normal(sd=1),2,100,1000,0,true,0.1,"), "{pairs}");
}

#[test]
fn json_has_all_fields() {
    let run = tempfile::tempdir().unwrap();
    write_law(run.path(), "root", f64::sqrt);
    let json = serde_json::to_value(plain(run.path()).series).unwrap();
    let series = &json[0];
    assert_eq!(series["estimator"], "root");
    assert_eq!(series["p"], 2.0);
    assert_eq!(series["in_probability"], "catastrophic");
    assert_eq!(series["in_expectation"], "catastrophic");
    assert_eq!(series["growth"]["model"], "power");
    assert!(series["growth"]["low"].as_f64() < series["growth"]["exponent"].as_f64());
    for name in ["theory_in_probability", "theory_in_expectation", "agrees", "tail_index"] {
        assert!(series[name].is_null(), "{name}");
    }
    assert_eq!(series["levels"].as_array().unwrap().len(), 4);
    assert_eq!(series["levels"][3]["n"], 100_000);
    assert!(series["levels"][3]["quantiles"][0]["low"].is_number());
}

#[test]
fn a_table_of_a_large_study_fits_a_terminal() {
    let run = tempfile::tempdir().unwrap();
    for estimator in ["linear_spline", "min_norm"] {
        for k in 0..13u32 {
            let n = 10u64.pow(1 + k / 3) * [1, 2, 5][k as usize % 3];
            let value = |u: &f64| Some((n as f64).powf(0.5) * (u + 0.5));
            let mut values: Vec<Option<f64>> = uniforms(100, u64::from(k)).iter().map(value).collect();
            values[0] = None;
            let risks = vec![("risk_l1", values.clone()), ("risk_l2", values.clone()), ("risk_sup", values)];
            let labels = ["jittered_grid(jitter=0.25)", "zero", "normal(sd=1)"];
            Shard { estimator, n, labels, risks, ..Shard::default() }.write(run.path());
        }
    }
    let theory = |_: &str, _: &str, _: &str, _: &str, p: Risk| Known {
        in_probability: p.p().map(|_| Verdict::Catastrophic),
        ..Known::default()
    };
    let summary = analyze(run.path(), &options(), &theory).unwrap();
    for width in [80, 120, 140] {
        let text = summary.table(width, usize::MAX) + &summary.legend() + &summary.explanation(width);
        assert!(text.lines().all(|line| line.chars().count() <= width), "{width}\n{text}");
    }
    assert_eq!(summary.legend().lines().count(), 2);
    let table = summary.table(120, usize::MAX);
    assert!(!table.contains('\u{1b}'));
    assert!(table.contains("of 13 levels are shown") && table.contains("26 of 2600 fits failed:"), "{table}");
    assert!(
        table.contains("design jittered_grid(jitter=0.25) · target zero · noise normal(sd=1) · 100 trials"),
        "{table}"
    );
    assert_eq!(table.split("levels are shown").next().unwrap().matches("linear_spline").count(), 1);
}
