//! Quantities along coordinates.

use super::*;
use std::collections::BTreeMap;
use std::path::Path;
use tempered_analysis::{Coordinate, Course, Curve, Statistic, Summary};

/// One partition, by its coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell {
    estimator: &'static str,
    /// Width and rate of learning of a variant.
    variant: Option<(u32, f64)>,
    n: u64,
    sd: f64,
}

impl Cell {
    fn write(&self, run: &Path, columns: Vec<(&str, Vec<Option<f64>>)>) {
        let variant = self.variant.map(|(width, lr)| format!("width={width}, lr={lr}"));
        let noise = format!("normal(sd={})", self.sd);
        let labels = ["uniform", "zero", noise.as_str()];
        let Cell { estimator, n, .. } = *self;
        Shard { estimator, variant: variant.as_deref(), n, labels, risks: columns, ..Shard::default() }
            .write(run);
    }

    /// A number that no other cell has.
    fn value(&self) -> f64 {
        let (width, lr) = self.variant.unwrap_or((7, 0.7));
        f64::from(width) * 1e3 + lr * 1e2 + self.n as f64 + self.sd / 16.0 + self.estimator.len() as f64 * 1e6
    }
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for n in [20, 100] {
        for sd in [0.5, 1.0, 2.0] {
            for (estimator, variants) in [
                ("relu", vec![Some((9, 0.1)), Some((100, 0.1)), Some((100, 0.5))]),
                ("spline", vec![None]),
                ("wide_relu", vec![Some((9, 0.1))]),
            ] {
                cells.extend(variants.into_iter().map(|variant| Cell { estimator, variant, n, sd }));
            }
        }
    }
    cells
}

fn read(run: &Path, along: &str, quantities: &[&str], threads: usize) -> Summary {
    let quantities = quantities.iter().map(|name| (*name).to_owned()).collect();
    let options = Options { along: along.into(), quantities, threads, ..options() };
    analyze(run, &options, &silent).unwrap()
}

fn along(run: &Path, along: &str, quantities: &[&str]) -> Vec<Curve> {
    read(run, along, quantities, 0).curves
}

/// What two cells must share to stand in one curve, compared field by field.
fn same_curve(a: &Cell, b: &Cell, along: &str) -> bool {
    let width = |cell: &Cell| cell.variant.map(|variant| variant.0).filter(|_| along != "width");
    let rate = |cell: &Cell| cell.variant.map(|variant| variant.1).filter(|_| along != "lr");
    let has = |cell: &Cell| cell.variant.is_some();
    let estimators =
        || a.estimator == b.estimator && has(a) == has(b) && width(a) == width(b) && rate(a) == rate(b);
    (along == "estimator" || estimators())
        && (along == "n" || a.n == b.n)
        && (["noise_sd", "noise"].contains(&along) || a.sd == b.sd)
}

/// Curves by the medians of their places against groups made cell by cell.
#[test]
fn grouping_agrees_with_comparing_every_pair_of_cells() {
    let run = tempfile::tempdir().unwrap();
    let cells = cells();
    for cell in &cells {
        let values = vec![Some(cell.value()); 25];
        cell.write(run.path(), vec![("risk_l2", values.clone()), ("depth_max", values)]);
    }
    for name in ["width", "lr", "noise_sd", "noise", "estimator", "n", "design", "design_none"] {
        if name == "design_none" {
            let options = Options { along: name.into(), ..options() };
            let error = analyze(run.path(), &options, &silent).unwrap_err();
            assert!(matches!(error, Error::Coordinate { .. }), "{error}");
            continue;
        }
        let mut groups: Vec<Vec<Cell>> = Vec::new();
        for cell in &cells {
            match groups.iter_mut().find(|group| group.iter().all(|other| same_curve(cell, other, name))) {
                Some(group) => group.push(*cell),
                None => groups.push(vec![*cell]),
            }
        }
        let mut expected: Vec<Vec<u64>> = groups
            .iter()
            .map(|group| {
                let mut values: Vec<u64> = group.iter().map(|cell| cell.value().to_bits()).collect();
                values.sort_unstable();
                values
            })
            .collect();
        let values = |curve: &Curve| {
            let mut values: Vec<u64> =
                curve.points.iter().map(|p| p.level.median.unwrap().to_bits()).collect();
            values.sort_unstable();
            values
        };
        let mut found: Vec<Vec<u64>> = along(run.path(), name, &["depth_max"]).iter().map(values).collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{name}");
    }
}

/// Trials of the variants of one estimator, with the least median at width 30 and a part that all widths have in common.
fn write_valley(run: &Path, widths: &[u32]) {
    let common = uniforms(200, 99);
    for (place, width) in widths.iter().enumerate() {
        let apart = (f64::from(*width) / 30.0).ln().abs();
        let own = uniforms(200, place as u64);
        let value = |k: usize| Some((1.0 + apart) * (2.0 * common[k] + 0.2 * own[k]).exp());
        let kinks: Vec<Option<f64>> =
            own.iter().map(|u| Some(f64::from(*width).min((u * 4.0).floor()))).collect();
        let columns = vec![("risk_l2", (0..200).map(value).collect()), ("rank", kinks)];
        Cell { estimator: "relu", variant: Some((*width, 0.1)), n: 20, sd: 1.0 }.write(run, columns);
    }
    let constant = vec![("risk_l2", uniforms(200, 7).into_iter().map(|u| Some(3.0 + u)).collect())];
    Cell { estimator: "spline", variant: None, n: 20, sd: 1.0 }.write(run, constant);
}

#[test]
fn a_valley_is_found_with_its_place() {
    let run = tempfile::tempdir().unwrap();
    write_valley(run.path(), &[300, 1, 30, 3, 100, 10]);
    let summary = read(run.path(), "width", &[], 0);
    let [valley, reference] = &summary.curves[..] else { panic!("{:?}", summary.curves) };
    let places: Vec<f64> =
        valley.points.iter().map(|point| point.at.as_ref().unwrap().number().unwrap()).collect();
    assert_eq!(places, [1.0, 3.0, 10.0, 30.0, 100.0, 300.0]);
    assert_eq!((valley.estimator.as_str(), valley.n, valley.paired), ("relu[lr=0.1]", Some(20), true));
    assert_eq!(valley.coordinates.get("lr"), Some(&Coordinate::Number(0.1)));
    assert_eq!(valley.coordinates.get("width"), None);
    let minimum = valley.minimum.as_ref().unwrap();
    assert_eq!((minimum.place, minimum.among.as_slice(), minimum.inside), (3, &[3][..], true));
    assert_eq!((valley.course, valley.statistic), (Some(Course::NotMonotone), Statistic::Median));
    // An estimator without the coordinate has one place.
    assert_eq!((reference.points.len(), reference.points[0].at.as_ref()), (1, None));
    let table = summary.table(120, 20) + &summary.legend();
    assert!(table.contains("falls, then rises") && table.contains(", 30 "), "{table}");
    assert!(!table.contains("undecided"), "{table}");
    let all = summary.table(120, usize::MAX);
    assert!(all.lines().any(|line| line.starts_with("relu[lr=0.1]") && line.ends_with("largest")), "{all}");
    // Where means are asked for they are judged, and those of theory stand beside a single place as beside several.
    let options = Options { along: "width".into(), statistic: Some(Statistic::Mean), ..options() };
    let mut means = analyze(run.path(), &options, &silent).unwrap();
    assert!(means.curves.iter().all(|curve| curve.statistic == Statistic::Mean));
    let point = &means.curves[0].points[3];
    assert_eq!((point.value, point.value == valley.points[3].value), (point.level.mean, false));
    let [_, single] = &mut means.curves[..] else { panic!("{:?}", means.curves) };
    single.points[0].theory = Some(0.123456);
    let table = means.table(120, 20);
    assert!(
        table.contains("along width, mean") && table.contains("theory") && table.contains("0.1235"),
        "{table}"
    );
    // Counts are judged by means; of the spline there is no such column.
    let ranks = along(run.path(), "width", &["rank"]);
    assert_eq!((ranks.len(), ranks[0].statistic), (1, Statistic::Mean));
}

#[test]
fn curves_are_written_and_printed_whole() {
    let run = tempfile::tempdir().unwrap();
    write_valley(run.path(), &[3, 30, 300]);
    let summary = read(run.path(), "width", &["risk_l2", "failed"], 0);
    summary.write(run.path()).unwrap();
    let csv = fs::read_to_string(run.path().join("summary/curves.csv")).unwrap();
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let page = include_str!("../../docs/figures.md");
    for column in &header {
        assert!(page.contains(&format!("`{column}`")) || ["lr", "width"].contains(column), "{column}");
    }
    assert!(header.ends_with(&["course", "lr", "noise_sd"]), "{header:?}");
    // Two quantities of three widths and of the spline.
    assert_eq!(csv.lines().count(), 1 + 2 * 4);
    let file = MetricsFile::open(&run.path().join("summary/curves.parquet")).unwrap();
    let at = file.numbers(0, "at").unwrap();
    assert!(at[..3] == [3.0, 30.0, 300.0] && at[3].is_nan(), "{at:?}");
    let json = serde_json::to_value(&summary.curves).unwrap();
    assert_eq!(json[0]["minimum"]["place"], 1);
    assert_eq!(json[0]["points"][0]["at"], 3.0);
    assert_eq!(json[0]["course"], "not_monotone");
    assert_eq!(json[0]["statistic"], "median");
    let levels = fs::read_to_string(run.path().join("summary/levels.csv")).unwrap();
    assert!(levels.lines().next().unwrap().ends_with(",lr,noise_sd,width"), "{levels}");
}

#[test]
fn the_share_of_failures_has_wilson_s_interval() {
    let run = tempfile::tempdir().unwrap();
    for (sd, lost) in [(0.5, 0), (1.0, 25), (2.0, 90)] {
        let values = (0..100).map(|k| (k >= lost).then_some(1.0 + f64::from(k))).collect();
        Cell { estimator: "spline", variant: None, n: 20, sd }.write(run.path(), vec![("risk_l2", values)]);
    }
    let [curve] = &along(run.path(), "noise_sd", &["failed"])[..] else { panic!() };
    let values: Vec<f64> = curve.points.iter().map(|point| point.value.unwrap()).collect();
    assert_eq!(values, [0.0, 0.25, 0.9]);
    let (low, high) = (curve.points[0].low.unwrap(), curve.points[0].high.unwrap());
    assert!(low == 0.0 && (high - 0.0370).abs() < 1e-4, "{low} {high}");
    assert_eq!((curve.course, curve.paired), (Some(Course::Increasing), false));
    assert_eq!(curve.points[1].level.failed, 0);
}

/// Along n quantities have curves, and risks their series.
#[test]
fn quantities_are_followed_beside_risks() {
    let run = tempfile::tempdir().unwrap();
    for n in SIZES {
        let values = |seed| uniforms(100, seed).into_iter().map(|u| Some(u / n as f64)).collect::<Vec<_>>();
        let columns = vec![("risk_l2", values(n)), ("train_error", values(n + 1))];
        Shard { n, risks: columns, ..Shard::default() }.write(run.path());
    }
    let summary = read(run.path(), "n", &["train_error", "risk_l2"], 0);
    assert_eq!((summary.curves.len(), summary.series.len()), (1, 1));
    assert_eq!((summary.curves[0].course, summary.curves[0].n), (Some(Course::Decreasing), None));
    let table = summary.table(120, 20);
    assert!(table.contains("Median risk by n") && table.contains("train_error along n"), "{table}");
    let table = read(run.path(), "n", &["train_error"], 0).table(120, 20);
    assert!(!table.contains("Median risk by n") && table.contains("train_error along n"), "{table}");
    let options = Options { quantities: vec!["train_eror".into()], ..options() };
    let error = analyze(run.path(), &options, &silent).unwrap_err().to_string();
    assert!(error.contains("did you mean `train_error`?") && error.contains("failed"), "{error}");
}

/// With fewer than three sizes there is no growth to judge: quantities are shown by estimator.
#[test]
fn one_size_shows_quantities_and_no_verdicts() {
    let run = tempfile::tempdir().unwrap();
    for (seed, estimator) in ["spline", "relu"].into_iter().enumerate() {
        let values = |seed| uniforms(100, seed).into_iter().map(Some).collect::<Vec<_>>();
        let ones = vec![Some(seed as f64); 100];
        let columns = vec![("risk_l2", values(seed as u64)), ("gaps_with_1", ones)];
        Shard { estimator, risks: columns, ..Shard::default() }.write(run.path());
    }
    let table = plain(run.path()).table(120, 20);
    assert!(
        table.contains("risk_l2") && table.contains("Medians at n = 100") && !table.contains("undecided"),
        "{table}"
    );
    let table = read(run.path(), "n", &["gaps_with_1"], 0).table(120, 20);
    assert!(table.contains("gaps_with_1 (mean)") && !table.contains("risk"), "{table}");
}

/// Files in another order, cut differently and on other threads.
#[test]
fn neither_files_nor_threads_change_a_curve() {
    let [one, two] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut cells = cells();
    for run in [&one, &two] {
        for cell in &cells {
            let values: Vec<Option<f64>> = uniforms(60, cell.value() as u64)
                .into_iter()
                .map(|u| (u > 0.1).then_some(cell.sd * u))
                .collect();
            cell.write(run.path(), vec![("risk_l2", values.clone()), ("norm_2", values)]);
        }
        cells.reverse();
    }
    for name in ["width", "noise_sd", "estimator"] {
        let [a, b, c] = [(&one, 1), (&two, 3), (&one, 5)]
            .map(|(run, threads)| read(run.path(), name, &["risk_l2", "norm_2", "failed"], threads).curves);
        assert!(a == b && a == c, "{name}");
        let by_quantity = a.iter().fold(BTreeMap::new(), |mut counts, curve| {
            *counts.entry(curve.quantity.as_str()).or_insert(0) += 1;
            counts
        });
        assert_eq!(by_quantity.values().collect::<Vec<_>>().windows(2).filter(|w| w[0] != w[1]).count(), 0);
    }
}
