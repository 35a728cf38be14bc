//! The risks of the columns of metrics.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};

/// The exponent p of a risk R_p = ∫ |f̂ − f*|^p dx, or the sup norm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Risk {
    /// The p-th moment of the error.
    Power(f64),
    /// The largest error.
    Sup,
}

impl Risk {
    /// Reads the name of a column, such as `risk_l1_5` (p = 1.5) or `risk_sup`.
    pub(crate) fn of_column(name: &str) -> Option<Risk> {
        match name.strip_prefix("risk_")? {
            "sup" => Some(Risk::Sup),
            power => {
                let p: f64 = power.strip_prefix('l')?.replace('_', ".").parse().ok()?;
                (p.is_finite() && p > 0.0).then_some(Risk::Power(p))
            }
        }
    }

    /// The name of its column.
    pub fn column(self) -> String {
        match self {
            Risk::Power(p) => format!("risk_l{}", p.to_string().replace('.', "_")),
            Risk::Sup => "risk_sup".into(),
        }
    }

    /// Reads a number or `sup`.
    pub(crate) fn of_text(text: &str) -> Option<Risk> {
        if text == "sup" { Some(Risk::Sup) } else { text.parse().ok().map(Risk::Power) }
    }

    /// The exponent, or `None` for the sup norm.
    pub fn exponent(self) -> Option<f64> {
        match self {
            Risk::Power(p) => Some(p),
            Risk::Sup => None,
        }
    }

    /// Exponents ascending, the sup norm (p = ∞) last.
    pub(crate) fn order(self, other: Risk) -> Ordering {
        let p = |risk: Risk| risk.exponent().unwrap_or(f64::INFINITY);
        p(self).total_cmp(&p(other))
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Risk::Power(p) => write!(f, "{p}"),
            Risk::Sup => f.write_str("sup"),
        }
    }
}

/// A number, or the word `sup`.
impl Serialize for Risk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Risk::Power(p) => serializer.serialize_f64(*p),
            Risk::Sup => serializer.serialize_str("sup"),
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
        for name in ["risk_l2", "risk_l1_5", "risk_sup"] {
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
