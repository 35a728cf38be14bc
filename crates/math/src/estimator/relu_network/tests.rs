//! Comparison with a reference implementation: dense arithmetic, neuron by neuron and point by point.

use super::*;
use crate::catalogue::Choice;
use crate::estimator::CATALOGUE;
use crate::network::parts;
use crate::predictor::Knots;
use crate::risk::{Domain, Exponent, Risk};
use crate::score::{Criteria, FIRST_RISK, Scorer};
use crate::seed::{Purpose, unit};
use crate::target;

fn network(given: &[(&str, Value)]) -> ReluNetwork {
    let choice = Choice::new(&ENTRY, given).unwrap();
    ReluNetwork::new(&choice.arguments().iter().map(|(_, value)| value.clone()).collect::<Vec<_>>()).unwrap()
}

fn sample(n: usize, trial: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = Draws::new(5, "data", trial).rng(Purpose::Design);
    let mut x: Vec<f64> = (0..n).map(|_| 3.0 * unit(&mut rng) - 1.5).collect();
    x.sort_by(f64::total_cmp);
    (x, (0..n).map(|_| 2.0 * unit(&mut rng) - 1.0).collect())
}

/// The same with x on a grid of quarters, so that points share an x, also at the ends.
fn tied_sample(n: usize, trial: u64) -> (Vec<f64>, Vec<f64>) {
    let (mut x, y) = sample(n, trial);
    x.iter_mut().for_each(|x| *x = (4.0 * *x).round() / 4.0);
    assert!(x.windows(2).any(|pair| pair[0] == pair[1]) && x[0] < x[n - 1]);
    (x, y)
}

/// f(x).
fn value(theta: &[f64], m: usize, x: f64) -> f64 {
    let p = parts(theta, m);
    let affine = if let [slope, intercept] = p.skip { slope * x + intercept } else { 0.0 };
    (0..m).map(|j| p.a[j] * (p.w[j] * x + p.b[j]).max(0.0)).sum::<f64>() + affine
}

/// Mean of squared residuals, gradient, and the sizes of the gradient's terms.
fn dense(
    theta: &[f64],
    m: usize,
    (x, y): (&[f64], &[f64]),
    share: &[f64],
    decay: Decay,
) -> (f64, Vec<f64>, Vec<f64>) {
    let p = parts(theta, m);
    let (mut gradient, mut size) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
    let mut loss = 0.0;
    let mut add = |k: usize, term: f64| {
        gradient[k] += term;
        size[k] += term.abs();
    };
    for ((x, y), share) in x.iter().zip(y).zip(share) {
        let r = value(theta, m, *x) - y;
        loss += r * r;
        for j in 0..m {
            let z = p.w[j] * x + p.b[j];
            if z > 0.0 {
                add(j, share * r * z);
                add(m + j, share * r * p.a[j] * x);
                add(2 * m + j, share * r * p.a[j]);
            }
        }
        if !p.skip.is_empty() {
            add(3 * m, share * r * x);
            add(3 * m + 1, share * r);
        }
    }
    for j in 0..m {
        add(j, decay.weights * p.a[j]);
        add(m + j, decay.weights * p.w[j]);
        add(2 * m + j, decay.biases * p.b[j]);
    }
    (loss / x.len() as f64, gradient, size)
}

/// Compares every step of training with the reference; returns how often a kink crossed a data point.
fn beside_the_twin(given: &[(&str, Value)], (x, y): (Vec<f64>, Vec<f64>), steps: u64) -> usize {
    let mut net = network(given);
    let m = net.setup.width;
    net.begin(&x, &Draws::new(1, "twin", 0));
    let mut rng = Draws::new(1, "twin", 0).rng(Purpose::Optimiser);
    let mut crossings = 0;
    let active = |theta: &[f64]| -> Vec<bool> {
        let p = parts(theta, m);
        (0..m).flat_map(|j| x.iter().map(move |x| (j, x))).map(|(j, x)| p.w[j] * x + p.b[j] > 0.0).collect()
    };
    let mut before = active(&net.model.weights.theta);
    for step in 0..steps {
        net.setup.trainer.optimiser.choose(net.model.share(), &mut rng);
        let loss = net.model.sweep.predict(&y, &net.model.weights);
        net.model.sweep.differentiate(&net.model.weights, net.model.decay, &mut net.setup.trainer.gradient);
        let (expected, gradient, size) =
            dense(&net.model.weights.theta, m, (&x, &y), &net.model.sweep.share, net.model.decay);
        assert!((loss - expected).abs() <= 1e-12 * (1.0 + expected), "{step}: {loss} {expected}");
        for (k, (ours, twin)) in net.setup.trainer.gradient.iter().zip(&gradient).enumerate() {
            assert!((ours - twin).abs() <= 1e-12 * (1.0 + size[k]), "{step} {k}: {ours} {twin}");
        }
        net.setup.trainer.optimiser.step(
            &mut net.model.weights.theta,
            &net.setup.trainer.gradient,
            net.setup.trainer.course.rate,
            &mut rng,
        );
        net.model.sweep.locate(&net.model.weights);
        let after = active(&net.model.weights.theta);
        crossings += before.iter().zip(&after).filter(|(before, after)| before != after).count();
        before = after;
    }
    crossings
}

fn given(width: u64, more: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let mut given = vec![("width", Value::Whole(width)), ("steps", Value::Whole(3000))];
    given.extend_from_slice(more);
    given
}

#[test]
fn steps_agree_with_dense_arithmetic() {
    let word = Value::Word;
    let cases: [(usize, Vec<(&str, Value)>); 8] = [
        (5, given(37, &[("weight_decay", Value::Real(1e-3)), ("init_scale", Value::Real(3.0))])),
        (5, given(8, &[("skip", word("none")), ("lr", Value::Real(0.3))])),
        (80, given(41, &[("penalise_bias", Value::Flag(false)), ("weight_decay", Value::Real(0.01))])),
        (90, given(16, &[("init", word("balanced")), ("optimiser", word("momentum"))])),
        (
            30,
            given(
                20,
                &[("init", word("antisymmetric")), ("optimiser", word("adam")), ("lr", Value::Real(0.01))],
            ),
        ),
        (40, given(19, &[("optimiser", word("sgd")), ("batch", Value::Whole(3))])),
        (20, given(9, &[("optimiser", word("langevin")), ("inverse_temperature", Value::Real(20.0))])),
        (2, given(1, &[("init_scale", Value::Real(2.0))])),
    ];
    let mut crossings = 0;
    for (n, given) in cases {
        crossings += beside_the_twin(&given, sample(n, n as u64), 3000);
    }
    assert!(crossings > 1000, "{crossings}");
}

/// Kinks cross several points in one step, and converge to data points.
#[test]
fn steps_agree_with_dense_arithmetic_where_points_share_an_x() {
    let word = Value::Word;
    let cases: [(usize, Vec<(&str, Value)>); 4] = [
        (9, given(37, &[("weight_decay", Value::Real(1e-3)), ("init_scale", Value::Real(3.0))])),
        (80, given(41, &[("penalise_bias", Value::Flag(false)), ("weight_decay", Value::Real(0.01))])),
        (30, given(20, &[("optimiser", word("adam")), ("lr", Value::Real(0.01))])),
        (40, given(19, &[("optimiser", word("sgd")), ("batch", Value::Whole(3))])),
    ];
    let mut crossings = 0;
    for (n, given) in cases {
        crossings += beside_the_twin(&given, tied_sample(n, n as u64), 3000);
    }
    assert!(crossings > 500, "{crossings}");
}

/// One knot for all points at an x; the training error is that of all of them.
#[test]
fn points_at_one_x_are_one_knot() {
    let (x, y) = tied_sample(60, 4);
    let mut net = network(&given(31, &[("init_scale", Value::Real(4.0))]));
    let mut predictor = Predictor::default();
    let sample = net.sample(&x, &y).unwrap();
    net.fit(sample, &Draws::new(1, "knots", 0), &mut predictor).unwrap();
    let theta = &net.model.weights.theta;
    let worst = x.iter().zip(&y).map(|(x, y)| (value(theta, 31, *x) - y).abs()).fold(0.0, f64::max);
    assert!((predictor.train_error(&x, &y) - worst).abs() < 1e-11, "{worst}");
    let knots = predictor.piecewise_linear();
    assert!(knots.x.windows(2).all(|pair| pair[0] < pair[1]));
    let data = knots.hull().filter(|k| !knots.inner.contains(k)).map(|k| knots.x[k]);
    let mut places = x.clone();
    places.dedup();
    assert!(data.eq(places));
    for k in -400..400 {
        let (at, expected) = (f64::from(k) * 0.01, value(theta, 31, f64::from(k) * 0.01));
        assert!((knots.value(at) - expected).abs() < 1e-11, "{at}: {} {expected}", knots.value(at));
    }
}

#[test]
fn knots_are_the_network() {
    let (x, y) = sample(12, 3);
    let mut net = network(&given(31, &[("init_scale", Value::Real(4.0))]));
    let mut predictor = Predictor::default();
    net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "knots", 0), &mut predictor).unwrap();
    let knots = predictor.piecewise_linear();
    assert!(knots.x.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(knots.left > 1 && knots.right > 1 && !knots.inner.is_empty());
    for k in -400..400 {
        let at = f64::from(k) * 0.01;
        let expected = value(&net.model.weights.theta, 31, at);
        assert!((knots.value(at) - expected).abs() < 1e-11, "{at}: {} {expected}", knots.value(at));
    }
    for (i, x) in x.iter().enumerate() {
        let place = knots.hull().filter(|k| !knots.inner.contains(k)).nth(i).unwrap();
        assert_eq!(knots.x[place], *x);
    }
    let norm: f64 = {
        let p = net.model.weights.parts();
        (0..31).map(|j| p.a[j].abs() * (p.w[j] * p.w[j] + p.b[j] * p.b[j]).sqrt()).sum()
    };
    assert!((knots.size().norm - norm).abs() < 1e-9 * norm);
}

#[test]
fn kinks_beyond_the_data_count_in_the_risk() {
    let (x, y) = (vec![0.3, 0.45, 0.5, 0.8], vec![1.0, -1.0, 0.5, 0.2]);
    let mut net = network(&given(60, &[("init_scale", Value::Real(6.0))]));
    let mut predictor = Predictor::default();
    net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "risk", 0), &mut predictor).unwrap();
    let knots = predictor.knots().unwrap();
    let unit = 0.0..1.0;
    assert!(knots.x[..knots.left].iter().any(|t| unit.contains(t)));
    assert!(knots.x[knots.hull().end..].iter().any(|t| unit.contains(t)));
    let corners =
        [("knots", Value::Reals(vec![0.1, 0.4, 0.9])), ("values", Value::Reals(vec![0.0, 2.0, -1.0]))];
    for (name, arguments) in [("zero", &[][..]), ("piecewise_linear", &corners)] {
        let entry = target::CATALOGUE.iter().find(|entry| entry.name == name).unwrap();
        let target = || Choice::new(entry, arguments).unwrap().build(target::CATALOGUE).unwrap();
        for (domain, low, high) in [(Domain::Hull, 0.3, 0.8), (Domain::Unit, 0.0, 1.0)] {
            let risks = [Risk::Lp(Exponent::new(2.0).unwrap()), Risk::Sup];
            let mut out = Vec::new();
            Scorer::new(Criteria::risks(&risks, domain), target())
                .score((&x, &y), (&predictor, Report::default()), None, &mut out)
                .unwrap();
            let out: Vec<f64> = out[FIRST_RISK..].iter().map(|score| score.unwrap()).collect();
            let (f, count) = (target(), 200_000);
            let errors: Vec<f64> = (0..count)
                .map(|k| low + (high - low) * (f64::from(k) + 0.5) / f64::from(count))
                .map(|at| value(&net.model.weights.theta, 60, at) - f.value(at))
                .collect();
            let mean = errors.iter().map(|e| e * e).sum::<f64>() / f64::from(count) * (high - low);
            let most = errors.iter().fold(0.0f64, |most, e| most.max(e.abs()));
            assert!((out[0] - mean).abs() < 1e-6 * mean, "{name} {domain}: {} {mean}", out[0]);
            assert!((out[1] - most).abs() < 1e-3 * most, "{name} {domain}");
            let (gap, edge) = (out[2], out.get(3));
            assert!(gap < out[0] && edge.is_none_or(|edge| *edge > 0.0 && edge + gap <= out[0]));
        }
    }
}

#[test]
fn neurons_with_one_kink_are_one_knot() {
    let mut weights = Weights { theta: vec![1.0, 2.0, -3.0, 1.0, -2.0, 0.0, -0.5, 1.0, 2.0], width: 3 };
    let mut knots = Knots::default();
    write(&[0.0, 1.0], &weights, 0.0, &mut Vec::new(), &mut knots);
    assert_eq!((knots.x.clone(), knots.inner.clone()), (vec![-1.0, 0.0, 0.5, 1.0, 3.0], vec![2]));
    assert_eq!((knots.change[2], knots.first_slope, knots.value(0.25)), (5.0, -4.0, -5.0));
    // A kink equal to a data point up to rounding shares its knot, and so do two equal kinks.
    let places = |theta: [f64; 9]| {
        let mut knots = Knots::default();
        let weights = Weights { theta: theta.to_vec(), width: 3 };
        write(&[0.0, 1.0], &weights, 0.0, &mut Vec::new(), &mut knots);
        (knots.x.clone(), knots.change.clone(), knots.size().kinks)
    };
    let (third, other) = (1.0 / 3.0, 1.0 / 3.0 + f64::EPSILON / 4.0);
    let (x, change, kinks) = places([1.0, 2.0, 1.0, 1.0, 1.0, 1.0, -third, -other, -1.0 - f64::EPSILON]);
    assert_eq!((x, change, kinks), (vec![-1.0, 0.0, third, 1.0, 3.0], vec![0.0, 0.0, 3.0, 1.0, 0.0], 2));
    let (_, change, kinks) = places([1.0, -1.0, 0.0, 1.0, 1.0, 1.0, -third, -other, 0.0]);
    assert_eq!((change[2], kinks), (0.0, 0));
    weights.theta[6] = 0.0;
    write(&[0.0, 1.0], &weights, 0.0, &mut Vec::new(), &mut knots);
    assert_eq!((knots.change[1], knots.left, knots.right), (1.0, 1, 1));
}

#[test]
fn training_is_a_function_of_its_draws_and_reports_divergence() {
    let (x, y) = sample(10, 1);
    let fit = |given: &[(&str, Value)], trial| {
        let mut predictor = Predictor::default();
        let mut net = Choice::new(&ENTRY, given).unwrap().build(CATALOGUE).unwrap();
        net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "draws", trial), &mut predictor)
            .map(|_| predictor.knots().unwrap().y.clone())
    };
    let sgd = given(10, &[("optimiser", Value::Word("sgd")), ("schedule", Value::Word("cosine"))]);
    assert_eq!(fit(&sgd, 4), fit(&sgd, 4));
    assert_ne!(fit(&sgd, 4), fit(&sgd, 5));
    assert_eq!(fit(&given(10, &[("lr", Value::Real(50.0))]), 0), Err(Degenerate::Diverged));
}

#[test]
fn centred_inputs_are_a_change_of_variable() {
    let (x, y) = sample(9, 3);
    let (low, high) = (x[0], x[8]);
    let t: Vec<f64> = x.iter().map(|x| (2.0 * x - low - high) / (high - low)).collect();
    let fit = |x: &[f64], inputs, skip| {
        let mut net = network(&given(50, &[("inputs", Value::Word(inputs)), ("skip", Value::Word(skip))]));
        let mut predictor = Predictor::default();
        net.fit(Sample::new(x, &y).unwrap(), &Draws::new(1, "centred", 0), &mut predictor).unwrap();
        predictor.knots().unwrap().clone()
    };
    for skip in ["free", "none"] {
        let (in_x, in_t, given) = (fit(&x, "centred", skip), fit(&t, "given", skip), fit(&x, "given", skip));
        for k in 0..=20 {
            let at = low + (high - low) * (f64::from(k) * 0.2 - 1.5);
            let (here, there) = (in_x.value(at), in_t.value((2.0 * at - low - high) / (high - low)));
            assert!((here - there).abs() <= 1e-9 * (1.0 + there.abs()), "{at}: {here} {there}");
        }
        assert_ne!(in_x.value(0.5), given.value(0.5));
    }
}

#[test]
fn stops_end_training() {
    let (x, y) = sample(6, 2);
    let mean = |stop: &[(&'static str, Value)]| {
        let mut net = network(&given(200, stop));
        let mut predictor = Predictor::default();
        net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "stops", 0), &mut predictor).unwrap();
        (
            net.model.sweep.predict(&y, &net.model.weights),
            net.setup.trainer.gradient.iter().map(|g| g * g).sum::<f64>().sqrt(),
        )
    };
    let (loss, _) = mean(&[("stop_loss", Value::Real(0.2))]);
    assert!(loss <= 0.2 && loss > 0.19, "{loss}");
    let (_, norm) = mean(&[("stop_gradient", Value::Real(0.1))]);
    assert!(norm <= 0.1, "{norm}");
    let report = |stop: &[(&'static str, Value)]| {
        let mut net = network(&given(50, stop));
        net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "stops", 0), &mut Predictor::default()).unwrap()
    };
    let plateau =
        |share| report(&[("stop_plateau", Value::Real(share)), ("plateau_window", Value::Whole(100))]);
    let (early, late) = (plateau(0.5), plateau(0.001));
    assert!(early.converged == Some(true) && early.steps < late.steps, "{early:?} {late:?}");
    assert_eq!(early.steps.unwrap() % 100, 99);
}

#[test]
fn parameters_that_do_nothing_are_refused() {
    let refused =
        |more: &[(&'static str, Value)]| Choice::new(&ENTRY, &given(7, more)).unwrap_err().parameter;
    assert_eq!(refused(&[("init", Value::Word("antisymmetric"))]), "width");
    assert_eq!(refused(&[("plateau_window", Value::Whole(4))]), "plateau_window");
    assert_eq!(refused(&[("batch", Value::Whole(4))]), "batch");
    assert_eq!(refused(&[("momentum", Value::Real(0.5))]), "momentum");
    assert_eq!(refused(&[("inverse_temperature", Value::Real(1.0))]), "inverse_temperature");
    assert_eq!(refused(&[("optimiser", Value::Word("langevin"))]), "inverse_temperature");
}

/// Time a step, in release: `cargo test --release -p tempered-math -- --ignored --nocapture time_a_step`.
#[test]
#[ignore = "a measurement"]
fn time_a_step() {
    for (n, m, steps) in [
        (5, 200, 400_000),
        (200, 1000, 20_000),
        (1000, 1000, 20_000),
        (10_000, 10_000, 2000),
        (100_000, 100_000, 100),
        (1_000_000, 1_000_000, 10),
    ] {
        let (x, y) = sample(n, 0);
        let mut net = network(&[
            ("width", Value::Whole(m)),
            ("steps", Value::Whole(steps)),
            ("weight_decay", Value::Real(1e-3)),
            ("lr", Value::Real(if n > 10_000 { 1e-3 } else { 0.05 })),
        ]);
        let mut predictor = Predictor::default();
        let start = std::time::Instant::now();
        net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "time", 0), &mut predictor).unwrap();
        let each = start.elapsed().as_secs_f64() / steps as f64;
        println!(
            "n {n} m {m}: {:.3} µs a step, {:.2} ns a point or neuron",
            each * 1e6,
            each * 1e9 / (n as f64 + m as f64)
        );
    }
}
