//! Comparison with a reference implementation: dense arithmetic, neuron by neuron and point by point.

use super::*;
use crate::catalogue::Choice;
use crate::estimator::CATALOGUE;
use crate::network::{Model, parts};
use crate::seed::{Purpose, unit};

type Given = Vec<(&'static str, Value)>;

fn given(activation: &'static str, width: u64, steps: u64, more: &[(&'static str, Value)]) -> Given {
    let mut given = vec![
        ("activation", Value::Word(activation)),
        ("width", Value::Whole(width)),
        ("steps", Value::Whole(steps)),
    ];
    given.extend_from_slice(more);
    given
}

fn network(given: &Given) -> TwoLayerNetwork {
    let choice = Choice::new(&ENTRY, given).unwrap();
    let values: Vec<Value> = choice.arguments().iter().map(|(_, value)| value.clone()).collect();
    TwoLayerNetwork::new(&values).unwrap()
}

fn sample(n: usize, trial: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = Draws::new(5, "data", trial).rng(Purpose::Design);
    let mut x: Vec<f64> = (0..n).map(|_| 3.0 * unit(&mut rng) - 1.5).collect();
    x.sort_by(f64::total_cmp);
    (x, (0..n).map(|_| 2.0 * unit(&mut rng) - 1.0).collect())
}

/// The same with x on a grid of halves, so that points share an x, also at the ends.
fn tied_sample(n: usize, trial: u64) -> (Vec<f64>, Vec<f64>) {
    let (mut x, y) = sample(n, trial);
    x.iter_mut().for_each(|x| *x = (2.0 * *x).round() / 2.0);
    assert!(x.windows(2).any(|pair| pair[0] == pair[1]) && x[0] < x[n - 1]);
    (x, y)
}

/// φ(z) and φ'(z).
fn phi(activation: Activation, z: f64) -> (f64, f64) {
    let (mut value, mut slope) = ([0.0], [0.0]);
    activation.fill(1.0, (&[0.0], &[z]), &mut value, &mut slope);
    (value[0], slope[0])
}

/// f(x).
fn value(activation: Activation, theta: &[f64], m: usize, x: f64) -> f64 {
    let p = parts(theta, m);
    let affine = if let [slope, intercept] = p.skip { slope * x + intercept } else { 0.0 };
    (0..m).map(|j| p.a[j] * phi(activation, p.w[j] * x + p.b[j]).0).sum::<f64>() + affine
}

/// The loss that is trained on, as a function of θ.
fn objective(net: &TwoLayerNetwork, theta: &[f64], (x, y): (&[f64], &[f64])) -> f64 {
    let (m, decay) = (net.setup.width, net.setup.decay);
    let residuals = x.iter().zip(y).map(|(x, y)| value(net.model.activation, theta, m, *x) - y);
    let square = |part: &[f64]| part.iter().map(|t| t * t).sum::<f64>();
    residuals.map(|r| r * r).sum::<f64>() / x.len() as f64
        + 0.5 * decay.weights * square(&theta[..2 * m])
        + 0.5 * decay.biases * square(&theta[2 * m..3 * m])
}

/// The gradient, and the sizes of its terms.
fn gradient(net: &TwoLayerNetwork, share: &[f64], (x, y): (&[f64], &[f64])) -> (Vec<f64>, Vec<f64>) {
    let (m, decay, theta) = (net.setup.width, net.setup.decay, &net.model.weights.theta);
    let p = parts(theta, m);
    let (mut gradient, mut size) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
    let mut add = |k: usize, term: f64| {
        gradient[k] += term;
        size[k] += term.abs();
    };
    for ((x, y), share) in x.iter().zip(y).zip(share) {
        let pull = share * (value(net.model.activation, theta, m, *x) - y);
        for j in 0..m {
            let (value, slope) = phi(net.model.activation, p.w[j] * x + p.b[j]);
            add(j, pull * value);
            add(m + j, pull * p.a[j] * slope * x);
            add(2 * m + j, pull * p.a[j] * slope);
        }
        if !p.skip.is_empty() {
            add(3 * m, pull * x);
            add(3 * m + 1, pull);
        }
    }
    for (k, theta) in theta[..3 * m].iter().enumerate() {
        add(k, if k < 2 * m { decay.weights } else { decay.biases } * theta);
    }
    (gradient, size)
}

#[test]
fn steps_agree_with_dense_arithmetic() {
    let extras: [&[(&str, Value)]; 4] = [
        &[("weight_decay", Value::Real(1e-3)), ("init_scale", Value::Real(2.0))],
        &[("skip", Value::Word("none")), ("optimiser", Value::Word("momentum"))],
        &[("optimiser", Value::Word("sgd")), ("batch", Value::Whole(5))],
        &[
            ("penalise_bias", Value::Flag(false)),
            ("weight_decay", Value::Real(0.01)),
            ("optimiser", Value::Word("adam")),
        ],
    ];
    for (k, word) in Activation::WORDS.iter().enumerate() {
        beside_the_twin(sample(9 + k, k as u64), word, extras[k % 4]);
        beside_the_twin(tied_sample(9 + k, k as u64), word, extras[k % 4]);
    }
}

fn beside_the_twin((x, y): (Vec<f64>, Vec<f64>), word: &'static str, more: &[(&'static str, Value)]) {
    let mut net = network(&given(word, 19, 400, more));
    net.begin(&x, &Draws::new(1, "twin", 0));
    let mut rng = Draws::new(1, "twin", 0).rng(Purpose::Optimiser);
    for step in 0..400 {
        net.setup.trainer.optimiser.choose(net.model.share(), &mut rng);
        let share = net.model.share().to_vec();
        let loss = net.model.predict(&y, true) + net.model.penalty();
        net.model.differentiate(&mut net.setup.trainer.gradient);
        let want = objective(&net, &net.model.weights.theta, (&x, &y));
        assert!((loss - want).abs() <= 1e-12 * (1.0 + want), "{word} {step}: {loss} {want}");
        let (twin, size) = gradient(&net, &share, (&x, &y));
        for (k, (ours, twin)) in net.setup.trainer.gradient.iter().zip(&twin).enumerate() {
            assert!((ours - twin).abs() <= 1e-12 * (1e-3 + size[k]), "{word} {step} {k}: {ours} {twin}");
        }
        let trainer = &mut net.setup.trainer;
        trainer.optimiser.step(&mut net.model.weights.theta, &trainer.gradient, 0.02, &mut rng);
    }
}

#[test]
fn gradients_are_those_of_the_loss() {
    let (x, y) = sample(8, 1);
    for word in Activation::WORDS {
        let mut net = network(&given(
            word,
            6,
            1,
            &[("weight_decay", Value::Real(0.1)), ("init_scale", Value::Real(3.0))],
        ));
        net.begin(&x, &Draws::new(1, "differences", 0));
        net.model.predict(&y, true);
        net.model.differentiate(&mut net.setup.trainer.gradient);
        for k in 0..net.model.weights.theta.len() {
            let at = |shift: f64| {
                let mut theta = net.model.weights.theta.clone();
                theta[k] += shift * 1e-5;
                objective(&net, &theta, (&x, &y))
            };
            let want = (at(1.0) - at(-1.0)) / 2e-5;
            let ours = net.setup.trainer.gradient[k];
            assert!((ours - want).abs() <= 1e-7 * (1.0 + want.abs()), "{word} {k}: {ours} {want}");
        }
    }
}

#[test]
fn predictors_are_the_network_and_the_loss_falls() {
    let (x, y) = sample(12, 3);
    let draws = Draws::new(1, "predictor", 0);
    for word in Activation::WORDS {
        let fit = |steps: u64| {
            let mut net = network(&given(
                word,
                23,
                steps,
                &[("init_scale", Value::Real(4.0)), ("lr", Value::Real(0.005))],
            ));
            let mut predictor = Predictor::default();
            let report = net.fit(Sample::new(&x, &y).unwrap(), &draws, &mut predictor).unwrap();
            assert_eq!((report.steps, report.converged), (Some(steps), Some(false)));
            (net, predictor)
        };
        let (net, predictor) = fit(600);
        let (activation, theta) = (net.model.activation, &net.model.weights.theta);
        let size: f64 = 1.0 + theta.iter().map(|t| t * t).sum::<f64>();
        let mut check = |at: f64| {
            let (ours, want) = (predictor.value(at), value(activation, theta, 23, at));
            assert!((ours - want).abs() <= 1e-13 * size * (1.0 + at * at), "{word} {at}: {ours} {want}");
        };
        (-400..400).for_each(|k| check(f64::from(k) * 0.01));
        if let Predictor::Smooth(smooth) = &predictor {
            let breaks = 23 * activation.corners().len();
            assert_eq!(smooth.breaks.len(), breaks, "{word}");
            smooth
                .breaks
                .iter()
                .for_each(|at| [at.next_down(), *at, at.next_up()].into_iter().for_each(&mut check));
            let units = smooth.pieces.units();
            assert_eq!((units.outer.len(), units.inner.len(), units.bias[0]), (23, 23, theta[46]));
        } else {
            let knots = predictor.knots().unwrap();
            assert_eq!((word, knots.size().kinks, knots.x.len()), (&"leaky_relu", 23, 12 + 23 + 2));
            knots.x.iter().for_each(|at| check(*at));
        }
        let again = fit(600).1;
        assert_eq!(again.value(0.3).to_bits(), predictor.value(0.3).to_bits());
        let loss =
            |(net, _): (TwoLayerNetwork, Predictor)| objective(&net, &net.model.weights.theta, (&x, &y));
        let losses = [1, 50, 600].map(|steps| loss(fit(steps)));
        assert!(losses[0] > losses[1] && losses[1] > losses[2], "{word}: {losses:?}");
    }
}

#[test]
fn training_that_diverges_says_so() {
    let (x, y) = sample(10, 1);
    for word in Activation::WORDS {
        // Bounded activations diverge by the affine part.
        let mut net = network(&given(word, 10, 3000, &[("lr", Value::Real(50.0))]));
        let fitted =
            net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "far", 0), &mut Predictor::default());
        assert_eq!(fitted, Err(Degenerate::Diverged), "{word}");
    }
    let choice = Choice::new(&ENTRY, &given("gelu", 4, 5, &[])).unwrap();
    assert!(choice.build(CATALOGUE).is_ok() && !choice.build(CATALOGUE).unwrap().interpolates());
}

/// Time a step, in release: `cargo test --release -p tempered-math -- --ignored --nocapture time_a_dense_step`.
#[test]
#[ignore = "a measurement"]
fn time_a_dense_step() {
    let (x, y) = sample(200, 0);
    for word in Activation::WORDS {
        let steps = 300;
        let mut net = network(&given(word, 1000, steps, &[("lr", Value::Real(0.001))]));
        let start = std::time::Instant::now();
        net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "time", 0), &mut Predictor::default()).unwrap();
        println!("{word}: {:.0} µs a step", start.elapsed().as_secs_f64() / steps as f64 * 1e6);
    }
}
