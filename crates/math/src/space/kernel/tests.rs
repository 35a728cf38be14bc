//! Kernels against their formulas, one pair at a time.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::catalogue::Entry;

fn kernel(given: &[(&str, Value)]) -> Result<Kernel, Invalid> {
    static ENTRY: Entry<dyn Fn() -> Kernel + Send> = Entry {
        name: "kernel",
        summary: "a kernel",
        parameters,
        build: |values| {
            let kernel = build(values)?;
            Ok(Box::new(move || kernel))
        },
    };
    let choice = crate::catalogue::Choice::new(&ENTRY, given)?;
    Ok(choice.build(std::slice::from_ref(&ENTRY))?())
}

fn function(word: &'static str) -> (&'static str, Value) {
    ("function", Value::Word(word))
}

/// k(x, x') by its formula.
type Plain = Box<dyn Fn(&[f64], &[f64]) -> f64>;

fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
}

/// (sin a + c (π − a) cos a)/π · ‖u‖ ‖v‖.
fn angular(u: &[f64], v: &[f64], c: f64) -> f64 {
    let dot = |u: &[f64], v: &[f64]| u.iter().zip(v).map(|(u, v)| u * v).sum::<f64>();
    let sizes = (dot(u, u) * dot(v, v)).sqrt();
    let a = (dot(u, v) / sizes).clamp(-1.0, 1.0).acos();
    sizes * (a.sin() + c * (std::f64::consts::PI - a) * a.cos()) / std::f64::consts::PI
}

fn all() -> Vec<(Kernel, Plain)> {
    let h = 1.7;
    let with =
        |more: &[(&'static str, Value)]| kernel(&[&[("bandwidth", Value::Real(h))], more].concat()).unwrap();
    let nu = |nu| [function("matern"), ("smoothness", Value::Real(nu))];
    let spiky = |smooth| {
        let numbers = [("spike", Value::Real(0.8)), ("width", Value::Real(0.3))];
        [&[function("spiky_smooth"), ("smooth", Value::Word(smooth))][..], &numbers].concat()
    };
    let radial = |of: fn(f64) -> f64| -> Plain { Box::new(move |x, y| of(distance(x, y) / h)) };
    let spike = |of: fn(f64) -> f64| -> Plain {
        Box::new(move |x, y| of(distance(x, y) / h) + 0.8 * (-distance(x, y) / 0.3).exp())
    };
    let chord = |x: &[f64], y: &[f64]| {
        let part =
            |(x, y): (&f64, &f64)| ((std::f64::consts::PI * (x - y)).sin() / std::f64::consts::PI).powi(2);
        x.iter().zip(y).map(part).sum::<f64>().sqrt()
    };
    let lift = move |x: &[f64]| -> Vec<f64> { x.iter().map(|x| x / h).chain([1.0]).collect() };
    let scale = move |x: &[f64]| -> Vec<f64> { x.iter().map(|x| x / h).collect() };
    let laplace: fn(f64) -> f64 = |r| (-r).exp();
    let bell: fn(f64) -> f64 = |r| (-0.5 * r * r).exp();
    let periodic = ("distance", Value::Word("periodic"));
    vec![
        (with(&[]), radial(laplace)),
        (with(&[function("gaussian")]), radial(bell)),
        (with(&nu(0.5)), radial(laplace)),
        (with(&nu(1.5)), radial(|r| (1.0 + 3f64.sqrt() * r) * (-3f64.sqrt() * r).exp())),
        (with(&nu(2.5)), radial(|r| (1.0 + 5f64.sqrt() * r + 5.0 / 3.0 * r * r) * (-5f64.sqrt() * r).exp())),
        (with(&spiky("laplace")), spike(laplace)),
        (with(&spiky("gaussian")), spike(bell)),
        (with(&[function("ntk")]), Box::new(move |x, y| 0.5 * angular(&lift(x), &lift(y), 2.0))),
        (with(&[function("arc_cosine")]), Box::new(move |x, y| angular(&scale(x), &scale(y), 1.0))),
        (with(std::slice::from_ref(&periodic)), Box::new(move |x, y| laplace(chord(x, y) / h))),
        (with(&[function("gaussian"), periodic.clone()]), Box::new(move |x, y| bell(chord(x, y) / h))),
    ]
}

#[test]
fn kernels_are_their_formulas() {
    for (n, d) in [(1, 1), (8, 3), (13, 2), (21, 7)] {
        let number = |i: usize| libm::sin(12.9898 * (i + 1) as f64) * 2.0;
        let (x, at): (Vec<f64>, Vec<f64>) =
            ((0..n * d).map(number).collect(), (500..500 + 5 * d).map(number).collect());
        let (x, at) = (Points::new(d, &x).unwrap(), Points::new(d, &at).unwrap());
        let weights: Vec<f64> = (0..n).map(|i| number(i + 900)).collect();
        for (kernel, plain) in all() {
            let points = kernel.embed(x);
            let blocks = Blocks::new(&points);
            let (mut matrix, mut sums) = (Vec::new(), vec![0.0; 5]);
            kernel.matrix(&kernel.embed(at), (&blocks, &points.factors), &mut matrix);
            kernel.sums(&kernel.embed(at), (&blocks, &padded(&weights, &points)), &mut sums);
            for (i, a) in at.rows().enumerate() {
                let mut sum = 0.0;
                for (j, b) in x.rows().enumerate() {
                    let told = plain(a, b);
                    // A cosine loses digits of the angle, which the formula here has from it.
                    assert!((matrix[i * n + j] - told).abs() < 1e-12 * (1.0 + told), "{kernel:?} {d}");
                    sum += weights[j] * told;
                }
                assert!((sums[i] - sum).abs() < 1e-12, "{kernel:?} {d}: {} {sum}", sums[i]);
            }
            // Symmetric to the last bit.
            kernel.matrix(&points, (&blocks, &points.factors), &mut matrix);
            assert!((0..n * n).all(|k| matrix[k] == matrix[k % n * n + k / n]), "{kernel:?}");
        }
    }
}

#[test]
fn what_is_no_kernel_is_refused() {
    let refused = |given: &[(&str, Value)], parameter: &str| {
        assert_eq!(kernel(given).unwrap_err().parameter, parameter, "{given:?}");
    };
    refused(&[function("matern")], "smoothness");
    refused(&[function("matern"), ("smoothness", Value::Real(1.0))], "smoothness");
    refused(&[("smoothness", Value::Real(1.5))], "smoothness");
    refused(&[function("spiky_smooth"), ("spike", Value::Real(1.0))], "width");
    refused(&[function("gaussian"), ("width", Value::Real(1.0))], "width");
    refused(&[function("ntk"), ("distance", Value::Word("periodic"))], "distance");
}
