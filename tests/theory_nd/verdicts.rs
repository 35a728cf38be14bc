//! Verdicts in R^d against what is proven, over estimators, spectra, ways in which d grows with n, and lists of n: an open verdict may be,
//! a wrong one may not. The line has `tests/truth`, with a table of truths of its own.

use crate::run::Run;

/// What a study generates, trains and evaluates.
struct Kind {
    name: &'static str,
    /// The few of a first look, and enough for most verdicts where that does not take minutes.
    trials: &'static [u64],
    generate: &'static str,
    train: &'static str,
    evaluate: &'static str,
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "fixed d",
        trials: &[100, 400],
        generate: "d: [2, 5, 10, 20], design: gaussian, target: zero, noise: {normal: {sd: 1}}",
        train: "ls: least_squares, ridge: {ridge: {lambda: 1}}",
        evaluate: "risks: [1, 2, 3, variance]",
    },
    Kind {
        name: "linear target",
        trials: &[100, 400],
        generate: "d: [5, 20], design: gaussian, target: {linear: {norm: 1}}, noise: {normal: {sd: 0.5}}",
        train: "ls: least_squares, ridge: {ridge: {lambda: 1}}",
        evaluate: "risks: [2, variance, bias]",
    },
    Kind {
        name: "growing d",
        trials: &[100],
        generate: "design: [{gaussian: {d: 'round(n^1.5)'}}, {gaussian: {d: '2 * n'}}, {gaussian: {d: 'n + 2'}}, \
                   {gaussian: {d: 'round(n / 2)'}}, {gaussian: {d: '10 * n', spectrum: {power: {exponent: 2}}}}], \
                   target: zero, noise: {normal: {sd: 1}}",
        train: "ls: least_squares",
        evaluate: "risks: [1, 2, variance]",
    },
    Kind {
        name: "neighbours",
        trials: &[100, 400],
        generate: "d: [1, 2, 3, 5], design: cube, target: zero, noise: {normal: {sd: 1}}",
        train: "nn: {nearest: {k: [1, 10]}}, sh: {shepard: {beta: d}}",
        evaluate: "risks: [1, 2, 4]",
    },
];

/// Three, four and five levels, the first of which is near d for the larger ones.
const LEVELS: [&str; 4] =
    ["[25, 100, 400]", "[30, 100, 300]", "[40, 90, 200, 450]", "[25, 50, 100, 200, 400]"];

/// The fewest verdicts of a kind that must be decided.
const LEAST: usize = 25;

#[test]
#[ignore = "slow"]
fn none_contradicts_what_is_proven() {
    let mut wrong = Vec::new();
    for kind in &KINDS {
        for trials in kind.trials {
            let (mut right, mut open) = (0, 0);
            for n in LEVELS {
                let generate = format!("n: {n}, {}", kind.generate);
                let run = Run::new(*trials, &generate, kind.train, kind.evaluate);
                for one in run.json("analyze", &[]).as_array().unwrap() {
                    for verdict in ["in_probability", "in_expectation"] {
                        let (says, proven) = (&one[verdict], &one[format!("theory_{verdict}")]);
                        match () {
                            () if proven.is_null() => {}
                            () if says == proven => right += 1,
                            () if says == "undecided" => open += 1,
                            () => wrong.push(format!(
                                "{}, {trials} trials, n {n}, {}, {}, p {}: {says} {verdict}, proven {proven}: {}",
                                kind.name,
                                one["estimator"],
                                one["design"],
                                one["p"],
                                one[format!("reason_{verdict}")]
                            )),
                        }
                    }
                }
            }
            println!("{}, {trials} trials: {right} right, {open} undecided", kind.name);
            // Whoever decides nothing contradicts nothing.
            assert!(right >= LEAST, "{}: {right} right, {open} undecided", kind.name);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
