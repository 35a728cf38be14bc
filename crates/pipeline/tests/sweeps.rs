//! Sweeps: which cells and variants a study has, in which order, and what is said of those that are wrong.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use tempered_pipeline::plan::Plan;
use tempered_pipeline::spec::{Edit, parse};

fn study(generate: &str, train: &str) -> String {
    format!("version: 1\nname: sweep\nseed: 1\ntrials: 3\ngenerate: {generate}\ntrain: {train}\n")
}

fn plan(generate: &str, train: &str) -> Plan {
    let text = study(generate, train);
    Plan::new(parse(text.as_bytes(), "study.yaml", &[]).unwrap_or_else(|error| panic!("{error}\n{text}")))
}

fn cells(generate: &str) -> Vec<String> {
    let plan = plan(generate, "{a: linear_spline}");
    plan.cells.iter().map(|cell| cell.content().replace("design=", "").replace("target=zero;", "")).collect()
}

fn labels(train: &str) -> Vec<String> {
    plan("{n: 10}", train).study.estimators.iter().map(|known| known.label.clone()).collect()
}

fn refused(generate: &str, train: &str) -> String {
    parse(study(generate, train).as_bytes(), "study.yaml", &[]).unwrap_err().to_string()
}

#[test]
fn parameters_of_the_data_are_axes_the_last_one_fastest() {
    let found = cells(
        "{n: {linear: {from: 10, to: 30, points: 3}}, design: [uniform, {jittered_grid: {jitter: [0.5, 1]}}], noise: {student_t: {scale: [2, 1], df: [3, 4]}}}",
    );
    let mut expected = Vec::new();
    for n in [10, 20, 30] {
        for design in ["uniform", "jittered_grid(jitter=0.5)", "jittered_grid(jitter=1)"] {
            for scale in [2, 1] {
                for df in [3, 4] {
                    expected.push(format!("n={n};{design};noise=student_t(df={df}, scale={scale})"));
                }
            }
        }
    }
    assert_eq!(found, expected);
    // A list of lists where the value itself is a list.
    let targets = plan(
        "{n: 5, target: {piecewise_linear: {knots: [0, 1], values: [[0, 1], [1, 0]]}}}",
        "{a: linear_spline}",
    );
    assert_eq!(targets.study.targets[1].to_string(), "piecewise_linear(knots=[0, 1], values=[1, 0])");
}

#[test]
fn a_sweep_has_the_cells_of_the_list_that_it_stands_for() {
    let swept = plan("{n: 10, noise: {normal: {sd: [0.5, 1]}}}", "{a: linear_spline}");
    let listed = plan("{n: 10, noise: [{normal: {sd: 0.5}}, normal]}", "{a: linear_spline}");
    assert_eq!(swept.study, listed.study, "records and bytes are those of before");
}

#[test]
fn axes_go_in_step_and_conditions_leave_cells_out() {
    assert_eq!(
        cells("{n: [10, 20, 30], noise: {normal: {sd: [3, 2, 1]}}, zip: [[n, noise_sd]]}"),
        [
            "n=10;uniform;noise=normal(sd=3)",
            "n=20;uniform;noise=normal(sd=2)",
            "n=30;uniform;noise=normal(sd=1)"
        ]
    );
    assert_eq!(
        cells("{n: [10, 20], noise: {normal: {sd: [1, 2]}}, where: 'n != 10 or noise_sd == 1.0'}").len(),
        3
    );
    assert_eq!(
        cells(
            "{n: [10, 20], design: [grid, uniform], noise: [normal, laplace], where: \"design == 'grid' and noise != 'laplace'\"}"
        ),
        ["n=10;grid;noise=normal(sd=1)", "n=20;grid;noise=normal(sd=1)"]
    );
    // Whole choices go in step too.
    assert_eq!(
        cells("{n: [10, 20], design: [grid, uniform], zip: [[n, design]]}"),
        ["n=10;grid;noise=normal(sd=1)", "n=20;uniform;noise=normal(sd=1)"]
    );
}

#[test]
fn formulas_follow_other_coordinates() {
    assert_eq!(
        cells("{n: [4, 16], noise: {normal: {sd: n^-0.5}}}"),
        ["n=4;uniform;noise=normal(sd=0.5)", "n=16;uniform;noise=normal(sd=0.25)"]
    );
    assert_eq!(
        cells(
            "{n: 'round(20 / noise_sd)', noise: {normal: {sd: [1, 2]}}, design: {jittered_grid: {jitter: '2 / n'}}}"
        ),
        [
            "n=20;jittered_grid(jitter=0.1);noise=normal(sd=1)",
            "n=10;jittered_grid(jitter=0.2);noise=normal(sd=2)"
        ]
    );
    let plan = plan(
        "{n: [10, 20]}",
        "{net: {relu_network: {width: [2, 3], steps: 'width * n', lr: '0.1 / width'}}}",
    );
    let rules: Vec<String> = plan.study.estimators.iter().map(|known| known.rule.to_string()).collect();
    assert!(rules[1].contains("width=3, steps=width * n, ") && rules[1].contains("lr=0.03333"), "{rules:?}");
    let at = |cell: usize| plan.cells[cell].choice(&plan.study.estimators[1].rule).unwrap().to_string();
    assert!(at(0).contains("steps=30, ") && at(1).contains("steps=60, "), "{}", at(0));
}

#[test]
fn estimators_have_variants() {
    assert_eq!(
        labels("{s: linear_spline, net: {relu_network: {steps: [10, 20], width: [5, 50], lr: 0.1}}}"),
        [
            "s",
            "net[width=5, steps=10]",
            "net[width=50, steps=10]",
            "net[width=5, steps=20]",
            "net[width=50, steps=20]"
        ],
        "the source says which axis varies fastest, the catalogue the order within a label"
    );
    assert_eq!(
        labels("{net: {relu_network: {steps: [10, 20], width: [5, 50]}, zip: [[steps, width]]}}"),
        ["net[width=5, steps=10]", "net[width=50, steps=20]"]
    );
    assert_eq!(
        labels(
            "{k: {laplace_kernel: {bandwidth: [1, 2], ridge: [0, 1]}, where: 'ridge == 0 or bandwidth < 2'}}"
        ),
        ["k[bandwidth=1, ridge=0]", "k[bandwidth=1, ridge=1]", "k[bandwidth=2, ridge=0]"]
    );
    assert_eq!(
        labels(
            "{k: {laplace_kernel: {bandwidth: [1, 2], ridge: 'bandwidth^2'}, where: 'ridge + bandwidth < 6'}}"
        ),
        ["k[bandwidth=1]"],
        "a condition takes what follows from other parameters"
    );
    assert_eq!(
        labels("{p: {weight_decay_path: {lambda: {geometric: {from: 0.01, to: 100, points: 5}}}}}"),
        ["p[lambda=0.01]", "p[lambda=0.1]", "p[lambda=1]", "p[lambda=10]", "p[lambda=100]"]
    );
    assert_eq!(labels("{m: {min_norm: {ends: [extend, clamp], penalise_bias: [true, false]}}}").len(), 4);
    assert_eq!(
        labels("{d: {deep_relu_network: {layers: [[3], [3, 4]], steps: 5}}}"),
        ["d[layers=[3]]", "d[layers=[3, 4]]"]
    );
}

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    let spline = "{a: linear_spline}";
    let net = |width: &str| format!("{{net: {{relu_network: {{width: {width}, steps: 5}}}}}}");
    for (generate, train, said) in [
        ("{n: 10, noise: {normal: {sd: '2 * m'}}}", spline, "generate.noise.normal.sd mentions `m`"),
        ("{n: 10, noise: {normal: {sd: '2 * nn'}}}", spline, "did you mean `n`?"),
        (
            "{n: 10, noise: {normal: {sd: 'n - 10'}}}",
            spline,
            "is n - 10 = 0, but it must be a finite number above 0 in the cell",
        ),
        ("{n: n + 1}", spline, "generate.n is n + 1, which depends on itself"),
        (
            "{n: 'noise_sd / 3', noise: {normal: {sd: [9, 10]}}}",
            spline,
            "must be an integer from 2 to 134217728 in the cell design=uniform, noise=normal, noise_sd=10",
        ),
        ("{n: 'noise_sd / 3', noise: {normal: {sd: [9, 10]}}}", spline, "round(noise_sd / 3) is an integer"),
        (
            "{n: [10, 20], noise: {normal: {sd: [1, 2, 3]}}, zip: [[n, noise_sd]]}",
            spline,
            "zips `n`, which has 2 values, with `noise_sd`, which has 3",
        ),
        ("{n: [10, 20], zip: [[n, noise_sd]]}", spline, "zips `noise_sd`, which is no axis"),
        (
            "{n: [10, 20], noise: {normal: {sd: [1, 2]}}, zip: [[n, noise_s]]}",
            spline,
            "did you mean `noise_sd`?",
        ),
        ("{n: [10, 20], zip: [n]}", spline, "generate.zip[0] is n, but it must be a list of lists"),
        ("{n: [10, 20], where: 'n > 30'}", spline, "leaves no cell"),
        ("{n: [10, 20], where: 'n + 1'}", spline, "is 11, but a condition must be true or false"),
        ("{n: [10, 20], where: 'noise_df > 1'}", spline, "mentions `noise_df`"),
        (
            "{n: [10, 20], noise: [normal, {student_t: {df: 3}}], where: 'noise_df > 1'}",
            spline,
            "mentions `noise_df`, which is no coordinate here",
        ),
        (
            "{n: [3, 4], noise: {normal: {sd: 'max(n, 4)'}}, target: zero, design: {jittered_grid: {jitter: [0.5, 0.5]}}}",
            spline,
            "is 0.5, which is in this list before",
        ),
        (
            "{n: 'max(noise_scale, 20)', noise: {laplace: {scale: [1, 2]}}}",
            &net("[5, 5]"),
            "train.net.relu_network.width[1]",
        ),
        ("{n: 10, noise: {normal: {sd: []}}}", spline, "is an empty list"),
        ("{n: 10, noise: {normal: {sd: {geometric: {from: 0, to: 1, points: 3}}}}}", spline, "above 0"),
        ("{n: 10, noise: {normal: {sd: {geometric: {from: 1, to: 2}}}}}", spline, "lacks `points`"),
        (
            "{n: 10, noise: {normal: {sd: {logarithmic: {from: 1, to: 2}}}}}",
            spline,
            "has an unknown key `logarithmic`",
        ),
        (
            "{n: 10}",
            &net("'n / 4'"),
            "train.net.relu_network.width is n / 4 = 2.5, but it must be an integer from 1 to 16777216 at n = 10",
        ),
        (
            "{n: [12, 13]}",
            &net("'n / 4'"),
            "net whose width is n / 4 = 3.25, but it must be an integer from 1 to 16777216 at n = 13",
        ),
        ("{n: 10}", &net("'noise_sd'"), "width is the text \"noise_sd\""),
        ("{n: 10}", &net("'2 * noise_sd'"), "width mentions `noise_sd`"),
        ("{n: 10}", "{net: {relu_network: {width: 'steps', steps: 'width'}}}", "depends on itself"),
        (
            "{n: 10}",
            "{net: {relu_network: {width: [1, 2], steps: 5}, where: 'wdith > 1'}}",
            "did you mean `width`?",
        ),
        (
            "{n: 10}",
            "{net: {relu_network: {width: [1, 2], steps: 'n'}, where: 'steps > 2'}}",
            "mentions `steps`, which is no coordinate here",
        ),
        (
            "{n: 10}",
            "{net: {relu_network: {width: [1, 2], steps: 5}, where: 'width > 2'}}",
            "leaves no estimator",
        ),
        ("{n: 10}", "{net: {zip: [[a, b]]}}", "needs one estimator"),
        (
            "{n: 10}",
            "{k: {laplace_kernel: {bandwidth: [1, 2], ridge: 'bandwidth', ends: 3}}}",
            "has an unknown key `ends`",
        ),
    ] {
        let message = refused(generate, train);
        assert!(message.contains(said), "{generate} {train}\n  expected {said}\n  {message}");
        assert!(message.contains("study.yaml:"), "{message}");
    }
}

/// Two combinations that give the same cell would be one directory's files twice: those of several formulas are one cell, which is
/// in the series of the first.
#[test]
fn no_cell_and_no_estimator_comes_twice() {
    let spline = "{a: linear_spline}";
    let data = "{n: [10, 20], noise: [{normal: {sd: 'n / 20'}}, {normal: {sd: 0.5}}]}";
    let made = plan(data, spline);
    let cells: Vec<String> = made.cells.iter().map(|cell| cell.content()).collect();
    let of = |n: u64, sd: &str| format!("n={n};design=uniform;target=zero;noise=normal(sd={sd})");
    assert_eq!(cells, [of(10, "0.5"), of(20, "1"), of(20, "0.5")]);
    let labels: Vec<Option<&str>> =
        made.cells.iter().map(|cell| cell.labels.as_ref()?[2].as_deref()).collect();
    assert_eq!(labels, [Some("normal(sd=n / 20)"), Some("normal(sd=n / 20)"), None]);
    let merged = made.study.cells.as_ref().unwrap().merged.as_ref().unwrap();
    assert_eq!((merged.count, &*merged.first), (1, "n=10, uniform, zero, normal(sd=0.5)"));
    let designs = "[{gaussian: {d: '2 * n'}}, {gaussian: {d: 'n + 4'}}, {gaussian: {d: '12 - n'}}]";
    let made = plan(&format!("{{n: [4, 6], design: {designs}}}"), "{a: least_squares}");
    let sizes: Vec<_> = made.cells.iter().map(|cell| (cell.n, cell.size().d.unwrap())).collect();
    assert_eq!(sizes, [(4, 8), (6, 12), (6, 10), (6, 6)]);
    assert_eq!(made.study.cells.as_ref().unwrap().merged.as_ref().unwrap().count, 2);
    let message = refused("{n: [10, 10], noise: {normal: {sd: [2, 2]}}, zip: [[n, noise_sd]]}", spline);
    assert!(message.contains("makes the cell n=10, uniform, zero, normal(sd=2) twice"), "{message}");
    let message = refused("{n: 10, noise: [{normal: {sd: [1, 2]}}, {normal: {sd: 2}}]}", spline);
    assert!(message.contains("is normal(sd=2), which is in this list before"), "{message}");
    let train = "{net: {relu_network: {width: [4, 5], steps: 5, batch: 1}}, other: {min_norm: {ends: [clamp, clamp]}}}";
    assert!(refused("{n: 10}", train).contains("is clamp, which is in this list before"));
}

#[test]
fn combinations_are_counted_before_they_are_made() {
    let list = |count: u64| (1..=count).map(|k| k.to_string()).collect::<Vec<_>>().join(", ");
    let thousand = list(1000);
    let generate = format!(
        "{{n: 2, target: {{linear: {{slope: [{thousand}], intercept: [{thousand}]}}}}, noise: {{student_t: {{df: [{thousand}], scale: [{thousand}]}}}}}}"
    );
    // To make them would take hours.
    let message = refused(&generate, "{a: linear_spline}");
    assert!(message.contains("makes 1000000000000 cells, but there may be at most 1000000"), "{message}");
    let train = format!("{{k: {{laplace_kernel: {{bandwidth: [{thousand}], ridge: [{thousand}]}}}}}}");
    assert!(refused("{n: 2}", &train).contains("makes 1000000 variants, but there may be at most 10000"));
}

/// Studies with sweeps read back as themselves, as a run directory records them.
#[test]
fn resolved_sweeps_read_back() {
    for (generate, train) in [
        (
            "{n: [10, 20], noise: {normal: {sd: [1, 2]}}}",
            "{k: {laplace_kernel: {bandwidth: [1, 2], ridge: [0, 1]}}}",
        ),
        (
            "{n: [4, 16], noise: {normal: {sd: n^-0.5}}, where: n > 3}",
            "{net: {relu_network: {steps: [10, 20], width: [5, 50]}, zip: [[steps, width]]}}",
        ),
        (
            "{n: [4, 16], noise: [laplace, {normal: {sd: [0.25, 3]}}], design: [grid, uniform], zip: [[n, design]]}",
            "{net: {relu_network: {steps: [10, 20], width: 2 * n}, where: steps < 20}}",
        ),
        (
            "{n: 'round(20 / noise_sd)', noise: {normal: {sd: [1, 2]}}}",
            "{d: {deep_relu_network: {layers: [[3], [3, 4]], steps: 5}}, m: {min_norm: {ends: [extend, clamp]}}}",
        ),
    ] {
        let first = plan(generate, train);
        let text = first.study.to_yaml();
        let again =
            parse(text.as_bytes(), "again.yaml", &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(again.to_yaml(), text);
        assert_eq!(&again, &*first.study, "{text}");
    }
}

#[test]
fn edits_from_the_command_line_are_sweeps_too() {
    let text = study("{n: 10}", "{net: {relu_network: {width: 5, steps: 10}}}");
    let edited = |edits: &[Edit]| parse(text.as_bytes(), "study.yaml", edits);
    let study = edited(&[
        Edit::set("train.net.relu_network.width", "[1, 2, 3]"),
        Edit::set("generate.noise.normal.sd", "{linear: {from: 1, to: 2, points: 3}}"),
        Edit::set("generate.where", "noise_sd < 2"),
    ])
    .unwrap();
    assert_eq!((study.estimators.len(), Plan::new(study).cells.len()), (3, 2));
    // A name becomes a mapping where the path goes on, places in lists have numbers, and entries can go.
    let study = edited(&[
        Edit::set("generate.design", "[uniform, jittered_grid]"),
        Edit::set("generate.design[1].jittered_grid.jitter", "[0.5, 1]"),
        Edit::set("train.more", "linear_spline"),
        Edit::set("train.more.linear_spline.ends", "clamp"),
        Edit::unset("train.net"),
        Edit::unset("generate.design[0]"),
    ])
    .unwrap();
    assert_eq!(study.designs.len(), 2);
    assert_eq!(study.estimators[0].rule.to_string(), "linear_spline(ends=clamp)");
    assert_eq!(study.estimators.len(), 1);
    for (edit, said) in [
        (Edit::unset("train.nobody"), "is not in the study"),
        (Edit::unset("train[0]"), "is not in the study"),
        (Edit::set("generate.n[0]", "3"), "expected a list above [0]"),
        (Edit::set("generate.design[x]", "3"), "is no path"),
        (Edit::set("generate.design.other.jitter", "3"), "must be one of"),
        (Edit::set("trials", " "), "has no value"),
    ] {
        let message = edited(&[edit]).unwrap_err().to_string();
        assert!(message.contains(said) && message.contains("--"), "{said}: {message}");
    }
}
