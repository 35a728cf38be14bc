//! Means of R_2 at one n and d, in closed form.

use super::known::{flag, number, whole, word};
use super::setting::{along_the_spectrum, square};
use super::{Isotropic, random_features};
use crate::catalogue::Choice;
use crate::space::design::Design;

/// The points, features, target and noise of a mean.
pub(super) struct Case<'a> {
    pub n: usize,
    pub d: usize,
    /// The variances of the features.
    pub spectrum: &'a [f64],
    /// Whether x is normal with mean 0, as all formulas here ask.
    pub normal: bool,
    /// v_i = λ_i E w*_i².
    pub target: &'a [f64],
    /// E ‖w*‖², where it is known.
    pub square: Option<f64>,
    /// σ².
    pub noise: f64,
}

impl Case<'_> {
    /// The case of this target at this size; `None` where the target is not linear.
    pub fn with<T>(
        (design, target): (&dyn Design, &Choice),
        (n, d): (usize, usize),
        noise: f64,
        then: impl FnOnce(&Case<'_>) -> Option<T>,
    ) -> Option<T> {
        let spectrum = design.spectrum(d);
        let weights = along_the_spectrum(target, &spectrum)?;
        let normal = design.is_gaussian() && design.mean_is_zero() && design.spectrum_tail(d) == 0.0;
        let square = square(target);
        then(&Case { n, d, spectrum: &spectrum, normal, target: &weights, square, noise })
    }

    /// Whether x ~ N(0, I).
    fn is_isotropic(&self) -> bool {
        self.normal && self.spectrum.iter().all(|lambda| *lambda == 1.0)
    }
}

/// E R_2 of an estimator, over training sets; infinite where there is no mean, and `None` where none is known.
///
/// # Formula
/// One step of size η from 0, V = Σ v_i: (η²/n) ((V + σ²) Σ λ_i² + (n + 1) Σ λ_i² v_i) − 2η Σ λ_i v_i + V. On x ~ N(0, I),
/// with e = min(j/d, 1) and the variance v(j) = σ² min(j, d)/(|j − d| − 1) of least squares of j points: a mean of M fits of disjoint
/// parts of j points ‖w*‖² ((1 − e)² + e (1 − e)/M) + v(j)/M; (1 − c) times least squares ‖w*‖² (1 − (1 − c²) e) + (1 − c)² v(n).
/// Ridge regression on random projections: [`random_features`].
/// # Accuracy
/// Exact, but for random projections.
/// # Source
/// Elementary, from E xᵀx·xxᵀ of normal x and the Beta and χ² of [`Isotropic`]; Mahankali, Hashimoto & Ma, arXiv 2307.03576 (2023) for
/// one step.
pub(super) fn mean(estimator: &Choice, case: &Case<'_>) -> Option<f64> {
    match estimator.name() {
        "one_step" if case.normal => Some(one_step(number(estimator, "rate"), case)),
        "random_features" if case.normal && word(estimator, "map") == "gaussian" => {
            let (features, scale) = (whole(estimator, "features"), number(estimator, "scale"));
            // Features of another scale are those of scale 1 with another ridge.
            let ridge = number(estimator, "ridge") / (scale * scale);
            let size = (case.n, usize::try_from(features).ok()?);
            Some(random_features(case.spectrum, case.target, size, ridge, case.noise))
        }
        "ensemble" if case.is_isotropic() => ensemble(estimator, case),
        "spectral" if case.is_isotropic() && !flag(estimator, "intercept") => {
            let kept = 1.0 - number(estimator, "shrinkage");
            let learned = (case.n as f64 / case.d as f64).min(1.0);
            let bias = case.square? * (1.0 - (2.0 - kept) * kept * learned);
            Some(bias + if kept == 0.0 { 0.0 } else { kept * kept * variance(case, case.n as u64) })
        }
        _ => None,
    }
}

fn one_step(rate: f64, case: &Case<'_>) -> f64 {
    let sum = |of: &dyn Fn(f64, f64) -> f64| {
        case.spectrum.iter().zip(case.target).map(|(lambda, v)| of(*lambda, *v)).sum::<f64>()
    };
    let (all, n) = (sum(&|_, v| v), case.n as f64);
    let squares = (all + case.noise) * sum(&|lambda, _| lambda * lambda);
    let along = (n + 1.0) * sum(&|lambda, v| lambda * lambda * v);
    rate * rate / n * (squares + along) - 2.0 * rate * sum(&|lambda, v| lambda * v) + all
}

/// That of equal weights, least squares, and parts without common points.
fn ensemble(estimator: &Choice, case: &Case<'_>) -> Option<f64> {
    let plain = word(estimator, "scheme") == "disjoint" && word(estimator, "weights") == "equal";
    let is_least_squares = match word(estimator, "member") {
        "" | "ridge" => number(estimator, "lambda") == 0.0,
        member => member == "least_squares",
    };
    if !plain || !is_least_squares || flag(estimator, "intercept") {
        return None;
    }
    let members = whole(estimator, "members");
    let asked = whole(estimator, "points");
    let points = if asked > 0 { asked } else { case.n as u64 / members };
    if points == 0 || points.saturating_mul(members) > case.n as u64 {
        return None;
    }
    let e = (points as f64 / case.d as f64).min(1.0);
    let missed = (1.0 - e) * (1.0 - e) + e * (1.0 - e) / members as f64;
    Some(case.square? * missed + variance(case, points) / members as f64)
}

/// What noise adds to R_2 of least squares of so many isotropic points.
fn variance(case: &Case<'_>, points: u64) -> f64 {
    Isotropic { n: points, d: case.d as u64, norm: 0.0, sd: case.noise.sqrt() }.mean()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::super::expected;
    use crate::catalogue::{Choice, Entry, Value};
    use crate::noise;
    use crate::space::{design, estimator, target};

    fn choice<T: ?Sized>(catalogue: &[Entry<T>], name: &str, given: &[(&str, Value)]) -> Choice {
        Choice::new(catalogue.iter().find(|entry| entry.name == name).unwrap(), given).unwrap()
    }

    fn at(name: &str, given: &[(&str, Value)], norm: f64, sd: f64, size: (u64, u64)) -> Option<f64> {
        let random = [("norm", Value::Real(norm)), ("direction", Value::Word("random"))];
        expected(
            &choice(estimator::CATALOGUE, name, given),
            &choice(design::CATALOGUE, "gaussian", &[]),
            &choice(target::CATALOGUE, "linear", &random),
            &choice(noise::CATALOGUE, "normal", &[("sd", Value::Real(sd))]),
            size,
        )
    }

    #[test]
    fn one_step_is_least_at_its_best_rate() {
        let (n, d, noise) = (20.0, 10.0, 0.5f64);
        let best = n / (n + d + 1.0 + noise);
        let step = |rate: f64| {
            at("one_step", &[("rate", Value::Real(rate))], 10f64.sqrt(), noise.sqrt(), (20, 10)).unwrap()
        };
        assert!((step(best) - (d - n * d / (n + d + 1.0 + noise))).abs() < 1e-12);
        assert!(step(best) < step(best - 0.01) && step(best) < step(best + 0.01));
    }

    #[test]
    fn ensembles_and_shrunk_fits_are_least_squares_at_one_end() {
        for size in [(30, 10), (20, 50), (12, 11)] {
            let alone = at("least_squares", &[], 1.5, 0.7, size);
            let one = at("ensemble", &[("members", Value::Whole(1))], 1.5, 0.7, size).unwrap();
            let whole = at("spectral", &[("shrinkage", Value::Real(0.0))], 1.5, 0.7, size).unwrap();
            assert!((one - whole).abs() < 1e-12 || one == whole, "{size:?}: {one} {whole}");
            // The eigenframework is that to the order of 1/n.
            assert!(
                one == f64::INFINITY || (alone.unwrap() / one - 1.0).abs() < 0.1,
                "{size:?}: {alone:?} {one}"
            );
            let nothing = at("spectral", &[("shrinkage", Value::Real(1.0))], 1.5, 0.7, size).unwrap();
            assert!((nothing - 2.25).abs() < 1e-12);
        }
        // Ten disjoint parts of 20 points in R^50.
        let members = [("members", Value::Whole(10)), ("points", Value::Whole(20))];
        let (e, v) = (0.4f64, 20.0 / 29.0);
        let many = at("ensemble", &members, 1.0, 1.0, (200, 50)).unwrap();
        assert!((many - ((1.0 - e) * (1.0 - e) + e * (1.0 - e) / 10.0 + v / 10.0)).abs() < 1e-12);
        assert_eq!(at("ensemble", &members, 1.0, 1.0, (199, 50)), None);
    }
}
