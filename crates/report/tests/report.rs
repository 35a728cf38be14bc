//! The page, the figures and the tables of an example report and of hostile ones.

mod joshi;

use tempered_report::{
    Bin, Class, Conclusion, Distribution, DrawnTrial, Fit, Growth, Interval, Level, Report, Scaling, Series,
    Table, Tail, figures, page, write_figures, write_tables,
};

const NASTY: &str = "<script>alert(\"x\")</script> & $\\frac{a}{b}$ 100% {_^~|../\u{0}\n";

/// A report that has one of everything, with a number in every place.
fn everywhere(value: f64, label: &str) -> Report {
    let some = Some(value);
    let interval = Interval { value, low: some, high: some };
    let level = |n| Level {
        n,
        trials: 7,
        failed: 7,
        censored: 7,
        reasons: label.to_owned(),
        mean: some,
        mean_se: some,
        mean_trusted: false,
        median: some,
        median_low: some,
        median_high: some,
        q05: some,
        q25: some,
        q75: some,
        q95: some,
        max: some,
        trials_needed: None,
    };
    let label = label.to_owned();
    let series = Series {
        estimator: label.clone(),
        design: label.clone(),
        target: label.clone(),
        noise: label.clone(),
        p: label.clone(),
        domain: label.clone(),
        in_probability: Conclusion {
            class: Class::Benign,
            theory: Some(Class::Tempered),
            agrees: Some(false),
        },
        in_expectation: Conclusion::default(),
        theory_limit: some,
        theory_exponent: some,
        theory_source: Some(label.clone()),
        reason: label.clone(),
        growth: Some(Growth {
            formula: label.clone(),
            exponent: Some(interval),
            runner_up: Some(label.clone()),
            evidence: some,
            curve: vec![(value, value), (10.0, value), (value, 10.0)],
        }),
        tail_indices: vec![(label.clone(), interval)],
        scaling: Some(Scaling { label: label.clone(), exponent: value }),
        levels: vec![level(0), level(10), level(u64::MAX)],
        distributions: vec![Distribution {
            n: 10,
            survival: vec![(value, 1.0), (1.0, value)],
            histogram: vec![
                Bin { low: value, high: 1.0, share: 0.5 },
                Bin { low: 1.0, high: value, share: value },
            ],
            tail: Some(Tail { index: value, from: 1.0, probability: value }),
        }],
    };
    let points = vec![(0.0, value), (value, 0.0), (1.0, 1.0)];
    let trial = DrawnTrial {
        title: label.clone(),
        data: points.clone(),
        target_curve: points.clone(),
        fits: vec![Fit { estimator: label.clone(), curve: points, risks: vec![(label.clone(), value)] }],
        command: label.clone(),
        ..DrawnTrial::default()
    };
    let study = tempered_report::Study { name: label.clone(), yaml: label.clone(), ..Default::default() };
    Report {
        study,
        risks: vec![label.clone()],
        curves: Vec::new(),
        maps: Vec::new(),
        groups: Vec::new(),
        whole: None,
        series: vec![series],
        trials: vec![trial],
        methods: vec![label.clone()],
        note: label,
    }
}

#[test]
fn every_figure_of_the_example_shows_something() {
    let report = joshi::report();
    let figures = figures(&report);
    // Five risks in two settings, with tail and histogram at seven sizes; two scaled risks; four trials.
    assert_eq!(figures.len(), 5 * 2 * (1 + 2 * 7) + 2 + 4);
    for figure in &figures {
        let svg = figure.svg();
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"), "{}", figure.name);
        assert!(svg.matches("<path").count() >= 1, "{} shows nothing", figure.name);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{}", figure.name);
    }
    let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
    assert!(
        names.contains(&"risk-uniform-p1.5") && names.contains(&"histogram-grid-p4-n100000"),
        "{names:?}"
    );
    assert!(figures[0].png().unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn extreme_numbers_neither_panic_nor_reach_a_figure() {
    let extremes =
        [f64::NAN, f64::INFINITY, -f64::INFINITY, 0.0, -1.0, 1e300, -1e300, 1e-300, f64::MAX, 5e-324, 1.0];
    for value in extremes {
        let report = everywhere(value, "2");
        for figure in figures(&report) {
            let svg = figure.svg();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{value}: {}\n{svg}", figure.name);
        }
        assert!(!page(&report).unwrap().contains("NaN"), "{value}");
        assert!(Table::levels(&report).markdown().lines().count() > 3);
    }
}

#[test]
fn empty_reports_are_told_apart_from_empty_series() {
    let error = page(&Report::default()).unwrap_err().to_string();
    assert!(error.contains("nothing to show"), "{error}");
    let report =
        Report { series: vec![Series::default()], trials: vec![DrawnTrial::default()], ..Report::default() };
    assert!(page(&report).is_ok());
    for figure in figures(&report) {
        assert!(!figure.svg().contains("NaN"));
    }
    let mut single = joshi::report();
    for series in &mut single.series {
        series.levels.truncate(1);
    }
    assert!(!page(&single).unwrap().contains("NaN"));
}

#[test]
fn labels_cannot_break_out() {
    let report = everywhere(1.0, NASTY);
    let html = page(&report).unwrap();
    assert!(!html.contains("<script>"));
    for figure in figures(&report) {
        assert!(!figure.svg().contains("<script>"), "{}", figure.name);
        assert!(
            figure.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.'),
            "{}",
            figure.name
        );
    }
    let table = Table::verdicts(&report);
    assert!(!table.markdown().contains("<script>"));
    assert!(table.latex().contains("\\textless{}script\\textgreater{}") && table.latex().contains("100\\%"));
    let csv = table.csv();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let row = reader.records().next().unwrap().unwrap();
    assert_eq!(&row[0], NASTY);
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = joshi::report();
    assert!(page(&report).unwrap() == page(&report).unwrap());
    assert!(figures(&report)[3].svg() == figures(&report)[3].svg());
}

#[test]
fn the_page_asks_for_nothing() {
    let html = page(&joshi::report()).unwrap();
    for wanted in ["<script", "http-equiv", "@import", "src=", "url(http"] {
        assert!(!html.contains(wanted), "{wanted}");
    }
    let addresses = html.matches("http://").count();
    assert_eq!(addresses, html.matches("xmlns=\"http://www.w3.org/2000/svg\"").count());
}

#[test]
fn ids_are_unique() {
    let html = page(&joshi::report()).unwrap();
    let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for (i, id) in ids.iter().enumerate() {
        assert!(!ids[..i].contains(id), "{id}");
    }
}

#[test]
fn tables_hold_the_numbers_in_full() {
    let report = joshi::report();
    let csv = Table::levels(&report).csv();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let at = reader.headers().unwrap().iter().position(|name| name == "median").unwrap();
    let read: Vec<f64> = reader.records().map(|row| row.unwrap()[at].parse().unwrap()).collect();
    let given: Vec<f64> =
        report.series.iter().flat_map(|series| &series.levels).map(|level| level.median.unwrap()).collect();
    assert_eq!(read, given);
    let latex = Table::levels(&report).latex();
    assert!(latex.is_ascii(), "LaTeX without packages for fonts");
    assert_eq!(latex.matches("\\\\\n").count(), given.len() + 2);
}

#[test]
fn files_are_written_where_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut report = joshi::report();
    report.series.truncate(1);
    report.series[0].distributions.clear();
    report.trials.clear();
    let figures = write_figures(&report, &folder.path().join("figures")).unwrap();
    let tables = write_tables(&report, &folder.path().join("tables")).unwrap();
    assert_eq!((figures.len(), tables.len()), (2, 6));
    assert!(figures.iter().chain(&tables).all(|path| path.metadata().unwrap().len() > 100));
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let error = write_tables(&report, &blocked).unwrap_err().to_string();
    assert!(error.contains("cannot write") && error.contains("file"), "{error}");
}
