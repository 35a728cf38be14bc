//! What is known at one n and d.

use super::known::{flag, is_ridgeless, isotropic, number, whole, word};
use super::means::{Case, mean};
use super::setting::square;
use super::{Eigenframework, Isotropic, Ranks};
use super::{bags, kernels};
use crate::catalogue::Choice;
use crate::space::design;
use crate::theory::moment;

/// The exact law of R_2 at (n, d); `None` where none is known.
///
/// Of least squares without intercept on isotropic normal points, for linear targets or zero and normal noise, and of `regmean`, which
/// is least squares of all points of its parts. For d > n the length of w* must be the same in all trials.
pub fn law(
    estimator: &Choice,
    design: &Choice,
    target: &Choice,
    noise: &Choice,
    (n, d): (u64, u64),
) -> Option<Isotropic> {
    let n = pooled(estimator, n)?;
    let known =
        isotropic(design) && noise.name() == "normal" && (n >= d || word(target, "length") != "normal");
    if !known || n == 0 || d == 0 {
        return None;
    }
    Some(Isotropic { n, d, norm: square(target)?.sqrt(), sd: moment(noise, 2.0).sqrt() })
}

/// The points that least squares without intercept is made of, of so many; `None` for all other estimators.
fn pooled(estimator: &Choice, n: u64) -> Option<u64> {
    match estimator.name() {
        "regmean" => {
            Some(n - n % whole(estimator, "parts").max(1)).filter(|_| n >= whole(estimator, "parts"))
        }
        _ => (is_ridgeless(estimator) && !flag(estimator, "intercept")).then_some(n),
    }
}

/// The expectation of R_2 at (n, d), for linear targets and zero and noise with a variance; infinite where there is none, and `None`
/// where nothing is known.
///
/// Of least squares and ridge by the eigenframework, with an intercept counted as one point less, on points with mean 0 or with an
/// intercept: exact in no case, see [`Eigenframework`] for how far it is off. On normal points of one step of descent, disjoint
/// ensembles and shrunk least squares exactly, and of random projections by [`random_features`](super::random_features).
/// For f* = 0 of nearest neighbours and means of them over parts of the sample exactly, and of kernels on spheres of R^10 and higher by the eigenframework.
pub fn expected(
    estimator: &Choice,
    design: &Choice,
    target: &Choice,
    noise: &Choice,
    (n, d): (u64, u64),
) -> Option<f64> {
    let (n, d) = (usize::try_from(n).ok()?, usize::try_from(d).ok()?);
    let built = design.build(design::CATALOGUE).ok()?;
    let noise = moment(noise, 2.0);
    if d == 0 || n == 0 || built.check(d).is_err() || !noise.is_finite() {
        return None;
    }
    if target.name() == "zero"
        && design.name() != "rows"
        && let Some(mean) = bags::mean(estimator, noise, n)
    {
        return Some(mean);
    }
    if let Some(mean) = kernels::mean(estimator, design, target, noise, (n, d)) {
        return Some(mean);
    }
    Case::with((&*built, target), (n, d), noise, |case| {
        if !(is_ridgeless(estimator) || ["ridge", "ridge_path"].contains(&estimator.name())) {
            return mean(estimator, case);
        }
        let intercept = flag(estimator, "intercept");
        let points = n.checked_sub(usize::from(intercept)).filter(|points| *points > 0)?;
        if !(built.mean_is_zero() || intercept) {
            return None;
        }
        let ridge = number(estimator, "lambda") + built.spectrum_tail(d);
        Some(Eigenframework::new(case.spectrum, points, ridge).risk(case.target, noise))
    })
}

/// The effective ranks of a design at (n, d), with b = 1; `None` where there are none.
pub fn ranks(design: &Choice, (n, d): (u64, u64)) -> Option<Ranks> {
    let d = usize::try_from(d).ok()?;
    let built = design.build(design::CATALOGUE).ok()?;
    if d == 0 || built.check(d).is_err() {
        return None;
    }
    Ranks::new(&built.spectrum(d), usize::try_from(n).ok()?, 1.0)
}
