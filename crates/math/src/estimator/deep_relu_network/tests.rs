//! Comparison with a reference implementation: neuron by neuron and point by point.

use super::*;
use crate::catalogue::Choice;
use crate::network::Model;
use crate::predictor::Knots;
use crate::seed::unit;

fn given(layers: &[u64], steps: u64, more: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let mut given = vec![("layers", Value::Wholes(layers.to_vec())), ("steps", Value::Whole(steps))];
    given.extend_from_slice(more);
    given
}

fn network(given: &[(&'static str, Value)]) -> DeepReluNetwork {
    let choice = Choice::new(&ENTRY, given).unwrap();
    let values: Vec<Value> = choice.arguments().iter().map(|(_, value)| value.clone()).collect();
    DeepReluNetwork::new(&values).unwrap()
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

/// The inputs of every layer at x, and f(x).
fn forward(deep: &Deep, theta: &[f64], x: f64) -> (Vec<Vec<f64>>, f64) {
    let mut inputs = vec![vec![x]];
    for layer in &deep.layers {
        let before = &inputs[inputs.len() - 1];
        let z = |k: usize| {
            let terms =
                (0..layer.inputs).map(|j| theta[layer.weights().start + j * layer.outputs + k] * before[j]);
            terms.sum::<f64>() + theta[layer.biases().start + k]
        };
        inputs.push((0..layer.outputs).map(z).collect());
        if inputs.len() <= deep.layers.len() {
            inputs.last_mut().unwrap().iter_mut().for_each(|z| *z = z.max(0.0));
        }
    }
    let value = inputs.pop().unwrap()[0];
    (inputs, value)
}

/// The loss that is trained on, as a function of θ.
fn objective(deep: &Deep, theta: &[f64], (x, y): (&[f64], &[f64]), decay: Decay) -> f64 {
    let residuals = x.iter().zip(y).map(|(x, y)| forward(deep, theta, *x).1 - y);
    let square = |part: &[f64]| part.iter().map(|t| t * t).sum::<f64>();
    let penalty = deep.layers.iter().map(|layer| {
        decay.weights * square(&theta[layer.weights()]) + decay.biases * square(&theta[layer.biases()])
    });
    residuals.map(|r| r * r).sum::<f64>() / x.len() as f64 + 0.5 * penalty.sum::<f64>()
}

/// The gradient, and the sizes of its terms.
fn gradient(deep: &Deep, share: &[f64], (x, y): (&[f64], &[f64]), decay: Decay) -> (Vec<f64>, Vec<f64>) {
    let theta = &deep.theta;
    let (mut gradient, mut size) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
    for ((x, y), share) in x.iter().zip(y).zip(share) {
        let (inputs, value) = forward(deep, theta, *x);
        // Each derivative with the sum of the sizes of its terms.
        let mut pull = vec![(share * (value - y), (share * (value - y)).abs())];
        for (layer, inputs) in deep.layers.iter().zip(&inputs).rev() {
            let mut next = vec![(0.0, 0.0); layer.inputs];
            for (k, (p, s)) in pull.iter().enumerate() {
                gradient[layer.biases().start + k] += p;
                size[layer.biases().start + k] += s;
                for (j, h) in inputs.iter().enumerate() {
                    let place = layer.weights().start + j * layer.outputs + k;
                    gradient[place] += p * h;
                    size[place] += (s * h).abs();
                    if *h > 0.0 {
                        next[j] = (next[j].0 + p * theta[place], next[j].1 + (s * theta[place]).abs());
                    }
                }
            }
            pull = next;
        }
    }
    for layer in &deep.layers {
        for (range, decay) in [(layer.weights(), decay.weights), (layer.biases(), decay.biases)] {
            for k in range {
                gradient[k] += decay * theta[k];
                size[k] += (decay * theta[k]).abs();
            }
        }
    }
    (gradient, size)
}

/// Points, widths and further arguments.
type Case<'a> = (usize, &'a [u64], &'a [(&'static str, Value)]);

#[test]
fn steps_agree_with_plain_arithmetic() {
    let penalty = [("weight_decay", Value::Real(1e-2)), ("penalise_bias", Value::Flag(false))];
    let sgd = [("optimiser", Value::Word("sgd")), ("batch", Value::Whole(4))];
    let momentum = [("optimiser", Value::Word("momentum")), ("init", Value::Word("zero_bias"))];
    let cases: [Case<'_>; 4] =
        [(9, &[8, 9], &penalty), (11, &[5, 12, 3], &sgd), (8, &[17], &momentum), (150, &[4, 4, 4], &[])];
    for (n, layers, more) in cases {
        beside_the_twin(sample(n, 2), layers, more);
        beside_the_twin(tied_sample(n, 2), layers, more);
    }
}

fn beside_the_twin((x, y): (Vec<f64>, Vec<f64>), layers: &[u64], more: &[(&'static str, Value)]) {
    let mut net = network(&given(layers, 1, more));
    let decay = if more.len() == 2 && more[0].0 == "weight_decay" {
        Decay { weights: 1e-2, biases: 0.0 }
    } else {
        Decay::default()
    };
    net.begin(&x, &Draws::new(1, "twin", 0));
    let mut rng = Draws::new(1, "twin", 0).rng(Purpose::Optimiser);
    for step in 0..300 {
        let DeepReluNetwork { trainer, model, .. } = &mut net;
        trainer.optimiser.choose(model.share(), &mut rng);
        let share = model.share().to_vec();
        let loss = model.predict(&y, true) + model.penalty();
        model.differentiate(&mut trainer.gradient);
        let want = objective(model, &model.theta, (&x, &y), decay);
        assert!((loss - want).abs() <= 1e-12 * (1.0 + want), "{layers:?} {step}: {loss} {want}");
        let (twin, size) = gradient(model, &share, (&x, &y), decay);
        for (k, (ours, twin)) in trainer.gradient.iter().zip(&twin).enumerate() {
            assert!((ours - twin).abs() <= 1e-12 * (1e-3 + size[k]), "{layers:?} {step} {k}: {ours} {twin}");
        }
        trainer.optimiser.step(&mut model.theta, &trainer.gradient, 0.01, &mut rng);
    }
}

#[test]
fn gradients_are_those_of_the_loss() {
    let (x, y) = sample(7, 1);
    let mut net = network(&given(&[6, 5], 1, &[("weight_decay", Value::Real(0.1))]));
    let decay = Decay { weights: 0.1, biases: 0.1 };
    net.begin(&x, &Draws::new(1, "differences", 0));
    net.model.predict(&y, true);
    net.model.differentiate(&mut net.trainer.gradient);
    for k in 0..net.model.theta.len() {
        let at = |shift: f64| {
            let mut theta = net.model.theta.clone();
            theta[k] += shift * 1e-6;
            objective(&net.model, &theta, (&x, &y), decay)
        };
        let (want, ours) = ((at(1.0) - at(-1.0)) / 2e-6, net.trainer.gradient[k]);
        assert!((ours - want).abs() <= 1e-7 * (1.0 + want.abs()), "{k}: {ours} {want}");
    }
}

#[test]
fn knots_are_the_network() {
    for (layers, steps) in [(&[12u64, 9, 7][..], 200), (&[20, 20], 1), (&[3], 50), (&[6, 5, 4, 5, 6], 100)] {
        let (x, y) = sample(12, 3);
        let mut net = network(&given(layers, steps, &[("lr", Value::Real(0.003))]));
        let mut predictor = Predictor::default();
        net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "knots", 0), &mut predictor).unwrap();
        let knots = predictor.piecewise_linear();
        assert!(knots.x.windows(2).all(|pair| pair[0] < pair[1]));
        let data = knots.hull().filter(|k| !knots.inner.contains(k)).map(|k| knots.x[k]);
        assert!(data.eq(x.iter().copied()));
        let mut check = |at: f64| {
            let (ours, want) = (knots.value(at), forward(&net.model, &net.model.theta, at).1);
            assert!((ours - want).abs() < 1e-11 * (1.0 + at.abs()), "{layers:?} {at}: {ours} {want}");
        };
        (-2000..2000).for_each(|k| check(f64::from(k) * 0.002));
        for at in &knots.x {
            [*at, at.next_down(), at.next_up(), at - 1e-9, at + 1e-9].into_iter().for_each(&mut check);
        }
        [-1e4, 1e4].into_iter().for_each(&mut check);
        assert!(
            knots.change[1..knots.x.len() - 1].iter().filter(|c| **c != 0.0).count() as u64
                == knots.size().kinks
        );
    }
}

/// x ↦ 2 (x)₊ − 4 (x − ½)₊, composed L times: 2^L pieces of slope ±2^L on [0, 1].
#[test]
fn a_sawtooth_has_all_its_teeth() {
    for depth in [2, 5, 9] {
        let mut net = network(&given(&vec![2; depth], 1, &[]));
        net.begin(&[0.0, 0.3, 1.0], &Draws::new(1, "teeth", 0));
        let deep = &mut net.model;
        for (k, layer) in deep.layers.clone().iter().enumerate() {
            let weights: &[f64] = match k {
                0 => &[1.0, 1.0],
                _ if k == depth => &[2.0, -4.0],
                _ => &[2.0, 2.0, -4.0, -4.0],
            };
            deep.theta[layer.weights()].copy_from_slice(weights);
            deep.theta[layer.biases()].copy_from_slice(if k == depth { &[0.0] } else { &[0.0, -0.5] });
        }
        let mut knots = Knots::default();
        write(&[0.0, 0.3, 1.0], deep, &mut Vec::new(), &mut knots);
        let teeth = 1 << depth;
        assert_eq!(knots.size().kinks, teeth + 1);
        let kinks = knots.x.iter().zip(&knots.change).filter(|(_, change)| **change != 0.0);
        for (k, (at, change)) in kinks.enumerate() {
            assert_eq!(*at, k as f64 / teeth as f64);
            let outer = k == 0 || k as u64 == teeth;
            assert_eq!(change.abs(), teeth as f64 * if outer { 1.0 } else { 2.0 });
        }
    }
}

#[test]
fn a_network_without_kinks_is_a_line() {
    let mut net = network(&given(&[3, 2], 1, &[]));
    net.begin(&[0.0, 1.0], &Draws::new(1, "line", 0));
    net.model.theta.fill(0.0);
    let last = net.model.theta.len() - 1;
    net.model.theta[last] = 2.5;
    let mut knots = Knots::default();
    write(&[0.0, 1.0], &net.model, &mut Vec::new(), &mut knots);
    assert_eq!((knots.size().kinks, knots.y, knots.first_slope), (0, vec![2.5; 4], 0.0));
}

#[test]
fn training_is_a_function_of_its_draws_lowers_the_loss_and_reports_divergence() {
    let (x, y) = sample(10, 1);
    let fit = |more: &[(&'static str, Value)], steps, trial| {
        let mut net = network(&given(&[16, 16], steps, more));
        let mut predictor = Predictor::default();
        net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "draws", trial), &mut predictor)
            .map(|_| (predictor.knots().unwrap().y.clone(), predictor.train_error(&x, &y)))
    };
    let sgd = [("optimiser", Value::Word("sgd")), ("lr", Value::Real(0.01))];
    assert_eq!(fit(&sgd, 40, 4), fit(&sgd, 40, 4));
    assert_ne!(fit(&sgd, 40, 4), fit(&sgd, 40, 5));
    assert_eq!(fit(&[("lr", Value::Real(1e4))], 500, 0), Err(Degenerate::Diverged));
    let adam = [("optimiser", Value::Word("adam")), ("lr", Value::Real(0.01))];
    let errors = [1, 100, 2000].map(|steps| fit(&adam, steps, 0).unwrap().1);
    assert!(errors[0] > errors[1] && errors[1] > errors[2], "{errors:?}");
}

#[test]
fn networks_that_are_too_large_are_refused() {
    let refused = |layers: &[u64]| Choice::new(&ENTRY, &given(layers, 1, &[])).unwrap_err().parameter;
    assert_eq!(refused(&[8192, 8192]), "layers");
    assert_eq!(refused(&[1; 65]), "layers");
    assert_eq!(refused(&[]), "layers");
    assert_eq!(refused(&[0]), "layers");
    assert!(Choice::new(&ENTRY, &given(&[8190, 8190], 1, &[])).is_ok());
}

/// Time a step, in release: `cargo test --release -p tempered-math -- --ignored --nocapture time_a_deep_step`.
#[test]
#[ignore = "a measurement"]
fn time_a_deep_step() {
    let (x, y) = sample(200, 0);
    for layers in [&[100, 100][..], &[100, 100, 100], &[256, 256]] {
        let steps = 200;
        let mut net = network(&given(layers, steps, &[("lr", Value::Real(1e-4))]));
        let start = std::time::Instant::now();
        net.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "time", 0), &mut Predictor::default()).unwrap();
        println!("{layers:?}: {:.0} µs a step", start.elapsed().as_secs_f64() / steps as f64 * 1e6);
    }
}
