//! What is written down of a predictor is the predictor: read again by a reader that shares no code with it.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use tempered_math::catalogue::{Choice, Value};
use tempered_math::estimator::{self, CATALOGUE};
use tempered_math::predictor::{Expansion, Form, Predictor};
use tempered_math::sample::Sample;
use tempered_math::seed::Draws;

/// f(x) as the formulas of the forms say.
fn read(expansion: &Expansion, x: f64) -> f64 {
    let Expansion { form, coefficient: c, scale: s, at: t, skip_slope, skip_intercept } = expansion;
    let z = |j: usize| s[j] * (x - t[j]);
    let neurons = |phi: &dyn Fn(f64) -> f64| (0..c.len()).map(|j| c[j] * phi(z(j))).sum::<f64>();
    let value = match form {
        Form::Knots => {
            let k = t.partition_point(|knot| *knot <= x).clamp(1, t.len() - 1);
            let slope = (c[k] - c[k - 1]) / (t[k] - t[k - 1]);
            // From the nearer knot, as interpolation routines do.
            if x - t[k - 1] <= t[k] - x {
                c[k - 1] + slope * (x - t[k - 1])
            } else {
                c[k] - slope * (t[k] - x)
            }
        }
        Form::Powers => {
            let place = t[t.partition_point(|at| *at <= x).saturating_sub(1)];
            let piece = t.partition_point(|at| *at < place)..t.partition_point(|at| *at <= place);
            piece.rev().fold(0.0, |sum, j| sum * z(j) + c[j])
        }
        Form::Exponentials => {
            let next = t.partition_point(|at| *at <= x);
            let here = t.get(next.wrapping_sub(1)).map_or(0, |at| t.partition_point(|other| other < at));
            let end = t.get(next).map_or(next, |at| t.partition_point(|other| other <= at));
            let group = |range: std::ops::Range<usize>, side: f64| {
                let entries: Vec<usize> = range.filter(|j| s[*j] * side > 0.0).collect();
                entries.iter().rev().fold(0.0, |sum, j| sum * z(*j) + c[*j])
                    * entries.first().map_or(0.0, |j| (-z(*j)).exp())
            };
            group(here..next, 1.0) + group(next..end, -1.0)
        }
        Form::Legendre => {
            let u = 2.0 * z(0) - 1.0;
            let (mut before, mut here, mut sum) = (0.0, 1.0, 0.0);
            for (k, c) in c.iter().enumerate() {
                sum += c * here;
                let k = k as f64;
                (before, here) = (here, ((2.0 * k + 1.0) * u * here - k * before) / (k + 1.0));
            }
            sum
        }
        Form::Gaussian => neurons(&|z| (-0.5 * z * z).exp()),
        Form::InverseDistance => {
            let nearest = t.iter().map(|t| (x - t).abs()).fold(f64::INFINITY, f64::min);
            match t.iter().position(|t| *t == x) {
                Some(j) => c[j],
                None => {
                    let weights: Vec<f64> =
                        t.iter().zip(s).map(|(t, s)| (nearest / (x - t).abs()).powf(*s)).collect();
                    weights.iter().zip(c).map(|(w, c)| w * c).sum::<f64>() / weights.iter().sum::<f64>()
                }
            }
        }
        Form::ReluSquared => neurons(&|z| z.max(0.0).powi(2)),
        Form::Smelu => neurons(&|z| if z > 1.0 { z } else { (z + 1.0).max(0.0).powi(2) / 4.0 }),
        Form::Softplus => neurons(&|z| z.max(0.0) + (-z.abs()).exp().ln_1p()),
        Form::Gelu => neurons(&|z| 0.5 * z * libm::erfc(-z / std::f64::consts::SQRT_2)),
        Form::Silu => neurons(&|z| z / (1.0 + (-z).exp())),
        Form::Golu => neurons(&|z| z * (-(-z).exp()).exp()),
        Form::Tanh => neurons(&f64::tanh),
        Form::Linear => panic!("no predictor on the line is a plane"),
        Form::Values => panic!("no estimator of the catalogue is known at points alone"),
    };
    value + skip_slope * x + skip_intercept
}

fn choice(name: &str, given: &[(&str, Value)]) -> Choice {
    let entry = CATALOGUE.iter().find(|entry| entry.name == name).unwrap();
    Choice::new(entry, given).unwrap()
}

/// Every estimator and activation; kernels with short and long bandwidths, for n points on the unit interval.
fn choices(n: usize) -> Vec<Choice> {
    let real = |name, value| (name, Value::Real(value));
    let whole = |name, value| (name, Value::Whole(value));
    let gap = 1.0 / n as f64;
    let mut all = vec![
        choice("linear_spline", &[]),
        choice("linear_spline", &[("ends", Value::Word("clamp"))]),
        choice("min_norm", &[]),
        choice("min_norm", &[("penalise_bias", Value::Flag(false)), ("ends", Value::Word("clamp"))]),
        choice("relu_network", &[whole("width", 20), whole("steps", 100)]),
        choice("deep_relu_network", &[("layers", Value::Wholes(vec![9, 7])), whole("steps", 50)]),
        choice("weight_decay_path", &[real("lambda", 0.01)]),
        choice("nearest", &[]),
        choice("nearest", &[whole("k", 4)]),
        choice("shepard", &[real("beta", 2.0)]),
        choice("shepard", &[real("beta", 1.3)]),
        choice("cubic_spline", &[]),
        choice("cubic_spline", &[("ends", Value::Word("clamp"))]),
        choice("polynomial", &[whole("degree", 7)]),
        choice("polynomial", &[whole("degree", 0)]),
        choice("legendre", &[whole("degree", 7)]),
        choice("legendre", &[whole("degree", 40), ("constant", Value::Flag(false))]),
    ];
    for activation in ["leaky_relu", "relu_squared", "smelu", "softplus", "gelu", "silu", "golu", "tanh"] {
        let activation = ("activation", Value::Word(activation));
        all.push(choice("two_layer_network", &[activation, whole("width", 20), whole("steps", 30)]));
    }
    // Some hundred gaps, about a gap, and a thousandth of a gap.
    for bandwidth in [0.3, 3.0 * gap, gap, 0.2 * gap, 1e-3 * gap] {
        for ridge in [0.0, 0.1] {
            let given = [real("bandwidth", bandwidth), real("ridge", ridge)];
            all.push(choice("laplace_kernel", &given));
            all.extend(
                ["3/2", "5/2"].map(|nu| {
                    choice("matern", &[("nu", Value::Word(nu)), given[0].clone(), given[1].clone()])
                }),
            );
            if n <= 100 {
                all.push(choice("gaussian_kernel", &given));
            }
        }
    }
    if n <= 200 {
        // The longest bandwidth that points so near allow.
        all.push(choice("gaussian_kernel", &[real("bandwidth", 0.5 * gap)]));
    }
    all
}

/// Sorted points on the unit interval and labels, by a generator of their own.
fn data(n: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut state = seed;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut x: Vec<f64> = (0..n).map(|_| uniform()).collect();
    x.sort_by(f64::total_cmp);
    x.dedup();
    let y = x.iter().map(|_| (0..12).map(|_| uniform()).sum::<f64>() - 6.0).collect();
    (x, y)
}

/// How far a reader is from what it should find.
struct Miss {
    at_data: f64,
    between: f64,
}

/// How far the reader is from labels (of interpolants) or from f̂, in units of the spread of y; and between the data, in
/// units of the largest value met.
fn miss(choice: &Choice, x: &[f64], y: &[f64]) -> Option<Miss> {
    let mut fitter = choice.build(CATALOGUE).unwrap();
    let mut predictor = Predictor::default();
    fitter.fit(Sample::new(x, y).ok()?, &Draws::new(1, "forms", 0), &mut predictor).ok()?;
    let expansion = predictor.expansion();
    assert_eq!(expansion.form, estimator::form(choice), "{choice}");
    assert!(estimator::forms(choice.name()).contains(&expansion.form), "{choice}");
    assert!(expansion.is_finite(), "{choice}");
    let lengths = [expansion.scale.len(), expansion.at.len()];
    assert_eq!(lengths, [expansion.coefficient.len(); 2], "{choice}");
    // No gap has more than forty entries, each end beyond the data three.
    let most = match expansion.form {
        Form::Exponentials | Form::Powers => 40 * (x.len() - 1) + 6,
        _ => usize::MAX,
    };
    assert!(expansion.at.len() <= most, "{choice}: {}", expansion.at.len());
    let spread = y.iter().copied().fold(f64::MIN, f64::max) - y.iter().copied().fold(f64::MAX, f64::min);
    let want = |i: usize| if fitter.interpolates() { y[i] } else { predictor.value(x[i]) };
    // Networks that training of a few steps leaves far from the data are measured by what they are.
    let spread = (0..x.len()).map(|i| 2.0 * want(i).abs()).fold(spread, f64::max);
    let at_data = (0..x.len()).map(|i| (read(&expansion, x[i]) - want(i)).abs()).fold(0.0, f64::max) / spread;
    let (mut worst, mut largest) = (0.0f64, spread);
    let (first, last) = (x[0], x[x.len() - 1]);
    let inside = x.windows(2).flat_map(|pair| [0.1, 0.5, 0.9].map(|t| pair[0] + t * (pair[1] - pair[0])));
    let outside = (1..8).flat_map(|k| [1e-4, 1e-2, 0.4].map(|step| f64::from(k) * step * (last - first)));
    let outside = outside.flat_map(|far| [first - far, last + far]);
    for at in inside.step_by(1 + x.len() / 20).chain(outside) {
        largest = largest.max(predictor.value(at).abs());
        worst = worst.max((read(&expansion, at) - predictor.value(at)).abs());
    }
    Some(Miss { at_data, between: worst / largest })
}

/// Sums of decays are finite wherever the fit is, up to the largest labels, and bounds that spare the expansion say so.
#[test]
fn fits_that_do_not_overflow_have_finite_expansions() {
    let mut beyond_bounds = 0;
    for gap in [1e-3, 1e-12, 1e-40] {
        let x = [0.0, gap, 0.3, 0.3 + f64::EPSILON, 0.8, 0.9];
        for power in (260..=308).step_by(2) {
            let y = [1.0, -1.0, 1.0, -0.5, 0.0, 1.0].map(|y| y * libm::exp10(f64::from(power)));
            for choice in choices(200) {
                if estimator::form(&choice) != Form::Exponentials {
                    continue;
                }
                let mut fitter = choice.build(CATALOGUE).unwrap();
                let mut predictor = Predictor::default();
                let report =
                    fitter.fit(Sample::new(&x, &y).unwrap(), &Draws::new(1, "forms", 0), &mut predictor);
                let (Ok(_), Predictor::Smooth(smooth)) = (report, &predictor) else { continue };
                assert!(smooth.pieces.expansion().is_finite(), "{choice} {gap} 1e{power}");
                assert!(smooth.pieces.has_finite_expansion(), "{choice} {gap} 1e{power}");
                beyond_bounds += u32::from(power > 282);
            }
        }
    }
    assert!(beyond_bounds > 10, "{beyond_bounds}");
}

#[test]
fn readers_find_the_predictor() {
    let mut done = 0;
    for (n, offset) in [(2, 0.0), (2, 1e9), (10, 0.0), (10, 1e9), (200, 0.0), (200, 1e9), (1000, 0.0)] {
        {
            let (mut x, y) = data(n, 7 + n as u64);
            // Doubles near 1e9 are 1.2e-7 apart.
            x.iter_mut().for_each(|x| *x += offset);
            if x.windows(2).any(|pair| pair[0] >= pair[1]) {
                continue;
            }
            for choice in choices(n) {
                let Some(Miss { at_data, between }) = miss(&choice, &x, &y) else { continue };
                done += 1;
                let case = format!("{choice} n = {n} offset {offset}");
                assert!(
                    at_data <= 1e-9 && between <= 1e-9,
                    "{case}: {at_data:e}, between the data {between:e}"
                );
            }
        }
    }
    assert!(done > 150, "{done}");
}
