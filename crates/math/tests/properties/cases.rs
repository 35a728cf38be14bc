//! Every estimator with arguments, and the symmetries it is declared to have.

use super::choice;
use Law::{Exact, Near, No};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::estimator::CATALOGUE;

/// How well a symmetry holds.
#[derive(Clone, Copy, Debug)]
pub enum Law {
    /// To the bit.
    Exact,
    /// To this share of the largest value.
    Near(f64),
    /// Not at all, by its definition.
    No,
}

/// An estimator and its symmetries.
pub struct Case {
    pub name: &'static str,
    /// Arguments, where x is measured in units of the first number and y in units of the second.
    pub arguments: fn(f64, f64) -> Vec<(&'static str, Value)>,
    /// y ↦ 2^k y.
    pub scale: Law,
    /// y ↦ y + b.
    pub lift: Law,
    /// x ↦ x + c.
    pub slide: Law,
    /// x ↦ 2^k x.
    pub stretch: Law,
    /// x ↦ −x.
    pub mirror: Law,
}

impl Case {
    pub fn choice(&self, x_unit: f64, y_unit: f64) -> Choice {
        choice(CATALOGUE, self.name, &(self.arguments)(x_unit, y_unit))
    }
}

fn word(text: &'static str) -> Value {
    Value::Word(text)
}

const fn case(
    name: &'static str,
    arguments: fn(f64, f64) -> Vec<(&'static str, Value)>,
    [scale, lift, slide, stretch, mirror]: [Law; 5],
) -> Case {
    Case { name, arguments, scale, lift, slide, stretch, mirror }
}

/// Rounding of well-conditioned sums.
const SUMS: Law = Near(1e-12);
/// Rounding that a dense system or a polynomial of high degree amplifies.
const SYSTEM: Law = Near(1e-4);
/// Between a solver's tolerance and what it means for f̂.
const SOLVER: Law = Near(1e-6);
/// Networks start from random weights of a size of their own: no symmetry is exact.
const TRAINED: [Law; 5] = [No, No, No, No, No];

/// scale, lift, slide, stretch, mirror of each.
pub static CASES: &[Case] = &[
    case("linear_spline", |_, _| vec![], [Exact, SUMS, Exact, Exact, SUMS]),
    case("linear_spline", |_, _| vec![("ends", word("clamp"))], [Exact, SUMS, Exact, Exact, SUMS]),
    // The penalty √(1 + x²) knows where zero is, and what one is.
    case("min_norm", |_, _| vec![], [SOLVER, SOLVER, No, No, SOLVER]),
    case("min_norm", |_, _| vec![("ends", word("clamp"))], [SOLVER, SOLVER, No, No, SOLVER]),
    // Runs of equal curvature are cut from the left.
    case("min_norm", |_, _| vec![("penalise_bias", Value::Flag(false))], [SUMS, SUMS, SUMS, SUMS, No]),
    case(
        "min_norm",
        |_, _| vec![("penalise_bias", Value::Flag(false)), ("select", word("least_area"))],
        [SOLVER, SOLVER, SOLVER, SOLVER, SOLVER],
    ),
    case(
        "min_norm",
        |_, _| vec![("penalise_bias", Value::Flag(false)), ("select", word("spline"))],
        [SUMS, SUMS, SUMS, SUMS, SUMS],
    ),
    case("relu_network", |_, _| vec![("width", Value::Whole(8)), ("steps", Value::Whole(40))], TRAINED),
    case(
        "two_layer_network",
        |_, _| vec![("activation", word("tanh")), ("width", Value::Whole(8)), ("steps", Value::Whole(40))],
        TRAINED,
    ),
    case(
        "deep_relu_network",
        |_, _| vec![("layers", Value::Wholes(vec![6, 5])), ("steps", Value::Whole(40))],
        TRAINED,
    ),
    case(
        "weight_decay_path",
        |_, y| vec![("lambda", Value::Real(0.125 * y))],
        [SOLVER, SOLVER, No, No, SOLVER],
    ),
    // Of two labels equally far the one on the right counts, so that breakpoints are not those of the mirror image.
    case("nearest", |_, _| vec![], [Exact, Exact, Exact, Exact, No]),
    case("nearest", |_, _| vec![("k", Value::Whole(2))], [Exact, SUMS, Exact, Exact, No]),
    case("shepard", |_, _| vec![("beta", Value::Real(1.0))], [Exact, SUMS, Exact, Exact, SUMS]),
    case("shepard", |_, _| vec![("beta", Value::Real(2.7))], [Exact, SUMS, Exact, Exact, SUMS]),
    case("cubic_spline", |_, _| vec![], [Exact, SUMS, Exact, Exact, SUMS]),
    case("cubic_spline", |_, _| vec![("ends", word("clamp"))], [Exact, SUMS, Exact, Exact, SUMS]),
    case("polynomial", |_, _| vec![("degree", Value::Whole(1))], [SUMS, SUMS, SUMS, SUMS, SUMS]),
    // Its polynomials are those of the unit interval, wherever the points are.
    case("legendre", |_, _| vec![("degree", Value::Whole(1))], [SUMS, SUMS, No, No, No]),
    case("legendre", |_, _| vec![("degree", Value::Whole(9))], [SYSTEM, No, No, No, No]),
    // Of all interpolants of constant labels the least is no constant.
    case("polynomial", |_, _| vec![("degree", Value::Whole(9))], [SYSTEM, No, SYSTEM, SYSTEM, SYSTEM]),
    // No constant is in the span of a kernel.
    case("laplace_kernel", |x, _| vec![("bandwidth", Value::Real(0.25 * x))], [SUMS, No, SUMS, SUMS, SUMS]),
    case(
        "laplace_kernel",
        |x, _| vec![("bandwidth", Value::Real(0.25 * x)), ("ridge", Value::Real(0.5))],
        [SUMS, No, SUMS, SUMS, SUMS],
    ),
    case(
        "matern",
        |x, _| vec![("nu", word("3/2")), ("bandwidth", Value::Real(0.25 * x))],
        [SUMS, No, SUMS, SUMS, Near(1e-10)],
    ),
    case(
        "matern",
        |x, _| vec![("nu", word("5/2")), ("bandwidth", Value::Real(0.25 * x)), ("ridge", Value::Real(0.5))],
        [SUMS, No, SUMS, SUMS, Near(1e-10)],
    ),
    case(
        "gaussian_kernel",
        |x, _| vec![("bandwidth", Value::Real(0.02 * x))],
        [SYSTEM, No, SYSTEM, SYSTEM, SYSTEM],
    ),
    case(
        "gaussian_kernel",
        |x, _| vec![("bandwidth", Value::Real(0.25 * x)), ("ridge", Value::Real(0.5))],
        [SUMS, No, SUMS, SUMS, SUMS],
    ),
];

#[test]
fn every_estimator_has_a_case() {
    for entry in CATALOGUE {
        assert!(CASES.iter().any(|case| case.name == entry.name), "{} has no case", entry.name);
    }
}
