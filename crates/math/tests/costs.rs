//! Costs of the catalogue beside the clock.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![cfg(target_os = "linux")]

use tempered_math::catalogue::{Choice, Entry, Value};
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Risk};
use tempered_math::sample::Sample;
use tempered_math::score::{Criteria, Scorer};
use tempered_math::seed::{Draws, Key, Purpose};
use tempered_math::{design, estimator, noise, target};

fn made<T: ?Sized>(catalogue: &'static [Entry<T>], name: &str, given: &[(&str, Value)]) -> Box<T> {
    let entry = catalogue.iter().find(|entry| entry.name == name).unwrap();
    Choice::new(entry, given).unwrap().build(catalogue).unwrap()
}

/// Nanoseconds that this thread has been at work, however many others there are.
fn worked() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// Mean nanoseconds of a trial: at least three, and a third of a second of them.
fn measured(name: &str, given: &[(&str, Value)], n: u64) -> f64 {
    let mut fitter = made(estimator::CATALOGUE, name, given);
    let (design, noise) = (made(design::CATALOGUE, "uniform", &[]), made(noise::CATALOGUE, "normal", &[]));
    let risks = [1.0, 2.0].map(|p| Risk::lp(p).unwrap());
    let criteria = Criteria::risks(&risks, Domain::Hull);
    let mut scorer = Scorer::new(criteria, made(target::CATALOGUE, "zero", &[]));
    let keys = [Purpose::Design, Purpose::Noise].map(|purpose| Key::new(1, "costs", purpose));
    let (mut x, mut y) = (vec![0.0; n as usize], vec![0.0; n as usize]);
    let (mut predictor, mut scores) = (Predictor::default(), Vec::new());
    let begun = worked();
    let mut trials = 0;
    while trials < 3 || worked() - begun < 0.3e9 {
        for _ in 0..if trials < 3 { 1 } else { trials } {
            design.fill(&mut keys[0].trial(trials), &mut x);
            noise.fill(&mut keys[1].trial(trials), &mut y);
            let draws = Draws::new(1, "costs", trials);
            // What is refused, as are polynomials on unlucky points, has taken its time too.
            if let Ok(report) = fitter.fit(Sample::new(&x, &y).unwrap(), &draws, &mut predictor) {
                scores.clear();
                let _ = scorer.score((&x, &y), (&predictor, report), None, &mut scores);
            }
            trials += 1;
        }
    }
    (worked() - begun) / trials as f64
}

/// An estimator, its arguments and the sizes at which it is timed.
type Case = (&'static str, Vec<(&'static str, Value)>, Vec<u64>);

/// Every estimator, with arguments that change what it costs.
fn cases() -> Vec<Case> {
    let (real, whole, word) = (Value::Real, Value::Whole, Value::Word);
    let mut cases = vec![
        ("linear_spline", vec![], vec![100, 1000, 10_000]),
        ("min_norm", vec![], vec![100, 1000, 10_000]),
        ("min_norm", vec![("penalise_bias", Value::Flag(false))], vec![100, 10_000]),
        ("nearest", vec![("k", whole(5))], vec![20, 200, 2000]),
        ("cubic_spline", vec![], vec![20, 200, 2000]),
        ("shepard", vec![("beta", real(0.5))], vec![10, 100]),
        ("shepard", vec![("beta", real(1.0))], vec![10, 100, 300]),
        ("shepard", vec![("beta", real(1.3))], vec![10, 100]),
        ("shepard", vec![("beta", real(4.0))], vec![10, 100]),
        ("weight_decay_path", vec![("lambda", real(1e-5))], vec![20, 200]),
        ("weight_decay_path", vec![("lambda", real(0.1))], vec![20, 200]),
    ];
    for ridge in [0.0, 0.1] {
        let kernel = || vec![("bandwidth", real(0.1)), ("ridge", real(ridge))];
        cases.push(("laplace_kernel", kernel(), vec![20, 200, 2000]));
        for nu in ["3/2", "5/2"] {
            cases.push(("matern", [kernel(), vec![("nu", word(nu))]].concat(), vec![20, 200, 2000]));
        }
    }
    cases.push(("gaussian_kernel", vec![("bandwidth", real(0.1)), ("ridge", real(0.1))], vec![10, 100, 300]));
    for degree in [0, 5, 50, 200] {
        cases.push(("polynomial", vec![("degree", whole(degree))], vec![300, 2000]));
    }
    for (width, steps) in [(10, 2000), (200, 1000), (5000, 100)] {
        let given = || vec![("width", whole(width)), ("steps", whole(steps)), ("lr", real(1e-3))];
        let cold = vec![("inverse_temperature", real(1e6))];
        for (optimiser, more) in [("gd", vec![]), ("adam", vec![]), ("langevin", cold)] {
            let given = [given(), vec![("optimiser", word(optimiser))], more].concat();
            cases.push(("relu_network", given, vec![10, 1000]));
        }
    }
    for activation in ["leaky_relu", "relu_squared", "smelu", "softplus", "gelu", "silu", "golu", "tanh"] {
        let given = |width, steps| {
            vec![
                ("activation", word(activation)),
                ("width", whole(width)),
                ("steps", whole(steps)),
                ("lr", real(1e-3)),
            ]
        };
        cases.push(("two_layer_network", given(100, 1000), vec![10, 300]));
        cases.push(("two_layer_network", given(30, 1), vec![30]));
    }
    for layers in [vec![20], vec![100, 100], vec![30, 30, 30]] {
        let given = vec![("layers", Value::Wholes(layers)), ("steps", whole(200)), ("lr", real(1e-3))];
        cases.push(("deep_relu_network", given, vec![10, 300]));
    }
    cases
}

/// Within a factor of four of what is usual on this core: costs are models, in nanoseconds of some core, and cores differ by a factor of
/// two. Training is taken to run to its last step.
#[test]
#[ignore = "slow: it is a measurement, of an optimised build on a quiet machine"]
fn costs_are_within_a_factor_of_the_clock() {
    let mut all: Vec<(f64, String)> = Vec::new();
    for (name, given, sizes) in cases() {
        for n in sizes {
            let (cost, time) = (made(estimator::CATALOGUE, name, &given).cost(n), measured(name, &given, n));
            let ratio = cost / time;
            let line = format!("{name} {given:?} n={n}: {cost:.0} ns, measured {time:.0} ns, {ratio:.2}");
            println!("{line}");
            all.push((ratio, line));
        }
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let usual = all[all.len() / 2].0;
    let wrong = all.iter().filter(|(ratio, _)| !(0.25..=4.0).contains(&(ratio / usual)));
    let wrong: Vec<&str> = wrong.map(|(_, line)| line.as_str()).collect();
    assert!(wrong.is_empty(), "{usual:.2} is usual\n{}", wrong.join("\n"));
}

#[test]
fn costs_are_positive_and_grow_with_n() {
    for (name, given, _) in cases() {
        let built = made(estimator::CATALOGUE, name, &given);
        let costs = [2, 10, 1000, 1 << 20, 1 << 27].map(|n| built.cost(n));
        assert!(costs[0] > 0.0 && costs.windows(2).all(|pair| pair[0] < pair[1]), "{name}: {costs:?}");
        assert!(costs.iter().all(|cost| cost.is_finite()));
    }
}
