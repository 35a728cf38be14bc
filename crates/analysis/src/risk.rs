//! The risks of the columns of metrics.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};

/// The exponent p of a risk R_p = ∫ |f̂ − f*|^p dx, the sup norm, a part of R_2, the error of a gradient, or a probability of a wrong sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Risk {
    /// The p-th moment of the error.
    Power(f64),
    /// The largest error.
    Sup,
    /// The part of R_2 that is due to noise.
    Variance,
    /// The other part of R_2.
    Bias,
    /// The probability that a label without noise has not the sign of f̂.
    Error,
    /// The same of a label with noise.
    NoisyError,
    /// What the former exceeds the least error of any rule by.
    ExcessError,
    /// The mean square of the error of the gradient.
    Gradient,
    /// The mean square of the largest error of a plane and a noisy label within this distance of a point.
    Adversarial(f64),
}

/// Those that are called by a word.
const WORDS: [(&str, Risk); 7] = [
    ("sup", Risk::Sup),
    ("variance", Risk::Variance),
    ("bias", Risk::Bias),
    ("error", Risk::Error),
    ("noisy_error", Risk::NoisyError),
    ("excess_error", Risk::ExcessError),
    ("gradient", Risk::Gradient),
];

impl Risk {
    /// Reads the name of a column, such as `risk_l1_5` (p = 1.5) or `risk_sup`.
    pub fn of_column(name: &str) -> Option<Risk> {
        let rest = name.strip_prefix("risk_")?;
        let number = |text: &str| text.replace('_', ".").parse().ok();
        let adversarial = rest.strip_prefix("adversarial_").and_then(number).map(Risk::Adversarial);
        Risk::of_word(rest).or(adversarial).or_else(|| {
            let p: f64 = number(rest.strip_prefix('l')?)?;
            (p.is_finite() && p > 0.0).then_some(Risk::Power(p))
        })
    }

    /// The name of its column.
    pub fn column(self) -> String {
        match self {
            Risk::Power(p) => format!("risk_l{p}").replace('.', "_"),
            Risk::Adversarial(radius) => format!("risk_adversarial_{radius}").replace('.', "_"),
            word => format!("risk_{word}"),
        }
    }

    /// Reads a number or a word.
    pub(crate) fn of_text(text: &str) -> Option<Risk> {
        let adversarial = || text.strip_prefix("adversarial(")?.strip_suffix(')')?.parse().ok();
        let known = Risk::of_word(text).or_else(|| adversarial().map(Risk::Adversarial));
        known.or_else(|| text.parse().ok().map(Risk::Power))
    }

    fn of_word(text: &str) -> Option<Risk> {
        WORDS.iter().find(|(word, _)| *word == text).map(|(_, risk)| *risk)
    }

    /// Its word; none for an exponent.
    fn word(self) -> Option<&'static str> {
        WORDS.iter().find(|(_, risk)| *risk == self).map(|(word, _)| *word)
    }

    /// The power of the error that it is made of, or `None` for the sup norm and for probabilities.
    pub fn exponent(self) -> Option<f64> {
        match self {
            Risk::Power(p) => Some(p),
            Risk::Variance | Risk::Bias | Risk::Gradient | Risk::Adversarial(_) => Some(2.0),
            _ => None,
        }
    }

    /// The exponent p of R_p; `None` for all others.
    pub fn p(self) -> Option<f64> {
        if let Risk::Power(p) = self { Some(p) } else { None }
    }

    /// Whether it is a probability of a wrong sign.
    pub fn is_of_signs(self) -> bool {
        matches!(self, Risk::Error | Risk::NoisyError | Risk::ExcessError)
    }

    /// Exponents ascending, the parts of R_2 after it, the sup norm (p = ∞) and words of labels last.
    pub(crate) fn order(self, other: Risk) -> Ordering {
        let p = |risk: Risk| risk.exponent().unwrap_or(f64::INFINITY);
        let part = |risk: Risk| {
            WORDS
                .iter()
                .position(|(_, word)| *word == risk)
                .map_or(usize::from(risk.p().is_none()), |place| place + 2)
        };
        let radius = |risk: Risk| if let Risk::Adversarial(radius) = risk { radius } else { 0.0 };
        let same = p(self).total_cmp(&p(other)).then(part(self).cmp(&part(other)));
        same.then(radius(self).total_cmp(&radius(other)))
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Risk::Power(p) => write!(f, "{p}"),
            Risk::Adversarial(radius) => write!(f, "adversarial({radius})"),
            word => f.write_str(word.word().unwrap_or_default()),
        }
    }
}

/// A number, or a word.
impl Serialize for Risk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Risk::Power(p) => serializer.serialize_f64(*p),
            word => serializer.collect_str(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_column_names() {
        assert_eq!(Risk::of_column("risk_l2"), Some(Risk::Power(2.0)));
        assert_eq!(Risk::of_column("risk_l1_5"), Some(Risk::Power(1.5)));
        assert_eq!(Risk::of_column("risk_l0_25"), Some(Risk::Power(0.25)));
        assert_eq!(Risk::of_column("risk_sup"), Some(Risk::Sup));
        assert_eq!(Risk::of_column("risk_adversarial_0_5"), Some(Risk::Adversarial(0.5)));
        assert_eq!(Risk::of_text(&Risk::Adversarial(0.5).to_string()), Some(Risk::Adversarial(0.5)));
        for name in [
            "risk_l2",
            "risk_l1_5",
            "risk_sup",
            "risk_variance",
            "risk_bias",
            "risk_error",
            "risk_noisy_error",
            "risk_gradient",
            "risk_adversarial_0_25",
        ] {
            assert_eq!(Risk::of_column(name).unwrap().column(), name);
        }
        for other in ["gap_max_l2", "risk_", "risk_l", "risk_lx", "risk_linf", "risk_l0", "norm"] {
            assert_eq!(Risk::of_column(other), None, "{other}");
        }
    }

    #[test]
    fn is_a_number_or_sup_in_json() {
        assert_eq!(serde_json::to_string(&[Risk::Power(1.5), Risk::Sup]).unwrap(), r#"[1.5,"sup"]"#);
    }
}
