//! Studies of samples with d features: what YAML says, what files hold, and what numbers must be.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::path::Path;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::replay::{Selection, replay};
use tempered_pipeline::run::{Settings, run};
use tempered_pipeline::spec::{Study, parse};
use tempered_pipeline::verify::{Draw, verify};
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::{MetricsTable, Table, read_metrics};

const TRAIN: &str = "train: {ls: least_squares}\n";

fn study(generate: &str, rest: &str) -> String {
    format!("version: 1\nname: features\nseed: 7\ntrials: 40\ngenerate: {generate}\n{rest}")
}

fn parsed(text: &str) -> Study {
    parse(text.as_bytes(), "study", &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs a study on so many threads, and gives its files with their bytes.
fn files(text: &str, out: &Path, threads: usize) -> BTreeMap<String, Vec<u8>> {
    let directory = RunDirectory::create(out).unwrap();
    let settings = Settings { threads, ..Settings::default() };
    run(Plan::new(parsed(text)), &directory, &settings, &Cancel::new(), |_| ()).unwrap();
    let listing = directory.listing().unwrap();
    let file = |file: &tempered_store::Listed| {
        let path = file.place.path(file.table);
        (path.display().to_string(), std::fs::read(out.join(path)).unwrap())
    };
    listing.files.iter().map(file).collect()
}

/// The metrics of an estimator of a finished run, by the design of their cell.
fn tables(text: &str) -> Vec<(String, MetricsTable)> {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan::new(parsed(text));
    files(text, folder.path(), 2);
    let directory = RunDirectory::open(folder.path()).unwrap();
    let listing = directory.listing().unwrap();
    let metrics = listing.files.iter().filter(|file| file.table == Table::Metrics);
    let table = |file: &tempered_store::Listed| {
        let cell = plan.cells.iter().find(|cell| cell.key == file.place.cell).unwrap();
        (cell.design.to_string(), read_metrics(&directory.metrics_path(&file.place)).unwrap())
    };
    metrics.map(table).collect()
}

fn column(table: &MetricsTable, name: &str) -> Vec<f64> {
    let place = table.names.iter().position(|known| known == name).unwrap_or_else(|| panic!("no {name}"));
    table.scores[place].iter().map(|score| score.unwrap()).collect()
}

fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(share * (sorted.len() - 1) as f64).round() as usize]
}

#[test]
fn features_stand_beside_designs_or_in_each() {
    let labels = |generate: &str| -> Vec<String> {
        let plan = Plan::new(parsed(&study(generate, TRAIN)));
        plan.cells.iter().map(|cell| format!("{} {}", cell.n, cell.design)).collect()
    };
    let beside = labels("{n: [4, 6], d: [2, 3]}");
    assert_eq!(beside[..2], ["4 gaussian(d=2, spectrum=identity)", "4 gaussian(d=3, spectrum=identity)"]);
    assert_eq!(beside, labels("{n: [4, 6], design: {gaussian: {d: [2, 3]}}}"));
    assert_eq!(labels("{n: [4, 6], d: '2 * n', design: sphere}"), ["4 sphere(d=8)", "6 sphere(d=12)"]);
    assert_eq!(
        labels("{n: [4, 6], d: [8, 9], design: sphere, zip: [[n, d]]}"),
        ["4 sphere(d=8)", "6 sphere(d=9)"]
    );
    assert_eq!(labels("{n: [4, 6], d: [5, 6], design: cube, where: d > n}"), ["4 cube(d=5)", "4 cube(d=6)"]);
    // Words with parameters of their own, as they are written or side by side.
    let nested = labels("{n: 4, d: 3, design: {gaussian: {spectrum: {power: {exponent: [1, 1.5]}}}}}");
    assert_eq!(nested[1], "4 gaussian(d=3, spectrum=power, exponent=1.5)");
    assert_eq!(nested, labels("{n: 4, d: 3, design: {gaussian: {spectrum: power, exponent: [1, 1.5]}}}"));
}

#[test]
fn a_study_reads_back_as_it_is_resolved() {
    for generate in [
        "{n: [4, 6], d: [2, 3], design: [sphere, {gaussian: {spectrum: {power: {exponent: 2}}}}]}",
        "{n: [4, 6], d: '2 * n', target: {linear: {direction: random}}}",
        "{n: [4, 6], d: [2, 3], zip: [[n, d]]}",
    ] {
        let written = parsed(&study(
            generate,
            "train: {r: {ridge: {lambda: 'd / n'}}}\nevaluate: {risks: [2, sup, bias]}\n",
        ));
        let text = written.to_yaml();
        let read = parse(text.as_bytes(), "resolved", &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let cells = |study: &Study| {
            Plan::new(study.clone()).cells.iter().map(|cell| cell.content()).collect::<Vec<_>>()
        };
        assert_eq!(cells(&written), cells(&read), "{text}");
        assert_eq!(written.to_yaml(), read.to_yaml());
    }
}

#[test]
fn wrong_input_is_refused_at_its_place() {
    let cases = [
        ("{n: 4, d: 0}", TRAIN, "generate.d", "from 1 to"),
        ("{n: 4, d: 1.5}", TRAIN, "generate.d", "integer"),
        ("{n: 5, d: 'n / 2'}", TRAIN, "generate.d", "round("),
        ("{n: 5, d: 'm + 1'}", TRAIN, "generate.d", "there are n"),
        ("{n: 4, d: 3, design: uniform}", TRAIN, "generate.design", "`gaussian`"),
        ("{n: 4, design: gaussian}", TRAIN, "generate.design", "lacks `d`"),
        ("{n: 4, d: 3, design: [grid, sphere]}", TRAIN, "generate.design[0]", "line"),
        ("{n: 4, d: 3, design: {gaussian: {d: 3}}}", TRAIN, "generate.design", "unknown key `d`"),
        ("{n: 4, d: 3, design: {gaussian: {spectrum: power}}}", TRAIN, "spectrum", "must be given"),
        ("{n: 4, d: 3, design: {gaussian: {exponent: 2}}}", TRAIN, "exponent", "another spectrum"),
        (
            "{n: 4, d: 3, design: {gaussian: {spectrum: {listed: {values: [1, -1, 1]}}}}}",
            TRAIN,
            "values",
            "at least 0",
        ),
        (
            "{n: 4, d: 3, design: {gaussian: {spectrum: {listed: {values: [1, 1]}}}}}",
            TRAIN,
            "generate.design",
            "3",
        ),
        ("{n: 4, d: 3, target: sine}", TRAIN, "generate.target", "`single_index`"),
        (
            "{n: 4, d: 3, target: {linear: {direction: given, weights: [1, 2]}}}",
            TRAIN,
            "generate.target",
            "weights, 2",
        ),
        (
            "{n: 4, d: 3, target: {linear: {support: 4}}}",
            TRAIN,
            "generate.target",
            "support of the target, 4",
        ),
        ("{n: 4, d: 3, target: {linear: {length: normal}}}", TRAIN, "length", "direction: random"),
        ("{n: 4, d: 3}", "train: {a: min_norm}\n", "train.a", "`least_squares`"),
        ("{n: 4}", "train: {a: least_squares}\n", "train.a", "`min_norm`"),
        ("{n: 4}", "train: {a: min_norm}\nevaluate: {risks: [variance]}\n", "evaluate.risks", "`sup`"),
        ("{n: 4}", "train: {a: min_norm}\nevaluate: {domain: population}\n", "evaluate.domain", "`hull`"),
        (
            "{n: 4, d: 3}",
            "train: {a: least_squares}\nevaluate: {domain: hull}\n",
            "evaluate.domain",
            "`population`",
        ),
        (
            "{n: 4, d: 3}",
            "train: {a: least_squares}\nevaluate: {reference: a}\n",
            "evaluate.reference",
            "line",
        ),
        (
            "{n: 4, d: 3}",
            "train: {a: least_squares}\nevaluate: {knots_per_gap: 0.1}\n",
            "knots_per_gap",
            "line",
        ),
    ];
    for (generate, rest, path, part) in cases {
        let text = study(generate, rest);
        let error = parse(text.as_bytes(), "study", &[]).map(drop).unwrap_err().to_string();
        assert!(error.contains(path) && error.contains(part), "{generate} {rest}{error}");
        assert!(error.contains("study:"), "no place: {error}");
    }
}

#[test]
fn bytes_depend_on_no_thread_and_columns_on_the_study_alone() {
    let text = study(
        "{n: [5, 12], d: [3, 12, 30], target: {linear: {direction: random}}, noise: [{normal: {sd: 1}}, {student_t: {df: 1}}]}",
        "train: {ls: least_squares, r: {ridge: {lambda: [1, 10], intercept: true}}}\nevaluate: {risks: [1, 2, variance, bias]}\n\
         store: {weights: all}\n",
    );
    let folder = tempfile::tempdir().unwrap();
    let one = files(&text, &folder.path().join("one"), 1);
    assert_eq!(one.len(), 2 * 3 * 2 * 3 * 2);
    assert_eq!(one, files(&text, &folder.path().join("four"), 4));
    let tables = tables(&text);
    for (design, table) in &tables {
        assert!(
            !table.names.iter().any(|name| name.contains("gap_max") || name.contains("hull")),
            "{:?}",
            table.names
        );
        assert!(table.status.iter().all(|status| status == "ok"), "{design}");
    }
}

/// R_2 of least squares on normal points is Beta + χ²_m/χ²_k, whose quartiles are known; and a share of trials above 10⁴ at the
/// peak shows that nothing is cut off.
#[test]
fn the_peak_has_the_exact_law() {
    let text = "version: 1\nname: peak\nseed: 3\ntrials: 4000\ngenerate: {n: 20, d: [20, 40], target: {linear: {direction: random}}}\n\
                train: {ls: least_squares}\nevaluate: {risks: [2, variance, bias]}\nstore: {weights: none}\n";
    for (design, table) in tables(text) {
        let risks = column(&table, "risk_l2");
        if design.starts_with("gaussian(d=40") {
            for (share, law) in [(0.25, 1.197), (0.5, 1.456), (0.75, 1.797)] {
                let found = quantile(&risks, share);
                // Four standard errors of a quantile of 4000 values, of which the density is about one.
                assert!((found - law).abs() < 0.04, "{share}: {found}");
            }
            // E_ε of R_2 given the points.
            let sums: Vec<f64> = column(&table, "risk_variance")
                .iter()
                .zip(column(&table, "risk_bias"))
                .map(|(v, b)| v + b)
                .collect();
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            assert!((mean(&sums) / mean(&risks) - 1.0).abs() < 0.05, "{} {}", mean(&sums), mean(&risks));
        } else {
            assert!((quantile(&risks, 0.5) - 42.4).abs() < 4.0, "{}", quantile(&risks, 0.5));
            // χ²_20/χ²_1 > 10⁴ has the probability .0352.
            let share = risks.iter().filter(|risk| **risk > 1e4).count() as f64 / risks.len() as f64;
            assert!((share - 0.0352).abs() < 0.012, "{share}");
        }
    }
}

/// Features beyond d add a ridge of .243 to every fit; without it R_2 is eight times as large.
#[test]
fn features_beyond_d_are_a_ridge() {
    let spectrum = "design: {gaussian: {spectrum: {log_power: {exponent: 2}}}}";
    let text = study(
        &format!("{{n: 40, d: 60, {spectrum}}}"),
        "train: {ls: least_squares, ridge: {ridge: {lambda: 0}}}\n",
    );
    for (_, table) in tables(&text) {
        let risks = column(&table, "risk_l2");
        let mean = risks.iter().sum::<f64>() / risks.len() as f64;
        // By two thousand trials outside this program .325, with .118 for one trial; without the ridge 2.75.
        assert!((mean - 0.325).abs() < 4.0 * 0.118 / (risks.len() as f64).sqrt(), "{mean}");
    }
}

/// Estimators that share a decomposition have the rows that each has alone, whatever stands beside them.
#[test]
fn what_is_shared_changes_no_row() {
    let train = "train:
  path: {ridge_path: {lambda: [0.01, 1, 100], intercept: true}}
  ridge: {ridge: {lambda: 1}}
  flow: {gradient_flow: {time: [0.1, 10]}}
  nuclear: {nuclear: {lambda: 2, intercept: true}}
  steep: {gradient_descent: {size: 10, steps: 1000}}
evaluate: {risks: [1, 2, variance, bias]}
store: {weights: all}
aggregate: {max_failed: 1}
";
    let text = study("{n: [6, 12], d: [9, 6], target: {linear: {direction: random}}}", train);
    let folder = tempfile::tempdir().unwrap();
    let together = files(&text, folder.path(), 2);
    let directory = RunDirectory::open(folder.path()).unwrap();
    let all = verify(&Plan::new(parsed(&text)), &directory, Draw::Share(1.0), 2).unwrap();
    assert!(all.findings.is_empty(), "{:?}", all.findings);
    assert_eq!(all.recomputed, 4 * 8 * 40);
    // One alone, from a study without the others.
    let alone = study(
        "{n: [6, 12], d: [9, 6], target: {linear: {direction: random}}}",
        &train.replace("[0.01, 1, 100]", "[100]"),
    );
    let folder = tempfile::tempdir().unwrap();
    let alone = files(&alone, folder.path(), 1);
    let of_flow = |files: &BTreeMap<String, Vec<u8>>| -> Vec<(String, Vec<u8>)> {
        let flow = files.iter().filter(|(name, _)| name.contains("estimator=flow"));
        flow.map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
    };
    assert_eq!(of_flow(&together).len(), 4 * 2 * 2);
    assert_eq!(of_flow(&together), of_flow(&alone));
}

/// Labels of a chain come from the trial's own stream, and have no parts that are due to noise or to bias alone.
#[test]
fn chains_follow_their_law_and_are_an_axis() {
    let chain = "target: {chain: {generations: [0, 2], points: 12, sd: 0.5, direction: random}}";
    let text = study(&format!("{{n: 12, d: 4, {chain}}}"), TRAIN).replace("trials: 40", "trials: 4000")
        + "evaluate: {risks: [2, variance]}\n";
    let folder = tempfile::tempdir().unwrap();
    files(&text, folder.path(), 2);
    let plan = Plan::new(parsed(&text));
    let directory = RunDirectory::open(folder.path()).unwrap();
    for file in directory.listing().unwrap().files {
        let cell = plan.cells.iter().find(|cell| cell.key == file.place.cell).unwrap();
        let table = read_metrics(&directory.metrics_path(&file.place)).unwrap();
        let place = table.names.iter().position(|name| name == "risk_variance").unwrap();
        let generations = cell.target.arguments()[0].1.whole();
        assert!(table.scores[place].iter().all(|variance| variance.is_some() == (generations == 0)));
        let risks = column(&table, "risk_l2");
        let mean = risks.iter().sum::<f64>() / 4000.0;
        let square = risks.iter().map(|risk| (risk - mean) * (risk - mean)).sum::<f64>();
        // d σ²/(n − d − 1) at last, and a quarter of that for each generation.
        let exact = 4.0 / 7.0 * (1.0 + 0.25 * generations as f64);
        assert!(
            (mean - exact).abs() < 4.0 * (square / (4000.0 * 3999.0)).sqrt(),
            "{generations}: {mean} {exact}"
        );
    }
    let refused = |chain: &str| {
        let text = study(&format!("{{n: 12, d: 4, target: {{chain: {chain}}}}}"), TRAIN);
        parse(text.as_bytes(), "study", &[]).unwrap_err().to_string()
    };
    assert!(refused("{generations: 2}").contains("must be given for labels: replaced"));
    assert!(refused("{generations: 2, labels: accumulated, points: 3}").contains("is for labels: replaced"));
    assert!(refused("{generations: -1, points: 3}").contains("integer from 0 to 1000"));
}

/// Replaces the first text by the second, of the same length, in a file and its checksum.
fn patch(path: &Path, from: &str, to: &str) {
    let replace = |from: &[u8], to: &[u8]| {
        let mut bytes = std::fs::read(path).unwrap();
        let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
        bytes[at..at + from.len()].copy_from_slice(to);
        std::fs::write(path, bytes).unwrap();
    };
    replace(from.as_bytes(), to.as_bytes());
    let sum = tempered_store::read_checksum(path).unwrap();
    replace(sum.stored.unwrap().as_bytes(), sum.computed.as_bytes());
}

/// Files of R^d name the processor that their last bits follow; those of another one are no fault, and not compared.
#[test]
fn rows_of_another_processor_are_not_compared() {
    let text = study(
        "{n: 6, d: 3}",
        "train: {ls: least_squares, ridge: {ridge: {lambda: 1}}}\nstore: {weights: none}\n",
    );
    let folder = tempfile::tempdir().unwrap();
    files(&text, folder.path(), 2);
    let plan = Plan::new(parsed(&text));
    let directory = RunDirectory::open(folder.path()).unwrap();
    let listing = directory.listing().unwrap();
    let own = listing.files.iter().find(|file| &*file.place.estimator == "ls").unwrap();
    let model = tempered_math::space::processor();
    let other = format!("{}?", &model[..model.len() - 1]);
    patch(&directory.metrics_path(&own.place), &model, &other);
    std::fs::remove_file(folder.path().join("_tempered/sealed.json")).unwrap();
    let verified = verify(&plan, &directory, Draw::Share(1.0), 2).unwrap();
    assert!(verified.findings.is_empty(), "{:?}", verified.findings);
    assert_eq!((verified.recomputed, verified.elsewhere), (40, BTreeMap::from([(other.clone(), 40)])));
    let select = |estimator: &str| Selection { estimator: estimator.into(), n: 6, wanted: Vec::new() };
    let replayed = |estimator| replay(&plan, &directory, &select(estimator), 3).unwrap().remove(0);
    assert_eq!((replayed("ls").metrics_equal, replayed("ls").elsewhere), (Some(true), Some(other)));
    assert_eq!((replayed("ridge").metrics_equal, replayed("ridge").elsewhere), (Some(true), None));
    // A run that goes on takes such files as they are.
    let settings = Settings::default();
    let summary = run(plan, &RunDirectory::create(folder.path()).unwrap(), &settings, &Cancel::new(), |_| ());
    assert_eq!(summary.unwrap().trials, 0);
    assert_eq!(parsed(&text).reproducibility().to_string(), "same processor");
}

/// Nor are those of an earlier revision of an estimator's arithmetic, which files of such estimators state.
#[test]
fn rows_of_an_earlier_revision_are_not_compared() {
    let text = study(
        "{n: 6, d: 3, design: sphere}",
        "train: {ls: least_squares, laplace: {kernel: {function: laplace}}}\nstore: {weights: none}\n",
    );
    let folder = tempfile::tempdir().unwrap();
    files(&text, folder.path(), 2);
    let plan = Plan::new(parsed(&text));
    let directory = RunDirectory::open(folder.path()).unwrap();
    let recomputed = || verify(&plan, &directory, Draw::Share(1.0), 2).unwrap();
    let verified = recomputed();
    assert_eq!((verified.recomputed, verified.elsewhere, verified.findings.len()), (80, BTreeMap::new(), 0));
    let listing = directory.listing().unwrap();
    let own = listing.files.iter().find(|file| &*file.place.estimator == "laplace").unwrap();
    let model = tempered_math::space::processor();
    let [now, then] = [2, 1].map(|revision| format!("{model}, revision {revision}"));
    patch(&directory.metrics_path(&own.place), &now, &then);
    std::fs::remove_file(folder.path().join("_tempered/sealed.json")).unwrap();
    let verified = recomputed();
    assert_eq!((verified.recomputed, verified.elsewhere), (40, BTreeMap::from([(then, 40)])));
    assert!(verified.findings.is_empty(), "{:?}", verified.findings);
}

/// What is wrong with the data has nothing follow from it: estimators and risks are still those of R^d.
#[test]
fn one_mistake_is_one_error() {
    for generate in ["{n: [20, 20], design: {gaussian: {d: 3}}}", "{n: 20, design: sphere}", "{n: 20, d: 0}"]
    {
        let text = study(generate, "train: {ls: least_squares}\nevaluate: {risks: [2, variance]}\n");
        let error = parse(text.as_bytes(), "study", &[]).unwrap_err().to_string();
        assert_eq!(error.matches("error:").count(), 1, "{generate}: {error}");
    }
}

/// E R_2 is E of the variance where f* = 0, and of labels of which some are lost so many are 0.
#[test]
fn noise_may_depend_on_the_point() {
    let text = |noise: &str, target: &str| {
        let generate = format!("{{n: 12, d: 4, target: {target}, noise: {noise}}}");
        let rest = "train: {ls: {least_squares: {}}}\nevaluate: {risks: [2, variance, bias]}\n";
        study(&generate, rest).replace("trials: 40", "trials: 4000")
    };
    let (_, table) = tables(&text("{heteroscedastic: {sd: 1, growth: 2}}", "zero")).remove(0);
    let mean = |name: &str| column(&table, name).iter().sum::<f64>() / 4000.0;
    let (risk, variance) = (mean("risk_l2"), mean("risk_variance"));
    let square = column(&table, "risk_l2").iter().map(|r| (r - risk) * (r - risk)).sum::<f64>() / 4000.0;
    let error = (square / 4000.0).sqrt();
    assert!((risk - variance).abs() < 5.0 * error && error < 0.1 * risk, "{risk} {variance} ± {error}");
    assert!(column(&table, "risk_bias").iter().all(|bias| *bias == 0.0));
    let plan = Plan::new(parsed(&text("{zeroed: {share: 0.25}}", "linear")));
    let rule = plan.study.estimators[0].rule.sample();
    let zeros = (0..400).map(|trial| {
        let found = tempered_pipeline::trial::compute(&plan, &plan.cells[0], rule, trial).unwrap();
        // f* is the first feature.
        let kept = found.x.chunks(4).zip(&found.y).all(|(row, y)| *y == 0.0 || *y == row[0]);
        assert!(kept);
        found.y.iter().filter(|y| **y == 0.0).count()
    });
    let zeros = zeros.sum::<usize>() as f64 / 4800.0;
    assert!((zeros - 0.25).abs() < 5.0 * (0.1875f64 / 4800.0).sqrt(), "{zeros}");
    let chain = "{chain: {generations: 1, labels: accumulated}}";
    let refused = study(&format!("{{n: 12, d: 2, target: {chain}, noise: heteroscedastic}}"), TRAIN);
    let error = parse(refused.as_bytes(), "study", &[]).map(drop).unwrap_err().to_string();
    assert!(error.contains("generate.noise") && error.contains("labels of chain"), "{error}");
}
