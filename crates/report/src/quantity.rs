//! How quantities and coordinates are written on axes and in headings.

use crate::number::{subscript, superscript};

/// The symbol of a risk, such as `R₂`.
pub(crate) fn symbol(p: &str) -> String {
    match p {
        _ if is_part(p) => format!("{p} of R₂"),
        _ if is_of_signs(p) => p.replace('_', " "),
        _ => format!("R{}", subscript(p)),
    }
}

/// Whether it is a probability of a wrong sign, which has no unit.
fn is_of_signs(p: &str) -> bool {
    ["error", "noisy_error", "excess_error"].contains(&p)
}

/// Whether it is a part of R_2.
fn is_part(p: &str) -> bool {
    ["variance", "bias"].contains(&p)
}

/// The symbol with the unit, such as `R₂ (units of y²)`.
pub(crate) fn with_unit(p: &str) -> String {
    let unit = match p.parse::<f64>() {
        _ if is_part(p) => " (units of y²)".to_owned(),
        _ if is_of_signs(p) => " (probability of a wrong sign)".to_owned(),
        Ok(1.0) | Err(_) => " (units of y)".to_owned(),
        Ok(_) if p.contains('.') => format!(" (units of y^{p})"),
        Ok(_) => format!(" (units of y{})", superscript(p)),
    };
    symbol(p) + &unit
}

/// The exponent in the name of a risk or a distance: `risk_l1_5` is that of p = 1.5, `risk_sup` the supremum.
fn exponent(name: &str) -> Option<(bool, String)> {
    let (is_risk, rest) = match name.strip_prefix("risk_") {
        Some(rest) => (true, rest),
        None => (false, name.strip_prefix("distance_")?),
    };
    let p = if rest == "sup" || is_part(rest) || is_of_signs(rest) {
        rest.to_owned()
    } else {
        rest.strip_prefix('l')?.replace('_', ".")
    };
    Some((is_risk, p))
}

/// A quantity in a heading: `R₂`, `share of failed trials`, else its name.
pub(crate) fn heading(name: &str) -> String {
    match (name, exponent(name)) {
        ("failed", _) => "share of failed trials".to_owned(),
        (_, Some((true, p))) => symbol(&p),
        _ => name.to_owned(),
    }
}

/// A quantity on an axis, with its unit where it has one.
pub(crate) fn label(name: &str) -> String {
    if name.starts_with("gaps_with_") {
        return format!("{name} (share of gaps)");
    }
    match exponent(name) {
        Some((true, p)) => with_unit(&p),
        Some((false, p)) if p == "sup" || p == "1" => format!("{name} (units of y)"),
        Some((false, p)) if p.contains('.') => format!("{name} (units of y^{p})"),
        Some((false, p)) => format!("{name} (units of y{})", superscript(&p)),
        None => heading(name),
    }
}

/// A coordinate on an axis.
pub(crate) fn coordinate(name: &str) -> String {
    match name {
        "n" => "sample size n".to_owned(),
        "checkpoint" => "checkpoint (steps of training)".to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_read() {
        for (name, head, axis) in [
            ("risk_l2", "R₂", "R₂ (units of y²)"),
            ("risk_l1_5", "R₁.₅", "R₁.₅ (units of y^1.5)"),
            ("risk_sup", "Rₛᵤₚ", "Rₛᵤₚ (units of y)"),
            ("risk_bias", "bias of R₂", "bias of R₂ (units of y²)"),
            ("distance_l2", "distance_l2", "distance_l2 (units of y²)"),
            ("distance_sup", "distance_sup", "distance_sup (units of y)"),
            ("gaps_with_more", "gaps_with_more", "gaps_with_more (share of gaps)"),
            ("failed", "share of failed trials", "share of failed trials"),
            ("risk_ratio", "risk_ratio", "risk_ratio"),
        ] {
            assert_eq!((heading(name).as_str(), label(name).as_str()), (head, axis));
        }
    }
}
