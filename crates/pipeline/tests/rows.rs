//! Studies on rows of a table: samples, risks over the rows left out, and what is refused.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::{Path, PathBuf};
use tempered_math::catalogue::{Entry, Kind};
use tempered_math::space::estimator::{CATALOGUE, Estimator};
use tempered_pipeline::plan::{Cell, Plan};
use tempered_pipeline::spec::{Source, parse};
use tempered_pipeline::trial::{Trial, compute};

/// Longley, J. Am. Stat. Assoc. 62 (1967).
const LONGLEY: &str = include_str!("../../../pipelines/tables/longley.csv");

/// Intercept and coefficients of least squares on all rows, in the order of the columns: certified by the Statistical Reference
/// Datasets of NIST.
const CERTIFIED: [f64; 7] = [
    -3482258.63459582,
    15.0618722713733,
    -0.0358191792925910,
    -2.02022980381683,
    -1.03322686717359,
    -0.0511041056535807,
    1829.15146461355,
];

/// A folder with a table.
struct Table {
    folder: tempfile::TempDir,
}

impl Table {
    fn new(text: &str) -> Table {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("table.csv"), text).unwrap();
        Table { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("table.csv")
    }

    /// What a study beside the table says.
    fn read(&self, n: &str, design: &str, rest: &str) -> Result<Plan, String> {
        let text = format!(
            "version: 1\nname: rows\nseed: 7\ntrials: 40\ngenerate:\n  n: {n}\n  design: {design}\n{rest}\n"
        );
        let source = Source { name: "study", folder: self.folder.path() };
        parse(text.as_bytes(), source, &[]).map(Plan::new).map_err(|error| error.to_string())
    }

    fn plan(&self, n: &str, arguments: &str, rest: &str) -> Plan {
        let design = format!("{{rows: {{file: table.csv, {arguments}}}}}");
        self.read(n, &design, rest).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn trial(plan: &Plan, cell: &Cell, estimator: usize, trial: u64) -> Trial {
    let choice = cell.choice(&plan.study.estimators[estimator].rule).unwrap();
    compute(plan, cell, &choice, trial).unwrap()
}

fn score(plan: &Plan, trial: &Trial, name: &str) -> Option<f64> {
    trial.scores[plan.scores().iter().position(|known| known == name).unwrap_or_else(|| panic!("no {name}"))]
}

/// The numbers of a table of commas.
fn numbers(text: &str) -> Vec<Vec<f64>> {
    let row = |line: &str| line.split(',').map(|field| field.parse().unwrap()).collect();
    text.lines().skip(1).map(row).collect()
}

/// Risks are what stored weights give at the rows that are not in the training set, features scaled by hand.
#[test]
fn risks_are_those_of_stored_weights_at_the_rows_left_out() {
    let (table, rows) = (Table::new(LONGLEY), numbers(LONGLEY));
    for standardise in [false, true] {
        let plan = table.plan(
            "[5, 9, 15]",
            &format!("response: employed, standardise: {standardise}"),
            "train: {r: {ridge: {lambda: 2, intercept: true}}, b: {ridge: {lambda: 1}}}\nevaluate: {risks: [1, 2, 3.5, sup]}",
        );
        for (cell, estimator, number) in
            plan.cells.iter().flat_map(|cell| (0..2).flat_map(move |e| (0..8).map(move |t| (cell, e, t))))
        {
            let found = trial(&plan, cell, estimator, number);
            assert_eq!((found.x.len(), found.y.len()), (6 * cell.n as usize, cell.n as usize));
            // Responses of this table tell rows apart.
            let trained: Vec<&Vec<f64>> =
                found.y.iter().map(|y| rows.iter().find(|row| row[0] == *y).unwrap()).collect();
            let left: Vec<&Vec<f64>> = rows.iter().filter(|row| !found.y.contains(&row[0])).collect();
            assert_eq!(trained.len() + left.len(), 16);
            let n = trained.len() as f64;
            let mean: Vec<f64> = (1..7).map(|k| trained.iter().map(|row| row[k]).sum::<f64>() / n).collect();
            let sd = (1..7).map(|k| {
                let square = trained.iter().map(|row| (row[k] - mean[k - 1]).powi(2)).sum::<f64>();
                (square / n).sqrt()
            });
            let sd: Vec<f64> = sd.collect();
            let scaled = |row: &[f64]| -> Vec<f64> {
                let one = |k: usize| if standardise { (row[k + 1] - mean[k]) / sd[k] } else { row[k + 1] };
                (0..6).map(one).collect()
            };
            for (row, x) in trained.iter().zip(found.x.chunks(6)) {
                assert!(scaled(row).iter().zip(x).all(|(a, b)| (a - b).abs() <= 1e-12 * a.abs().max(1.0)));
            }
            let weights = found.weights(plan.generator);
            let value = |row: &[f64]| {
                let x = scaled(row);
                weights.outer.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>() + weights.skip_intercept[0]
            };
            let errors: Vec<f64> = left.iter().map(|row| (value(row) - row[0]).abs()).collect();
            let m = errors.len() as f64;
            for (name, p) in [("l1", 1.0), ("l2", 2.0), ("l3_5", 3.5)] {
                let powers: Vec<f64> = errors.iter().map(|error| error.powf(p)).collect();
                let risk = powers.iter().sum::<f64>() / m;
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-7 * b.abs();
                assert!(close(score(&plan, &found, &format!("risk_{name}")).unwrap(), risk), "{name}");
                let spread = powers.iter().map(|power| (power - risk).powi(2)).sum::<f64>();
                let error = (m > 1.0).then(|| (spread / (m * (m - 1.0))).sqrt());
                let stored = score(&plan, &found, &format!("error_{name}"));
                assert!(
                    stored.zip(error).is_none_or(|(a, b)| close(a, b)) && stored.is_some() == error.is_some()
                );
            }
            let largest = errors.iter().fold(0.0f64, |most, error| most.max(*error));
            assert!((score(&plan, &found, "risk_sup").unwrap() - largest).abs() <= 1e-9 * largest);
        }
    }
}

/// With one row left out, r_i = (1 − h_i) e_i ties its error e_i to the residual r_i on all rows, and the leverages h_i sum to the
/// number of coefficients: so the errors agree with the regression that NIST certifies.
#[test]
fn errors_of_rows_left_out_are_those_of_the_certified_regression() {
    let (table, rows) = (Table::new(LONGLEY), numbers(LONGLEY));
    let residual = |row: &[f64]| {
        row[0] - CERTIFIED[0] - CERTIFIED[1..].iter().zip(&row[1..]).map(|(b, x)| b * x).sum::<f64>()
    };
    let square: f64 = rows.iter().map(|row| residual(row).powi(2)).sum();
    assert!((square - 836_424.055_505_915).abs() < 1e-3, "{square}");
    for standardise in [false, true] {
        let plan = table.plan(
            "15",
            &format!("response: employed, standardise: {standardise}"),
            "train: {ls: {least_squares: {intercept: true}}}\nevaluate: {risks: [1]}",
        );
        let mut leverages = [None; 16];
        for number in 0..200 {
            let found = trial(&plan, &plan.cells[0], 0, number);
            let left = rows.iter().position(|row| !found.y.contains(&row[0])).unwrap();
            let error = score(&plan, &found, "risk_l1").unwrap();
            leverages[left] = Some(1.0 - residual(&rows[left]).abs() / error);
        }
        // 200 draws leave none of 16 rows in training throughout, but with probability 4e-5.
        let sum: f64 = leverages.iter().map(|leverage| leverage.unwrap()).sum();
        assert!((sum - 7.0).abs() < 1e-6, "{sum}");
    }
}

#[test]
fn every_estimator_is_judged_by_rows() {
    // Points that are in general position, unlike those of Longley.
    let field = |k: u64| k.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) % 2003;
    let row = |k: u64| (0..7).map(|j| field(7 * k + j + 1).to_string()).collect::<Vec<_>>().join(",");
    let rows: Vec<String> = (0..20).map(row).collect();
    let table = Table::new(&format!("y,a,b,c,d,e,f\n{}\n", rows.join("\n")));
    // Each parameter that has no default gets a number that all kinds accept.
    let rule = |entry: &Entry<dyn Estimator>| {
        let required = (entry.parameters)().into_iter().filter(|parameter| parameter.default.is_none());
        let given = required.map(|one| match one.kind {
            Kind::Whole { .. } => format!("{}: 2", one.name),
            _ => format!("{}: 0.5", one.name),
        });
        format!("{0}: {{{0}: {{{1}}}}}", entry.name, given.collect::<Vec<_>>().join(", "))
    };
    // Responses of a table are no labels.
    let entries = || CATALOGUE.iter().filter(|entry| entry.name != "svm");
    let rules: Vec<String> = entries().map(rule).collect();
    let train = format!("train: {{{}}}\nevaluate: {{risks: [1, 2, sup]}}", rules.join(", "));
    let plan = table.plan("[5, 10]", "response: y", &train);
    assert_eq!(plan.study.estimators.len(), CATALOGUE.len() - 1);
    for cell in plan.cells.iter() {
        for (estimator, Entry { name, .. }) in entries().enumerate() {
            let found = trial(&plan, cell, estimator, 3);
            // Two neighbours determine no plane of six features.
            if *name == "local_linear" {
                assert_eq!(found.word(), "scarce");
                continue;
            }
            assert_eq!(found.word(), "ok", "{name}");
            let [one, two, sup] =
                ["risk_l1", "risk_l2", "risk_sup"].map(|name| score(&plan, &found, name).unwrap());
            assert!(one > 0.0 && one * one <= two && one <= sup && two <= sup * sup, "{one} {two} {sup}");
            // The same rows train whatever the estimator.
            assert_eq!(found.y, trial(&plan, cell, 0, 3).y);
        }
    }
}

#[test]
fn a_study_reads_back_without_its_file_and_names_of_columns_may_be_anything() {
    let odd = "a=b, c;\"d(\",y,x*1,null,text\n1,2,3,4,word\n2,5,7,1,word\n4,5,6,9,word\n8,1,0,2,word\n";
    let text = odd.replace("a=b, c;\"d(\"", "\"a=b, c;\"\"d(\"\"\"");
    for arguments in [
        "response: y",
        "response: Y, features: ['x*1', 'null'], standardise: true",
        "response: 'null', features: ['a=b, c;\"d(\"', y]",
    ] {
        let table = Table::new(&text);
        let plan = table.plan("[2, 3]", arguments, "train: {ls: least_squares}");
        let d = if arguments.contains("features") { 2 } else { 3 };
        let resolved = plan.study.to_yaml();
        assert!(plan.cells.iter().all(|cell| cell.size().d == Some(d)), "{resolved}");
        let before = trial(&plan, &plan.cells[1], 0, 5);
        std::fs::remove_file(table.path()).unwrap();
        let again = Plan::new(parse(resolved.as_bytes(), "resolved", &[]).unwrap());
        assert_eq!(again.study.to_yaml(), resolved);
        let contents = |plan: &Plan| plan.cells.iter().map(Cell::content).collect::<Vec<_>>();
        assert_eq!(contents(&again), contents(&plan));
        // Computing asks for it, and says which file is missing where.
        let choice = again.cells[1].choice(&again.study.estimators[0].rule).unwrap().into_owned();
        let error = compute(&again, &again.cells[1], &choice, 5).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(&table.path().display().to_string()), "{error}");
        assert!(error.contains("put the file of this content back"), "{error}");
        std::fs::write(table.path(), text.replace('9', "3")).unwrap();
        let error = compute(&again, &again.cells[1], &choice, 5).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("its content has changed"), "{error}");
        std::fs::write(table.path(), &text).unwrap();
        let after = compute(&again, &again.cells[1], &choice, 5).unwrap();
        assert_eq!((before.x, before.y, before.scores), (after.x, after.y, after.scores));
    }
}

/// Numbers follow from the content, not from where the file lies or how columns that are not asked for are called.
#[test]
fn content_decides_and_places_do_not() {
    let (one, other) = (Table::new(LONGLEY), Table::new(LONGLEY));
    let changed = Table::new(&LONGLEY.replace("60323", "60324"));
    let keys = |table: &Table, n: &str| -> Vec<String> {
        let plan = table.plan(n, "response: employed", "train: {ls: least_squares}");
        plan.cells.iter().map(|cell| cell.key.clone()).collect()
    };
    assert_eq!(keys(&one, "[5, 6]"), keys(&other, "[5, 6]"));
    assert_ne!(keys(&one, "[5, 6]"), keys(&changed, "[5, 6]"));
    // Levels that are added move nothing.
    assert_eq!(keys(&one, "[4, 5, 6]")[1..], keys(&one, "[5, 6]"));
}

#[test]
fn axes_and_conditions_work_beside_tables() {
    let table = Table::new(LONGLEY);
    let labels = |n: &str, design: &str| -> Vec<(u64, String)> {
        let plan = table.read(n, design, "train: {r: {ridge: {lambda: 'd / n'}}}").unwrap();
        plan.cells.iter().map(|cell| (cell.n, cell.design.to_string())).collect()
    };
    let both = labels("[5, 9]", "{rows: {file: table.csv, response: employed, standardise: [false, true]}}");
    assert_eq!(both.len(), 4);
    assert!(both[1].1.contains("standardise=true"), "{both:?}");
    let sides = labels(
        "9",
        "[{rows: {file: table.csv, response: employed}}, {rows: {file: table.csv, response: gnp, features: [year, population]}}]",
    );
    assert!(sides[0].1.starts_with("rows(d=6, ") && sides[1].1.starts_with("rows(d=2, "), "{sides:?}");
    let responses = labels("9", "{rows: {file: table.csv, response: [employed, gnp]}}");
    assert!(responses[1].1.contains("response=gnp"), "{responses:?}");
    let tied = labels("[5, 9]\n  where: n < d", "{rows: {file: table.csv, response: employed}}");
    assert_eq!(tied.len(), 1);
}

#[test]
fn wrong_tables_are_refused_at_their_places() {
    let long: String = (0..30).map(|k| format!("{k},{},{k},7\n", k * k)).collect();
    let good = format!("a,b,y,one\n{long}");
    let table = Table::new(&good);
    for (name, text) in [
        ("missing.csv", "a,y\n1,2\n,3\n"),
        ("words.csv", "a,y\n1,2\nfour,3\n"),
        ("nan.csv", "a,y\n1,2\nNaN,3\n"),
        ("huge.csv", "a,y\n1,2\n1e999,3\n"),
        ("twice.csv", "a,a,y\n1,2,3\n1,2,4\n"),
        ("short.csv", "a,y\n1\n"),
        ("empty.csv", ""),
        ("header.csv", "a,y\n"),
        ("text.csv", "name,y\nx,1\nz,2\n"),
        ("quote.csv", "a,y\n\"1,2\n3,4\n"),
        ("not.parquet", "PAR1 and nothing else"),
    ] {
        std::fs::write(table.folder.path().join(name), text).unwrap();
    }
    std::fs::create_dir(table.folder.path().join("folder")).unwrap();
    let file = |name: &str| format!("{{rows: {{file: {name}, response: y}}}}");
    let with = |rest: &str| format!("{{rows: {{file: table.csv, {rest}}}}}");
    let train = "train: {ls: least_squares}";
    let cases = [
        ("4", file("nowhere.csv"), train, "generate.design.rows.file", "No such file"),
        ("4", file("."), train, "rows.file", "must be the path of a file"),
        ("4", file("folder"), train, "rows.file", "a folder, not a file"),
        ("4", "{rows: {response: y}}".into(), train, "generate.design", "lacks `file` of rows"),
        ("4", with("features: [a]"), train, "generate.design", "lacks `response` of rows"),
        (
            "4",
            file("missing.csv"),
            train,
            "rows.file",
            "missing.csv:3: column `a` is \"\", expected a number",
        ),
        ("4", file("words.csv"), train, "rows.file", "words.csv:3: column `a` is \"four\""),
        ("4", file("nan.csv"), train, "rows.file", "nan.csv:3: column `a` is NaN, expected a finite"),
        ("4", file("huge.csv"), train, "rows.file", "huge.csv:3: column `a` is inf, expected a finite"),
        ("4", file("twice.csv"), train, "rows.file", "two columns are called `a`"),
        ("4", file("short.csv"), train, "rows.file", "short.csv:2: 1 fields, expected 2"),
        ("4", file("empty.csv"), train, "rows.file", "nothing is in it"),
        ("4", file("header.csv"), train, "rows.file", "no column of numbers but the response"),
        ("4", file("text.csv"), train, "rows.file", "no column of numbers but the response"),
        ("4", file("quote.csv"), train, "rows.file", "every quote to be closed"),
        ("4", file("not.parquet"), train, "rows.file", "not.parquet"),
        ("4", with("response: z"), train, "rows.response", "there are a, b, y, one"),
        ("4", with("response: yy"), train, "rows.response", "did you mean `y`?"),
        ("4", with("response: y, features: [a, c]"), train, "rows.features[1]", "names no column"),
        ("4", with("response: y, features: [a, A]"), train, "rows.features[1]", "in this list before"),
        ("4", with("response: y, features: [a, Y]"), train, "rows.features[1]", "the response"),
        ("4", with("response: y, features: []"), train, "rows.features", "must hold at least one entry"),
        ("4", with("response: y, features: [[a], [b]]"), train, "rows.features", "one value"),
        ("4", with("response: y, standardise: true"), train, "rows.standardise", "`one`"),
        ("4", with("response: y, digest: 0123456789abcdef"), train, "rows.digest", "that of the file is"),
        ("4", with("response: y, d: 2"), train, "rows.d", "that of the file is 3"),
        ("4", with("response: y, lines: 3"), train, "generate.design.rows", "unknown key `lines`"),
        ("4\n  d: 3", with("response: y"), train, "generate.d", "follows from the columns"),
        (
            "[4, 30]",
            with("response: y"),
            train,
            "generate.n",
            "n = 30, but the table has 30 rows; expected at most 29",
        ),
        ("4\n  target: linear", with("response: y"), train, "generate.target", "leave `target` out"),
        ("4\n  noise: normal", with("response: y"), train, "generate.noise", "leave `noise` out"),
        (
            "4",
            format!("[{}, {{sphere: {{d: 3}}}}]", with("response: y")),
            train,
            "generate.design[1]",
            "two studies",
        ),
        (
            "4",
            format!("[{}, uniform]", with("response: y")),
            train,
            "generate.design[1]",
            "design of the line",
        ),
        ("4", with("response: y"), "train: {s: linear_spline}", "train.s", "`least_squares`"),
        (
            "4",
            with("response: y"),
            "train: {ls: least_squares}\nevaluate: {risks: [2, bias]}",
            "evaluate.risks",
            "bias",
        ),
    ];
    for (n, design, rest, path, part) in cases {
        let error = table.read(n, &design, rest).map(drop).unwrap_err();
        assert!(error.contains(path) && error.contains(part), "{design} {rest}\n{error}");
        assert!(error.contains("--> study:"), "no place: {error}");
        assert_eq!(error.matches("  --> ").count(), 1, "{error}");
    }
    // What is said here is right: without the constant column features are scaled, with all its rows but one a table trains.
    for design in [with("response: y, features: [a, b], standardise: true"), with("response: y, d: 3")] {
        assert!(table.read("[4, 29]", &design, train).is_ok());
    }
    assert!(table.read("4\n  target: zero\n  noise: none", &with("response: y"), train).is_ok());
}

/// A path in a flag counts from the current folder, one in the study from the study's.
#[test]
fn paths_count_from_where_they_are_written() {
    let table = Table::new(LONGLEY);
    let text = "version: 1\nname: rows\nseed: 7\ntrials: 4\ngenerate: {n: 4, design: {rows: {file: table.csv, response: employed}}}\ntrain: {ls: least_squares}\n";
    let beside = table.folder.path().join("study.yaml").display().to_string();
    assert!(parse(text.as_bytes(), &beside, &[]).is_ok());
    let set =
        tempered_pipeline::spec::Edit::set("generate.design.rows.file", "../../pipelines/tables/longley.csv");
    assert!(Path::new("../../pipelines/tables/longley.csv").exists());
    let study = parse(text.as_bytes(), &beside, &[set]).unwrap();
    assert!(study.to_yaml().contains("longley.csv"));
}
