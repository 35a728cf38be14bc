//! Risks: functionals of (f̂, f*).

mod any_size;
mod each;
mod piece;
mod power;
mod quadrature;

pub(crate) use each::integrate_each;
pub use piece::Exponent;
pub use quadrature::{Estimate, TOLERANCE as QUADRATURE_TOLERANCE, Values, integrate, integrate_powers};
pub(crate) use quadrature::{estimate_powers, kronrod_weights, points};

use std::fmt;

/// A risk of f̂ against f* over a domain D.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Risk {
    /// R_p = ∫_D |f̂ − f*|^p dx, p ≥ 1. Units of x · y^p.
    Lp(Exponent),
    /// sup_D |f̂ − f*|. Units of y.
    Sup,
    /// The part of R_2 that is due to noise, E_ε ∫ (f̂ − E_ε f̂)², given the points, of f̂ that is linear in y. Units of y².
    Variance,
    /// The other part, ∫ (E_ε f̂ − f*)².
    Bias,
    /// P(f̂(x) has not the sign of its label), of labels ±1 that no noise has touched.
    Error,
    /// The same of labels with the noise of training: p + (1 − 2p) of the former where each is flipped with probability p.
    NoisyError,
    /// What [`Risk::Error`] exceeds the least error of any rule by.
    ExcessError,
    /// E ‖∇f̂(x) − ∇f*(x)‖², or of an estimate of ∇f* that comes with f̂. Units of y²/x².
    Gradient,
    /// E max (f̂(x + δ) − y)² over ‖δ‖ ≤ this radius, y being a new label with noise, of f̂ that are planes. Units of y².
    Adversarial(f64),
}

/// Risks that are called by words.
const WORDS: [(Risk, &str); 7] = [
    (Risk::Sup, "sup"),
    (Risk::Variance, "variance"),
    (Risk::Bias, "bias"),
    (Risk::Error, "error"),
    (Risk::NoisyError, "noisy_error"),
    (Risk::ExcessError, "excess_error"),
    (Risk::Gradient, "gradient"),
];

impl Risk {
    /// R_p; `None` unless p is finite and at least 1.
    pub fn lp(p: f64) -> Option<Risk> {
        Exponent::new(p).map(Risk::Lp)
    }

    /// The exponent p of R_p; `None` for all others.
    pub fn p(&self) -> Option<f64> {
        match self {
            Risk::Lp(exponent) => Some(exponent.p()),
            _ => None,
        }
    }

    /// The risk of this word; numbers are none.
    pub fn of_word(word: &str) -> Option<Risk> {
        let known = WORDS.iter().find(|(_, known)| *known == word).map(|(risk, _)| *risk);
        known.or_else(|| {
            Risk::adversarial(word.strip_prefix("adversarial(")?.strip_suffix(')')?.parse().ok()?)
        })
    }

    /// The adversarial risk of this radius; `None` unless it is finite and above 0.
    pub fn adversarial(radius: f64) -> Option<Risk> {
        (radius.is_finite() && radius > 0.0).then_some(Risk::Adversarial(radius))
    }

    /// How it is written in text: `R_2`, `R_sup`, and words for what is no integral of |f̂ − f*|.
    ///
    /// ```
    /// use tempered_math::risk::Risk;
    ///
    /// let of = |text: &str| Risk::symbol_of(text);
    /// assert_eq!([of("1.5"), of("sup"), of("variance"), of("noisy_error")], ["R_1.5", "R_sup", "variance", "noisy error"]);
    /// ```
    pub fn symbol_of(text: &str) -> String {
        match Risk::of_word(text) {
            None | Some(Risk::Sup) => format!("R_{text}"),
            Some(_) => text.replace('_', " "),
        }
    }

    /// Whether it is a part of R_2.
    pub fn is_part(&self) -> bool {
        matches!(self, Risk::Variance | Risk::Bias)
    }

    /// Whether it is one of signs, which labels ±1 have.
    pub fn is_of_labels(&self) -> bool {
        matches!(self, Risk::Error | Risk::NoisyError | Risk::ExcessError)
    }

    /// Whether it is a mean over x, which test points tell up to a standard error.
    pub fn is_mean(&self) -> bool {
        matches!(self, Risk::Lp(_) | Risk::Gradient | Risk::Adversarial(_)) || self.is_of_labels()
    }

    /// The suffix of its column names: `l1`, `l1_5`, `sup`, `variance`, `adversarial_0_5`.
    pub fn suffix(&self) -> String {
        match self {
            Risk::Lp(exponent) => format!("l{}", exponent.p()).replace('.', "_"),
            Risk::Adversarial(radius) => format!("adversarial_{radius}").replace('.', "_"),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Risk::Lp(exponent) => write!(f, "{}", exponent.p()),
            Risk::Adversarial(radius) => write!(f, "adversarial({radius})"),
            word => f.write_str(WORDS.iter().find(|(risk, _)| risk == word).map_or("", |(_, word)| word)),
        }
    }
}

/// The domain over which a risk is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// [x_(1), x_(n)]; integrals are not divided by its length.
    Hull,
    /// [0, 1], extended where data lie outside; beyond the data f̂ depends on the estimator's `ends`.
    Unit,
    /// R^d with the law of x: R_p is E|f̂(x) − f*(x)|^p for a new point x, and the supremum is over its support.
    Population,
    /// Nowhere: trials have metrics of their own and no predictor.
    None,
}

impl Domain {
    /// Its ends, for ascending data points `x`.
    pub fn ends(self, x: &[f64]) -> (f64, f64) {
        let (first, last) = (x[0], x[x.len() - 1]);
        match self {
            // The line has no other law than that on an interval.
            Domain::Hull | Domain::Population | Domain::None => (first, last),
            Domain::Unit => (first.min(0.0), last.max(1.0)),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Domain::Hull => "hull",
            Domain::Unit => "unit",
            Domain::Population => "population",
            Domain::None => "none",
        })
    }
}
