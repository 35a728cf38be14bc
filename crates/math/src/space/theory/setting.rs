//! What statements about growing n are about.

use super::known::whole;
use crate::catalogue::Choice;
use crate::space::target::{self, Truth};

/// The data and the risk that a statement is about.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The design.
    pub design: &'a Choice,
    /// The target.
    pub target: &'a Choice,
    /// The noise, of the catalogue of the line.
    pub noise: &'a Choice,
    /// The exponent of R_p, p ≥ 1.
    pub p: f64,
    /// How d grows with n.
    pub growth: Growth,
}

/// How d grows with n.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Growth {
    /// d stays.
    Fixed,
    /// d = n + c.
    Offset(i64),
    /// d/n stays, and is not 1.
    Ratio(f64),
    /// d ~ n^a, a > 1.
    Power(f64),
    /// n ~ d^a, a > 1, where d grows in whole numbers and n follows.
    Root(f64),
}

/// d may be off its law by this much, since it is rounded to a whole number, up, down or to the nearest.
const ROUNDED: f64 = 1.0;

impl Growth {
    /// The law that pairs (n, d) follow, n growing; `None` for fewer than two values of n, and where they follow none.
    ///
    /// ```
    /// use tempered_math::space::theory::Growth;
    ///
    /// assert_eq!(Growth::of(&[(10, 40), (20, 40)]), Some(Growth::Fixed));
    /// assert_eq!(Growth::of(&[(10, 11), (20, 21)]), Some(Growth::Offset(1)));
    /// assert_eq!(Growth::of(&[(10, 20), (30, 60), (90, 180)]), Some(Growth::Ratio(2.0)));
    /// // round(n^1.5)
    /// let Some(Growth::Power(a)) = Growth::of(&[(10, 32), (20, 89), (40, 253)]) else { panic!("no power") };
    /// assert!((a - 1.5).abs() < 0.01);
    /// assert_eq!(Growth::of(&[(10, 32), (20, 89), (40, 100)]), None);
    /// // n = d^2
    /// assert_eq!(Growth::of(&[(100, 10), (400, 20), (1600, 40)]), Some(Growth::Root(2.0)));
    /// ```
    pub fn of(pairs: &[(u64, u64)]) -> Option<Growth> {
        let (first, last) = (*pairs.iter().min()?, *pairs.iter().max()?);
        if first.0 == last.0 {
            return None;
        }
        let all = |fits: &dyn Fn(f64, f64) -> bool| pairs.iter().all(|(n, d)| fits(*n as f64, *d as f64));
        if all(&|_, d| d == first.1 as f64) {
            return Some(Growth::Fixed);
        }
        let offset = first.1 as f64 - first.0 as f64;
        if all(&|n, d| d - n == offset) {
            return Some(Growth::Offset(offset as i64));
        }
        // The last pair is rounded least.
        let (n, d) = (last.0 as f64, last.1 as f64);
        let ratio = d / n;
        if all(&|m, e| (e - ratio * m).abs() <= ROUNDED) {
            return Some(Growth::Ratio(ratio));
        }
        let slope = libm::log(d / first.1 as f64) / libm::log(n / first.0 as f64);
        let near = |m: f64, e: f64| {
            let law = d * libm::pow(m / n, slope);
            // Rounding of the first d tilts the slope, and with it all between.
            (e - law).abs() <= ROUNDED * (1.0 + law / first.1 as f64)
        };
        if !all(&near) {
            return None;
        }
        match slope {
            slope if slope > 1.0 => Some(Growth::Power(slope)),
            slope if slope > 0.0 && slope < 1.0 => Some(Growth::Root(1.0 / slope)),
            _ => None,
        }
    }
}

impl Setting<'_> {
    /// The squared length of the weights of a target that is linear with a length; 0 for the target zero.
    pub(super) fn square(&self) -> Option<f64> {
        square(self.target)
    }
}

/// The squared length of the weights of a linear target, 0 for the target zero; `None` for others.
pub(super) fn square(target: &Choice) -> Option<f64> {
    let norm = |(name, value): &(&str, crate::catalogue::Value)| (*name == "norm").then(|| value.real());
    match target.name() {
        "zero" => Some(0.0),
        "linear" => target.arguments().iter().find_map(norm).map(|norm| norm * norm),
        _ => None,
    }
}

/// v_i = λ_i E w*_i² for a linear target that labels are noisy values of, or 0; `None` for others.
///
/// A random direction has E w*_i² = norm²/s in each of the s features that it uses, all d or the first ones.
pub(super) fn along_the_spectrum(target: &Choice, spectrum: &[f64]) -> Option<Vec<f64>> {
    let built = target.build(target::CATALOGUE).ok()?;
    if !built.labels_are_of_truth() {
        return None;
    }
    if !built.is_fixed() {
        let d = spectrum.len();
        let used = Some(whole(target, "support") as usize).filter(|used| *used > 0).unwrap_or(d);
        let each = square(target)? / used as f64;
        let weight = |i: usize| if i < used { each } else { 0.0 };
        return Some(spectrum.iter().enumerate().map(|(i, lambda)| lambda * weight(i)).collect());
    }
    // What is fixed draws nothing: any generator will do.
    let mut rng = crate::seed::Key::new(0, "", crate::seed::Purpose::Design).trial(0);
    match built.draw(&mut rng, spectrum) {
        Truth::Zero => Some(vec![0.0; spectrum.len()]),
        Truth::Linear { weights } => Some(weights.iter().zip(spectrum).map(|(w, l)| l * w * w).collect()),
        Truth::Relu(_) | Truth::Sign(_) | Truth::Index(_) | Truth::Function(_) => None,
    }
}
