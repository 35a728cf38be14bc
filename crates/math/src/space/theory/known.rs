//! The class of risks as n grows.

use super::kernels;
use super::setting::{Growth, Setting};
use crate::catalogue::{Choice, Value};
use crate::space::risk::normal_moment;
use crate::theory::{Class, Known, moment};

/// What is known of R_p of an estimator as n grows, in probability and in expectation; `None` where nothing is.
///
/// Least squares and ridges of 0, for linear targets and the target zero, and noise with a positive variance and E |ε|^p; kernels and
/// local averages, which have formulas of their own.
///
/// # Formula
/// For n > d the law of R_2 does not depend on the spectrum: σ² γ/(1 − γ) at d = γ n. For d > n and x ~ N(0, I): σ²/(γ − 1) +
/// ‖w*‖² (1 − 1/γ); at d = n + c, R_2/n → σ²/χ²_{|c|+1} in law; for d/n → ∞ noise is averaged away, and all of the target
/// with it. λ_i = i^−α, α > 1, d/n → ∞: σ² (α − 1). λ_i = e^{−ci}: σ² c n. s spikes before D = d − s equal directions: of the order
/// s/n + n/D.
/// # Source
/// Hastie et al., arXiv 1903.08560 (2019); Mallinar et al., arXiv 2207.06569 (2022), theorem 3.1; Bartlett et al., PNAS 117 (2020).
pub fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    if ["kernel", "nearest", "shepard"].contains(&estimator.name()) {
        return kernels::known(estimator, setting);
    }
    let moment_of_p = moment(setting.noise, setting.p.max(2.0));
    let is_noisy = moment_of_p > 0.0 && moment_of_p.is_finite();
    if !is_ridgeless(estimator) || !is_noisy || setting.design.name() == "rows" {
        return None;
    }
    let square = setting.square()?;
    let noise = moment(setting.noise, 2.0);
    let part = match (setting.growth, setting.design.name()) {
        (growth, "gaussian") if has_tail(setting.design) => tailed(growth)?,
        (Growth::Fixed, _) => Part::vanishes(Some(-1.0)),
        // d/n falls like n^{1/a − 1}.
        (Growth::Root(a), _) => Part::vanishes(Some(1.0 / a - 1.0)),
        (Growth::Ratio(ratio), _) if ratio < 1.0 => Part::settles(noise * ratio / (1.0 - ratio)),
        // For n ≥ d the law is that of isotropic points.
        (Growth::Offset(c), "gaussian") if c <= 0 || isotropic(setting.design) => Part::explodes(Some(1.0)),
        (Growth::Offset(_), _) => Part::explodes(None),
        (growth, "gaussian") => spectral(setting.design, growth, noise, square)?,
        (growth, "sphere" | "hypercube" | "student") => white(growth, noise, square),
        _ => return None,
    };
    Some(part.known(setting))
}

/// Whether it is least squares, or a ridge of 0.
pub(super) fn is_ridgeless(estimator: &Choice) -> bool {
    match estimator.name() {
        "least_squares" => true,
        "ridge" | "ridge_path" => number(estimator, "lambda") == 0.0,
        _ => false,
    }
}

/// The index of the tail of R_p over training sets, k/p with k = |n − d| + 1: E R_p is finite where it is above 1.
///
/// Of least squares on normal points of any spectrum without zeros and without a tail beyond d; with an intercept n counts one less.
/// `None` for others.
pub fn tail_index(estimator: &Choice, design: &Choice, n: u64, d: u64, p: f64) -> Option<f64> {
    let positive = word(design, "spectrum") != "listed" || list(design).iter().all(|lambda| *lambda > 0.0);
    let regular = positive && !has_tail(design);
    if !is_ridgeless(estimator) || design.name() != "gaussian" || !regular {
        return None;
    }
    let free = n.saturating_sub(u64::from(flag(estimator, "intercept")));
    (free > 0).then(|| (free.abs_diff(d) + 1) as f64 / p)
}

/// Whether there are features beyond d, whose variances are added to the diagonal of XXᵀ.
fn has_tail(design: &Choice) -> bool {
    word(design, "spectrum") == "log_power"
}

/// λ_i = 1/(i ln^β(i + 1)) with the sum of what is beyond d as a ridge: R_2 falls like 1/ln n, slower than any power of n, and like
/// 1/n for a fixed d. For d in proportion to n and below it nothing is told.
fn tailed(growth: Growth) -> Option<Part> {
    match growth {
        Growth::Fixed => Some(Part::vanishes(Some(-1.0))),
        Growth::Ratio(ratio) if ratio < 1.0 => None,
        _ => Some(Part::vanishes(None)),
    }
}

/// Whether x is N(0, I).
pub(super) fn isotropic(design: &Choice) -> bool {
    design.name() == "gaussian" && word(design, "spectrum") == "identity"
}

/// R_2 as n grows.
struct Part {
    class: Class,
    /// What it tends to.
    limit: Option<f64>,
    /// The power of n that it grows or falls with.
    exponent: Option<f64>,
}

impl Part {
    fn vanishes(exponent: Option<f64>) -> Part {
        Part { class: Class::Benign, limit: Some(0.0), exponent }
    }

    fn settles(limit: f64) -> Part {
        Part { class: Class::Tempered, limit: Some(limit), exponent: None }
    }

    fn explodes(exponent: Option<f64>) -> Part {
        Part { class: Class::Catastrophic, limit: None, exponent }
    }

    /// The same of R_p; classes of points that are not normal are known in probability, limits of theirs at p = 2.
    fn known(self, setting: &Setting<'_>) -> Known {
        let (half, normal) = (0.5 * setting.p, setting.design.name() == "gaussian");
        let power = |limit: f64| normal_moment(setting.p) * libm::pow(limit, half);
        let told = normal || setting.p == 2.0 || self.limit == Some(0.0);
        Known {
            in_probability: Some(self.class),
            in_expectation: normal.then_some(self.class),
            limit: self.limit.filter(|_| told).map(power),
            exponent: self.exponent.map(|exponent| exponent * half),
            source: "laws of normal matrices and the eigenframework",
        }
    }
}

/// d > n, of the order of n or above, x with independent coordinates of variance 1 or uniform on the sphere.
fn white(growth: Growth, noise: f64, square: f64) -> Part {
    match growth {
        Growth::Power(a) if square == 0.0 => Part::vanishes(Some(1.0 - a)),
        Growth::Power(_) => Part::settles(square),
        Growth::Ratio(ratio) => Part::settles(noise / (ratio - 1.0) + square * (1.0 - 1.0 / ratio)),
        _ => Part::explodes(None),
    }
}

/// d > n, of the order of n or above, x normal with a spectrum.
fn spectral(design: &Choice, growth: Growth, noise: f64, square: f64) -> Option<Part> {
    let grows = matches!(growth, Growth::Power(_));
    let tempered = Part { class: Class::Tempered, limit: None, exponent: None };
    match word(design, "spectrum") {
        "identity" => Some(white(growth, noise, square)),
        "power" if number(design, "exponent") > 1.0 => {
            let limit = noise * (number(design, "exponent") - 1.0);
            Some(if grows { Part::settles(limit) } else { tempered })
        }
        "exponential" => Some(Part::explodes(Some(1.0))),
        "spiked" => match growth {
            Growth::Power(a) => Some(Part::vanishes(Some((1.0 - a).max(-1.0)))),
            _ => Some(tempered),
        },
        _ => None,
    }
}

fn argument<'a>(choice: &'a Choice, name: &str) -> Option<&'a Value> {
    choice.arguments().iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

pub(super) fn number(choice: &Choice, name: &str) -> f64 {
    argument(choice, name).map_or(0.0, Value::real)
}

pub(super) fn whole(choice: &Choice, name: &str) -> u64 {
    argument(choice, name).map_or(0, Value::whole)
}

/// A whole number that counts what fits into memory; `None` where it does not.
pub(super) fn number_of_points(choice: &Choice, name: &str) -> Option<usize> {
    usize::try_from(whole(choice, name)).ok()
}

pub(super) fn word(choice: &Choice, name: &str) -> &'static str {
    argument(choice, name).map_or("", Value::word)
}

pub(super) fn flag(choice: &Choice, name: &str) -> bool {
    argument(choice, name).is_some_and(Value::flag)
}

fn list(choice: &Choice) -> &[f64] {
    argument(choice, "values").map_or(&[], Value::reals)
}
