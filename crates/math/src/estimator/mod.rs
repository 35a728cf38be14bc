//! Estimators: rules that turn a sample into a predictor.

mod cost;
mod cubic_spline;
mod deep_relu_network;
mod gaussian_kernel;
mod laplace_kernel;
mod linear_spline;
mod matern;
mod min_norm;
mod nearest;
mod parameters;
mod polynomial;
mod relu_network;
mod rule;
mod shepard;
mod slope;
mod two_layer_network;
mod weight_decay_path;

pub use crate::report::Report;
pub use rule::{Estimator, Show};

use crate::catalogue::{Choice, Entry};
use crate::predictor::Form;
use crate::theory::{Known, Setting, moment};
use parameters::{bandwidth, ends, ridge};
use slope::slope_change;

/// Every estimator, in the order of the documentation.
///
/// ```
/// use tempered_math::catalogue::{Choice, Value};
/// use tempered_math::estimator::CATALOGUE;
///
/// let entry = CATALOGUE.iter().find(|entry| entry.name == "laplace_kernel").unwrap();
/// let choice = Choice::new(entry, &[("bandwidth", Value::Real(0.1))]).unwrap();
/// // What is not given has its default.
/// assert!(choice.to_string().starts_with("laplace_kernel(bandwidth=0.1, "));
/// // Costs are in nanoseconds of a core; that of the Laplace kernel grows like n.
/// let kernel = choice.build(CATALOGUE).unwrap();
/// assert!(kernel.cost(1_000_000) < 20.0 * kernel.cost(100_000));
/// ```
pub static CATALOGUE: &[Entry<dyn Estimator>] = &[
    linear_spline::ENTRY,
    min_norm::ENTRY,
    relu_network::ENTRY,
    two_layer_network::ENTRY,
    deep_relu_network::ENTRY,
    weight_decay_path::ENTRY,
    nearest::ENTRY,
    shepard::ENTRY,
    cubic_spline::ENTRY,
    polynomial::ENTRY,
    polynomial::LEGENDRE,
    laplace_kernel::ENTRY,
    matern::ENTRY,
    gaussian_kernel::ENTRY,
];

/// The forms of each estimator's expansions.
static FORMS: &[(&str, &[Form])] = &[
    (linear_spline::ENTRY.name, &[Form::Knots]),
    (min_norm::ENTRY.name, &[Form::Knots]),
    (relu_network::ENTRY.name, &[Form::Knots]),
    (two_layer_network::ENTRY.name, two_layer_network::FORMS),
    (deep_relu_network::ENTRY.name, &[Form::Knots]),
    (weight_decay_path::ENTRY.name, &[Form::Knots]),
    (nearest::ENTRY.name, &[Form::Powers]),
    (shepard::ENTRY.name, &[Form::InverseDistance]),
    (cubic_spline::ENTRY.name, &[Form::Powers]),
    (polynomial::ENTRY.name, &[Form::Legendre]),
    (polynomial::LEGENDRE.name, &[Form::Legendre]),
    (laplace_kernel::ENTRY.name, &[Form::Exponentials]),
    (matern::ENTRY.name, &[Form::Exponentials]),
    (gaussian_kernel::ENTRY.name, &[Form::Gaussian]),
];

/// The forms of the expansions of the predictors of this estimator; empty for a name that is not in the catalogue.
///
/// ```
/// use tempered_math::estimator::{CATALOGUE, forms};
/// use tempered_math::predictor::Form;
///
/// assert_eq!(forms("cubic_spline"), [Form::Powers]);
/// assert!(CATALOGUE.iter().all(|entry| !forms(entry.name).is_empty()));
/// ```
pub fn forms(name: &str) -> &'static [Form] {
    FORMS.iter().find(|(known, _)| *known == name).map_or(&[], |(_, forms)| forms)
}

/// The form of the expansions of the predictors of an estimator with these arguments.
pub fn form(estimator: &Choice) -> Form {
    let forms = forms(estimator.name());
    // A network has the form named like its activation, unless that is piecewise linear.
    let named = |form: &&Form| estimator.arguments().iter().any(|(_, value)| value.word() == form.word());
    *forms.iter().find(named).or(forms.first()).unwrap_or(&Form::Knots)
}

/// What is known of an estimator with these arguments in a setting.
type Knowledge = fn(&Choice, &Setting<'_>) -> Option<Known>;

/// The estimators with registered theory.
static KNOWN: &[(&str, Knowledge)] = &[
    (linear_spline::ENTRY.name, linear_spline::known),
    (min_norm::ENTRY.name, min_norm::known),
    (nearest::ENTRY.name, nearest::known),
    (shepard::ENTRY.name, shepard::known),
    (cubic_spline::ENTRY.name, cubic_spline::known),
    (polynomial::ENTRY.name, polynomial::known),
    (laplace_kernel::ENTRY.name, laplace_kernel::known),
];

/// What is known of R_p of an estimator in a setting; `None` where nothing is known.
///
/// The noise must have the moments that the theorems require, a positive variance and E|ε|^p; without them the result is `None`.
pub fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    let moment = moment(setting.noise, setting.p.max(2.0));
    if !moment.is_finite() || moment == 0.0 {
        return None;
    }
    KNOWN.iter().find(|(name, _)| *name == estimator.name())?.1(estimator, setting)
}
