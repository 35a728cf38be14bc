//! One study, every class: f* = 0, by how d grows with n.

use crate::run::Run;

/// Verdicts of series whose class is known; those that near their limit slowly, n/(d − n − 1) among them, may stay undecided.
#[test]
#[ignore = "slow"]
fn classes_are_those_of_the_theory() {
    let generate = "n: [16, 32, 64, 128, 256], target: zero, noise: {normal: {sd: 1}}, design: [\
                    {gaussian: {d: 'round(n^1.5)'}}, {gaussian: {d: '2 * n'}}, {gaussian: {d: 'n + 2'}}, \
                    {gaussian: {d: '10 * n', spectrum: {power: {exponent: 2}}}}, \
                    {gaussian: {d: 'n + 300', spectrum: {exponential: {rate: 0.1}}}}]";
    let run = Run::new(1000, generate, "ls: least_squares", "risks: [2]");
    let series = run.json("analyze", &[]);
    for (design, class, may_wait) in [
        ("gaussian(d=round(n^1.5), spectrum=identity)", "benign", true),
        ("gaussian(d=2 * n, spectrum=identity)", "tempered", true),
        ("gaussian(d=n + 2, spectrum=identity)", "catastrophic", false),
        ("gaussian(d=10 * n, spectrum=power, exponent=2)", "tempered", true),
        ("gaussian(d=n + 300, spectrum=exponential, rate=0.1)", "catastrophic", false),
    ] {
        let one = series.as_array().unwrap().iter().find(|s| s["design"] == design).unwrap();
        println!("{design}: {} in probability", one["in_probability"]);
        assert_eq!(one["theory_in_probability"], class, "{design}");
        let waits = may_wait && one["in_probability"] == "undecided";
        assert!(one["in_probability"] == class || waits, "{one:#}");
    }
}

/// Least squares of a fixed number of features has d/(n − d − 1), benign whatever d is: from three n on, of which the first is near
/// d, nothing else is said of it.
#[test]
#[ignore = "slow"]
fn decay_begins_near_the_dimension() {
    for (n, may_wait) in
        [("[25, 100, 400]", true), ("[40, 100, 250, 640]", true), ("[25, 50, 100, 200, 400, 800]", false)]
    {
        let generate = format!(
            "n: {n}, d: [2, 5, 10, 20], design: gaussian, target: zero, noise: {{normal: {{sd: 1}}}}"
        );
        let run = Run::new(400, &generate, "ls: least_squares", "risks: [1, 2, 3, variance]");
        let series = run.json("analyze", &[]);
        let mut decided = 0;
        for one in series.as_array().unwrap() {
            let said = &one["in_probability"];
            assert!(said == "benign" || said == "undecided", "{one:#}");
            decided += usize::from(said == "benign");
        }
        println!("{n}: {decided} of 16 are decided");
        assert!(may_wait || decided >= 12, "{n}: {decided}");
    }
}
