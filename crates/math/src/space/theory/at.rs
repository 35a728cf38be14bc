//! What is known at one n and d.

use super::known::{flag, is_ridgeless, number, word};
use super::setting::{along_the_spectrum, square};
use super::{Eigenframework, Isotropic, Ranks};
use crate::catalogue::Choice;
use crate::space::design;
use crate::theory::moment;

/// The exact law of R_2 at (n, d); `None` where none is known.
///
/// Of least squares without intercept on isotropic normal points, for linear targets or zero and normal noise.
pub fn law(
    estimator: &Choice,
    design: &Choice,
    target: &Choice,
    noise: &Choice,
    (n, d): (u64, u64),
) -> Option<Isotropic> {
    let isotropic = design.name() == "gaussian" && word(design, "spectrum") == "identity";
    let known =
        isotropic && is_ridgeless(estimator) && !flag(estimator, "intercept") && noise.name() == "normal";
    if !known || n == 0 || d == 0 {
        return None;
    }
    Some(Isotropic { n, d, norm: square(target)?.sqrt(), sd: moment(noise, 2.0).sqrt() })
}

/// The expectation of R_2 at (n, d) by the eigenframework; infinite at n = d without a ridge, and `None` where it says nothing.
///
/// Of least squares and ridge, with an intercept counted as one point less, on points with mean 0 or with an intercept, for linear
/// targets and zero and noise with a variance. It is exact in no case; see [`Eigenframework`] for how far it is off.
pub fn expected(
    estimator: &Choice,
    design: &Choice,
    target: &Choice,
    noise: &Choice,
    (n, d): (u64, u64),
) -> Option<f64> {
    let (d, lambda) = (usize::try_from(d).ok()?, number(estimator, "lambda"));
    let built = design.build(design::CATALOGUE).ok()?;
    let intercept = flag(estimator, "intercept");
    let points = usize::try_from(n).ok()?.checked_sub(usize::from(intercept)).filter(|points| *points > 0)?;
    let linear = is_ridgeless(estimator) || ["ridge", "ridge_path"].contains(&estimator.name());
    if !linear || !(built.mean_is_zero() || intercept) || d == 0 || built.check(d).is_err() {
        return None;
    }
    let spectrum = built.spectrum(d);
    let target = along_the_spectrum(target, &spectrum)?;
    let noise = moment(noise, 2.0);
    let framework = Eigenframework::new(&spectrum, points, lambda + built.spectrum_tail(d));
    noise.is_finite().then(|| framework.risk(&target, noise))
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
