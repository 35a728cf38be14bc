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
mod polynomial;
mod relu_network;
mod shepard;
mod two_layer_network;
mod weight_decay_path;

use crate::catalogue::{Choice, Entry, Kind, Parameter, Value};
use crate::predictor::{Form, Predictor};
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::theory::{Known, Setting, moment};

/// A rule S → f̂. Scratch is in `self`, so a worker owns one instance and nothing is allocated per trial.
pub trait Estimator: Send {
    /// Overwrites `predictor` with f̂, and tells how that went. What is random in it comes from `draws` alone.
    ///
    /// # Errors
    /// The reason why this sample has no predictor; a failed trial is data.
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate>;

    /// Fits as [`Estimator::fit`] does, and shows how far training was after each of these numbers of steps, ascending.
    ///
    /// Training that ends before a checkpoint is not shown there. Estimators that do not train show nothing.
    fn fit_with_checkpoints(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        _checkpoints: &[u64],
        _show: &mut Show<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        self.fit(sample, draws, predictor)
    }

    /// Whether it trains, step by step.
    fn trains(&self) -> bool {
        false
    }

    /// Whether it fits samples in which points share an x.
    fn takes_ties(&self) -> bool {
        false
    }

    /// The sample with these points, x in ascending order; points share an x only where the estimator takes ties.
    ///
    /// # Errors
    /// Fewer than two distinct x, values that are not finite, x decreasing; two points at one x for estimators that take
    /// each x once.
    fn sample<'a>(&self, x: &'a [f64], y: &'a [f64]) -> Result<Sample<'a>, Degenerate> {
        if self.takes_ties() { Sample::with_ties(x, y) } else { Sample::new(x, y) }
    }

    /// Whether f̂(x_i) = y_i for every point of every sample.
    fn interpolates(&self) -> bool {
        true
    }

    /// Whether few neighbouring points decide f̂ on a gap between two of them, those further away by less the further they
    /// are: then a risk is a sum of many nearly independent contributions, and the largest of these is a maximum of many.
    fn is_local(&self) -> bool {
        false
    }

    /// Whether f̂ beyond the data is a mean of labels with bounded weights and follows no slope: what lies there has no heavier
    /// tail than a gap.
    fn levels_off(&self) -> bool {
        false
    }

    /// What a trial of n points costs: drawing the sample, fitting it and scoring f̂, in nanoseconds of a core of 2026.
    ///
    /// A model, within a factor of about three where training runs to its last step. Shards are cut by it: it is a function
    /// of the arguments and n alone, and directories that were begun by it count on its value.
    fn cost(&self, n: u64) -> f64;
}

/// Takes the predictor at a checkpoint, with what the fit would tell if it ended there.
pub type Show<'a> = dyn FnMut(Predictor, Report) + 'a;

/// What a fit tells of itself, beside its predictor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// The numerical rank of the linear system that was solved, before any ridge, where one was.
    pub rank: Option<u64>,
    /// Steps of training, where there was training.
    pub steps: Option<u64>,
    /// Whether a stopping rule ended the training, rather than the limit of its steps.
    pub converged: Option<bool>,
}

/// Every estimator, in the order of the documentation.
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
    laplace_kernel::ENTRY,
    matern::ENTRY,
    gaussian_kernel::ENTRY,
];

/// The forms in which each estimator's predictors are written down.
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
    (laplace_kernel::ENTRY.name, &[Form::Exponentials]),
    (matern::ENTRY.name, &[Form::Exponentials]),
    (gaussian_kernel::ENTRY.name, &[Form::Gaussian]),
];

/// The forms in which predictors of the estimator of this name are written down.
pub fn forms(name: &str) -> &'static [Form] {
    FORMS.iter().find(|(known, _)| *known == name).map_or(&[], |(_, forms)| forms)
}

/// The form in which predictors of an estimator with these arguments are written down.
pub fn form(estimator: &Choice) -> Form {
    let forms = forms(estimator.name());
    // Networks of neurons that are not piecewise linear are named after them.
    let named = |form: &&Form| estimator.arguments().iter().any(|(_, value)| value.word() == form.word());
    *forms.iter().find(named).or(forms.first()).unwrap_or(&Form::Knots)
}

/// What is known of an estimator with these arguments in a setting.
type Knowledge = fn(&Choice, &Setting<'_>) -> Option<Known>;

/// What theory says of each estimator of which it says something.
static KNOWN: &[(&str, Knowledge)] = &[
    (linear_spline::ENTRY.name, linear_spline::known),
    (min_norm::ENTRY.name, min_norm::known),
    (nearest::ENTRY.name, nearest::known),
    (shepard::ENTRY.name, shepard::known),
    (cubic_spline::ENTRY.name, cubic_spline::known),
    (polynomial::ENTRY.name, polynomial::known),
    (laplace_kernel::ENTRY.name, laplace_kernel::known),
];

/// What is known of R_p of an estimator in a setting; `None` where nothing is, as for the supremum.
///
/// The noise must have the moments that the theorems ask for: a variance, and E|ε|^p.
pub fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    if !moment(setting.noise, setting.p.max(2.0)).is_finite() {
        return None;
    }
    KNOWN.iter().find(|(name, _)| *name == estimator.name())?.1(estimator, setting)
}

/// The parameter `ends` that every interpolant has.
fn ends() -> Parameter {
    Parameter {
        name: "ends",
        summary: "beyond the outermost data points f̂ extends its outer lines or keeps its outer values",
        kind: Kind::Word(&["extend", "clamp"]),
        default: Some(Value::Word("extend")),
    }
}

/// The parameter `bandwidth` that every kernel has.
fn bandwidth() -> Parameter {
    Parameter {
        name: "bandwidth",
        summary: "h, the length over which the kernel falls, in units of x",
        kind: Kind::POSITIVE,
        default: None,
    }
}

/// The parameter `ridge` that every kernel has.
fn ridge() -> Parameter {
    Parameter {
        name: "ridge",
        summary: "added to the diagonal of the kernel matrix; 0 interpolates",
        kind: Kind::Real { low: 0.0, closed: true, high: f64::INFINITY },
        default: Some(Value::Real(0.0)),
    }
}

/// The slope change between two chords: zero where it is below the rounding error of the slopes, so that
/// collinear data have no kinks. Each slope carries at most 1.5 units of roundoff.
#[inline(always)]
fn slope_change(left: f64, right: f64) -> f64 {
    let change = right - left;
    if change.abs() <= 4.0 * (f64::EPSILON / 2.0) * (left.abs() + right.abs()) { 0.0 } else { change }
}
