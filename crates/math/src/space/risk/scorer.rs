//! From a predictor and a target to risks.

use super::sampled::Sampled;
use super::torus::Torus;
use super::zonal::Sphere;
use super::{Error, Estimate, mistakes, relu};
use crate::noise::Noise;
use crate::sample::Degenerate;
use crate::space::dense::norm;
use crate::space::design::{Design, Support};
use crate::space::estimator::{Averages, Smoother};
use crate::space::target::Truth;
use crate::space::{Points, Predictor};
use rand_chacha::ChaCha8Rng;

/// R_p = E |f̂(x) − f*(x)|^p over the law of x, for one design in one dimension.
///
/// # Formula
/// A linear f̂ and a linear f* have R_2 = (ŵ − w*)ᵀΣ(ŵ − w*) + (b̂ + μᵀ(ŵ − w*))² for every law, and R_p of a normal error where x
/// is normal ([`Error`]). R_2 of a two-layer ReLU network without biases is exact for targets that are linear or such a network where x is normal or on a sphere. On a sphere so is R_2 of a sum of kernels of
/// the angle against a target that is 0 or linear, and on a torus of periodic kernels against 0, as long as the condition of its system is at
/// most 1e9.
/// All other risks are means over 4096 scrambled Sobol points that are drawn anew from `rng` for
/// every trial, with the standard error of 8 replicates beside them: points that trials share would put one error into all.
///
/// ```
/// use tempered_math::catalogue::Choice;
/// use tempered_math::seed::{Key, Purpose};
/// use tempered_math::space::risk::Scorer;
/// use tempered_math::space::target::Truth;
/// use tempered_math::space::{Predictor, design};
///
/// let mut rng = Key::new(7, "an example", Purpose::Design).trial(0);
/// let build = |name: &str| {
///     let entry = design::CATALOGUE.iter().find(|entry| entry.name == name).unwrap();
///     Choice::new(entry, &[]).unwrap().build(design::CATALOGUE).unwrap()
/// };
/// let plane = Predictor::Linear { weights: vec![3.0, 4.0], intercept: 0.0 };
/// let risks = Scorer::new(build("gaussian"), 2).risks(&plane, &Truth::Zero, &[1.0, 2.0], &mut rng).unwrap();
/// assert!((risks[0].value - 5.0 * (2.0 / std::f64::consts::PI).sqrt()).abs() < 1e-14);
/// assert_eq!((risks[1].value, risks[1].standard_error), (25.0, None));
/// // On a sphere the error of a plane is no normal number.
/// let risks = Scorer::new(build("sphere"), 2).risks(&plane, &Truth::Zero, &[1.0, 2.0], &mut rng).unwrap();
/// let exact = 5.0 * 2f64.sqrt() * 2.0 / std::f64::consts::PI;
/// assert!((risks[0].value - exact).abs() < 5.0 * risks[0].standard_error.unwrap() + 1e-3);
/// assert_eq!(risks[1].value, 25.0);
/// ```
pub struct Scorer {
    design: Box<dyn Design>,
    d: usize,
    spectrum: Vec<f64>,
    sampled: Sampled,
}

/// R_2 of an estimator that is linear in y, in two parts, given the points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parts {
    /// E_ε ∫ (f̂ − E_ε f̂)²; infinite for noise without a variance.
    pub variance: f64,
    /// ∫ (E_ε f̂ − f*)².
    pub bias: Estimate,
}

impl Scorer {
    /// For points of this law in R^d.
    pub fn new(design: Box<dyn Design>, d: usize) -> Scorer {
        let spectrum = design.spectrum(d);
        Scorer { design, d, spectrum, sampled: Sampled::default() }
    }

    /// The variances of the coordinates.
    pub fn spectrum(&self) -> &[f64] {
        &self.spectrum
    }

    /// R_p for each exponent, in their order; `rng` is asked for points where no formula is known.
    ///
    /// # Errors
    /// `Lengths` where the predictor or the target has another dimension. A risk that is no finite number is stored as it is.
    pub fn risks(
        &mut self,
        predictor: &Predictor,
        truth: &Truth,
        exponents: &[f64],
        rng: &mut ChaCha8Rng,
    ) -> Result<Vec<Estimate>, Degenerate> {
        let error = self.error(predictor, truth)?;
        let formula = |p: f64| match error {
            Some(error) if p == 2.0 => Ok(Some(error.square())),
            Some(error) if self.design.is_gaussian() => Ok(Some(error.normal_moment(p))),
            None if p == 2.0 => match self.relu(predictor, truth) {
                None => self.kernels(predictor, truth),
                known => Ok(known),
            },
            _ => Ok(None),
        };
        let known: Vec<Option<f64>> =
            exponents.iter().map(|p| formula(*p)).collect::<Result<_, Degenerate>>()?;
        let asked = exponents.iter().zip(&known).filter(|(_, known)| known.is_none());
        let asked: Vec<f64> = asked.map(|(p, _)| *p).collect();
        let mut sampled = Vec::new();
        if !asked.is_empty() {
            sampled = self.sampled.powers(&*self.design, self.d, (predictor, truth), &asked, rng)?;
        }
        let mut sampled = sampled.into_iter();
        let exact = |value| Some(Estimate { value, standard_error: None });
        Ok(known.into_iter().filter_map(|known| known.map_or_else(|| sampled.next(), exact)).collect())
    }

    /// The points at which risks without a formula are taken, where `rng` is as it is before [`Scorer::risks`]: all replicates, row by
    /// row.
    pub fn test_points(&self, rng: &mut ChaCha8Rng) -> Vec<f64> {
        Sampled::points(&*self.design, self.d, rng)
    }

    /// sup |f̂ − f*| over the support of x, where both are linear and the support is bounded.
    ///
    /// # Errors
    /// `Lengths` where the predictor or the target has another dimension.
    pub fn supremum(&self, predictor: &Predictor, truth: &Truth) -> Result<Option<f64>, Degenerate> {
        self.error(predictor, truth)?;
        let (Predictor::Linear { weights, intercept }, Some(truth)) = (predictor, truth.weights()) else {
            return Ok(None);
        };
        let (support, mean) = (self.design.support(self.d), self.design.mean());
        Ok(Error::supremum(weights, *intercept, truth, support, mean))
    }

    /// E ‖∇f̂(x) − ∇f*(x)‖², of planes and linear targets by formula, else over test points; `None` where f̂ or f* has no gradient.
    ///
    /// # Errors
    /// `Lengths` where the predictor or the target has another dimension.
    pub fn gradient(
        &mut self,
        predictor: &Predictor,
        truth: &Truth,
        rng: &mut ChaCha8Rng,
    ) -> Result<Option<Estimate>, Degenerate> {
        self.error(predictor, truth)?;
        if let (Predictor::Linear { weights, .. }, Some(truth)) = (predictor, truth.weights()) {
            let truth = truth.iter().chain(std::iter::repeat(&0.0));
            let value = weights.iter().zip(truth).map(|(w, v)| (w - v) * (w - v)).sum();
            return Ok(Some(Estimate { value, standard_error: None }));
        }
        self.sampled.gradients(&*self.design, self.d, (predictor, truth), rng)
    }

    /// E max (f̂(x + δ) − y)² over ‖δ‖ ≤ radius, for a plane and a new label y = f*(x) + ε with normal ε of this standard deviation; `None`
    /// where f̂ is no plane.
    ///
    /// # Formula
    /// The worst δ moves f̂(x) away from y by radius ‖ŵ‖: E (|r| + radius ‖ŵ‖)² for r = f̂(x) − y. Where f* is linear and x normal, r is
    /// normal, with E |r| by [`Error::normal_moment`]; else it is so given x, and means are over test points.
    /// # Errors
    /// `Lengths` where the predictor or the target has another dimension.
    /// # Source
    /// Javanmard, Soltanolkotabi & Hassani, COLT 125 (2020).
    pub fn adversarial(
        &mut self,
        (predictor, truth): (&Predictor, &Truth),
        sd: f64,
        radius: f64,
        rng: &mut ChaCha8Rng,
    ) -> Result<Option<Estimate>, Degenerate> {
        let error = self.error(predictor, truth)?;
        let Predictor::Linear { weights, .. } = predictor else { return Ok(None) };
        let reach = radius * norm(weights);
        let square = |error: Error| {
            let noisy = Error { mean: error.mean, variance: error.variance + sd * sd };
            noisy.square() + 2.0 * reach * noisy.normal_moment(1.0) + reach * reach
        };
        if let Some(error) = error.filter(|_| self.design.is_gaussian()) {
            return Ok(Some(Estimate { value: square(error), standard_error: None }));
        }
        let at = |mean: f64| square(Error { mean, variance: 0.0 });
        self.sampled.errors(&*self.design, self.d, (predictor, truth), &at, rng).map(Some)
    }

    /// P(f̂(x) has not the sign of its label) for a new point with a label that no noise has touched, where labels are signs of a target
    /// or those of clusters, a value of 0 counted as half a mistake; `None` for other targets.
    ///
    /// # Formula
    /// Of planes on clusters a mean of normal probabilities; beside the sign of a linear function the angle between the two, on normal
    /// points with Owen's function where there is an intercept. All others by test points, as [`Scorer::risks`].
    ///
    /// # Errors
    /// `Lengths` where the predictor or the target has another dimension.
    pub fn mistakes(
        &mut self,
        predictor: &Predictor,
        truth: &Truth,
        rng: &mut ChaCha8Rng,
    ) -> Result<Option<Estimate>, Degenerate> {
        self.error(predictor, truth)?;
        let clusters = self.design.clusters();
        let exact = match (predictor, truth, clusters) {
            (Predictor::Linear { weights, intercept }, _, Some(clusters)) => {
                Some(mistakes::of_clusters(weights, *intercept, &clusters))
            }
            (Predictor::Linear { weights, intercept }, Truth::Sign(of), None) => {
                of.weights().and_then(|truth| self.angle(weights, *intercept, truth))
            }
            _ => None,
        };
        match (exact, truth, clusters) {
            (Some(value), ..) => Ok(Some(Estimate { value, standard_error: None })),
            (None, _, Some(_)) | (None, Truth::Sign(_), None) => {
                self.sampled.mistakes(&*self.design, self.d, (predictor, truth), rng).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The least probability of a wrong sign that any predictor has: 0 where labels are a function of x; `None` where it is not known.
    pub fn least_mistakes(&self) -> Option<f64> {
        self.design.clusters().map_or(Some(0.0), |clusters| mistakes::least_of_clusters(&clusters))
    }

    /// The share of points where two planes differ in sign, where angles tell it.
    fn angle(&self, weights: &[f64], intercept: f64, truth: &[f64]) -> Option<f64> {
        let on_sphere = matches!(self.design.support(self.d), Some(Support::Sphere(_)));
        let known = self.design.is_gaussian() || (on_sphere && intercept == 0.0);
        (known && self.design.mean_is_zero())
            .then(|| mistakes::of_planes(weights, intercept, truth, &self.spectrum))
    }

    /// The two parts of R_2 of an estimator that is linear in y, for the points that its smoother was made for.
    ///
    /// # Errors
    /// `Lengths` where points, smoother or target have another dimension.
    pub fn parts(
        &mut self,
        smoother: &Smoother,
        x: Points<'_>,
        (truth, noise): (&Truth, &dyn Noise),
        rng: &mut ChaCha8Rng,
    ) -> Result<Parts, Degenerate> {
        if x.n() != smoother.n() || x.d() != self.d {
            return Err(Degenerate::Lengths);
        }
        let (mut values, mut mean) = (vec![0.0; x.n()], Predictor::default());
        truth.values(x, &mut values);
        let variance = match noise.local() {
            None => {
                let each = noise.absolute_moment(2.0);
                let whole = match smoother.averages() {
                    Some(averages) => self.spread(averages, &vec![1.0; x.n()], rng)?,
                    None => smoother.variance(&self.spectrum, self.design.mean()),
                };
                whole * each
            }
            Some(local) => {
                let of = |(row, value): (&[f64], &f64)| local.variance(row, *value);
                let variances: Vec<f64> = x.rows().zip(&values).map(of).collect();
                x.rows().zip(&mut values).for_each(|(row, value)| *value += local.mean(row, *value));
                match smoother.averages() {
                    Some(averages) => self.spread(averages, &variances, rng)?,
                    None => smoother.variance_of(&variances, &self.spectrum, self.design.mean()),
                }
            }
        };
        match smoother.averages() {
            Some(averages) => averages.apply(&values, &mut mean)?,
            None => smoother.apply(&values, &mut mean),
        }
        let bias = self.risks(&mean, truth, &[2.0], rng)?;
        bias.first().map(|bias| Parts { variance, bias: *bias }).ok_or(Degenerate::Lengths)
    }

    /// The sphere that x is uniform on.
    fn sphere(&self) -> Option<Sphere> {
        match self.design.support(self.d) {
            Some(Support::Sphere(radius)) => Some(Sphere { d: self.d, radius }),
            _ => None,
        }
    }

    /// The torus that x is uniform on, for what is periodic.
    fn torus(&self) -> Option<Torus> {
        self.design.is_uniform_over_periods().then_some(Torus { d: self.d })
    }

    /// R_2 of a sum of kernels on a sphere or a torus, where the formula is accurate.
    fn kernels(&self, predictor: &Predictor, truth: &Truth) -> Result<Option<f64>, Degenerate> {
        let sum = match predictor {
            Predictor::Function(function) => function.kernels(),
            Predictor::Linear { .. } | Predictor::Values(_) => None,
        };
        match (self.sphere(), self.torus(), sum) {
            (Some(sphere), _, Some(sum)) => sphere.square(&sum, truth),
            (_, Some(torus), Some(sum)) => torus.square(&sum, truth),
            _ => Ok(None),
        }
    }

    /// E Σ_j v_j s_j(x)² for noise of these variances v: by a formula where it is known, else over test points.
    fn spread(
        &mut self,
        averages: &dyn Averages,
        variances: &[f64],
        rng: &mut ChaCha8Rng,
    ) -> Result<f64, Degenerate> {
        let known = match (self.sphere(), self.torus(), averages.kernels()) {
            (Some(sphere), _, Some(kernels)) => sphere.spread(&kernels, variances)?,
            (_, Some(torus), Some(kernels)) => torus.spread(&kernels, variances)?,
            _ => None,
        };
        if let Some(spread) = known {
            return Ok(spread);
        }
        let mut spread = averages.spread(variances);
        self.sampled.mean(&*self.design, self.d, &mut |x| spread(x), rng)
    }

    /// R_2 where f̂ − f* is a two-layer ReLU network without biases and a linear function, on normal points or on a sphere: squares of
    /// homogeneous functions have one mean on both.
    fn relu(&self, predictor: &Predictor, truth: &Truth) -> Option<f64> {
        let on_sphere = || matches!(self.design.support(self.d), Some(Support::Sphere(_)));
        if !self.design.mean_is_zero() || !(self.design.is_gaussian() || on_sphere()) {
            return None;
        }
        match (predictor, truth) {
            (Predictor::Linear { weights, intercept: 0.0 }, Truth::Relu(teacher)) => {
                relu::square(&[teacher.units()], weights, &self.spectrum)
            }
            (Predictor::Linear { .. } | Predictor::Values(_), _) => None,
            (Predictor::Function(function), Truth::Relu(teacher)) => {
                relu::square(&[function.relu()?, teacher.negative()], &[], &self.spectrum)
            }
            (Predictor::Function(function), _) => {
                relu::square(&[function.relu()?], truth.weights()?, &self.spectrum)
            }
        }
    }

    /// The law of the error, where both are linear.
    fn error(&self, predictor: &Predictor, truth: &Truth) -> Result<Option<Error>, Degenerate> {
        let truth = truth.weights();
        if truth.is_some_and(|weights| !weights.is_empty() && weights.len() != self.d) {
            return Err(Degenerate::Lengths);
        }
        let Predictor::Linear { weights, intercept } = predictor else {
            return Ok(None);
        };
        if weights.len() != self.d {
            return Err(Degenerate::Lengths);
        }
        let mean = self.design.mean();
        Ok(truth.map(|truth| Error::new(weights, *intercept, truth, &self.spectrum, mean)))
    }
}
