//! How numbers are written: few digits, no clutter.

/// A number to four significant digits: `0.6476`, `1,235`, `3.43 × 10⁷`, `–` where there is none.
pub(crate) fn figure(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value.is_nan() => "–".to_owned(),
        Some(value) if value.is_infinite() => if value > 0.0 { "∞" } else { "−∞" }.to_owned(),
        Some(value) => significant(value, 4),
    }
}

/// A number to two significant digits, enough for a standard error or for odds.
pub(crate) fn rough(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(|| figure(value), |value| significant(value, 2))
}

/// A finite number to some significant digits.
fn significant(value: f64, digits: usize) -> String {
    let text = format!("{:.*e}", digits - 1, value.abs());
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if value < 0.0 { "−" } else { "" };
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(-3..=6).contains(&exponent) {
        return format!("{sign}{} × 10{}", trim(mantissa), superscript(&exponent.to_string()));
    }
    let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
    let rounded: f64 = text.parse().unwrap_or(value.abs());
    format!("{sign}{}", grouped(&format!("{rounded:.decimals$}")))
}

/// A whole number with its thousands apart.
pub(crate) fn whole(value: u64) -> String {
    grouped(&value.to_string())
}

/// A number as short as it can be, for ticks: `0.5`, `20`, `1,000`, `10⁵`.
pub(crate) fn tick(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { String::new() };
    }
    let exponent = value.abs().log10();
    // From 0.001 to below a million, but for the rounding of the logarithm, digits are shorter than a power.
    if (-3.0001..5.999).contains(&exponent) {
        return trimmed(value);
    }
    // The logarithm of a power of ten may lie below the whole number by its rounding.
    let whole = (exponent + 1e-9).floor();
    let mantissa = value.abs() / 10f64.powi(whole as i32);
    let sign = if value < 0.0 { "−" } else { "" };
    let power = format!("10{}", superscript(&format!("{whole:.0}")));
    let mantissa = format!("{mantissa:.2}");
    let mantissa = trim(&mantissa);
    if mantissa == "1" { format!("{sign}{power}") } else { format!("{sign}{mantissa}·{power}") }
}

/// The power 10^k: `1`, `100`, `1,000`, `10⁵`.
pub(crate) fn decade(exponent: f64) -> String {
    let k = exponent.round() as i32;
    if (-3..=5).contains(&k) { tick(10f64.powi(k)) } else { format!("10{}", superscript(&k.to_string())) }
}

/// Text in superscript, as far as Unicode has it.
pub(crate) fn superscript(text: &str) -> String {
    text.chars().map(|c| shift(c, "0123456789-+n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ")).collect()
}

/// Text in subscript, as far as Unicode has it.
pub(crate) fn subscript(text: &str) -> String {
    text.chars().map(|c| shift(c, "0123456789-+sup", "₀₁₂₃₄₅₆₇₈₉₋₊ₛᵤₚ")).collect()
}

fn shift(c: char, from: &str, to: &str) -> char {
    from.chars().zip(to.chars()).find(|(plain, _)| *plain == c).map_or(c, |(_, shifted)| shifted)
}

/// Three significant decimals at most, thousands apart.
fn trimmed(value: f64) -> String {
    let text = trim(&format!("{:.4}", value.abs())).to_owned();
    format!("{}{}", if value < 0.0 { "−" } else { "" }, grouped(&text))
}

/// Without zeros at the end of a decimal fraction.
fn trim(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// With commas between thousands of the whole part.
fn grouped(text: &str) -> String {
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::with_capacity(text.len() + 4);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_for_errors() {
        assert_eq!(
            [0.001234, 37.0, 420.0, 4.2e7].map(|v| rough(Some(v))),
            ["0.0012", "37", "420", "4.2 × 10⁷"]
        );
        assert_eq!(rough(Some(f64::INFINITY)), "∞");
    }

    #[test]
    fn four_digits_whatever_the_size() {
        let cases = [
            (0.647573, "0.6476"),
            (1234.5, "1,234"),
            (99_999.9, "100,000"),
            (3.43e7, "3.43 × 10⁷"),
            (-2e-9, "−2 × 10⁻⁹"),
            (1e300, "1 × 10³⁰⁰"),
            (0.0, "0"),
            (f64::INFINITY, "∞"),
            (f64::NAN, "–"),
            (1.4, "1.400"),
        ];
        for (value, text) in cases {
            assert_eq!(figure(Some(value)), text);
        }
        assert_eq!(figure(None), "–");
        assert_eq!(whole(1_234_567), "1,234,567");
    }

    #[test]
    fn ticks_are_short() {
        let cases =
            [(0.5, "0.5"), (20.0, "20"), (1000.0, "1,000"), (1e6, "10⁶"), (2e-5, "2·10⁻⁵"), (-0.25, "−0.25")];
        for (value, text) in cases {
            assert_eq!(tick(value), text);
        }
        assert_eq!([decade(-4.0), decade(0.0), decade(5.0), decade(6.0)], ["10⁻⁴", "1", "100,000", "10⁶"]);
    }

    #[test]
    fn subscripts_keep_what_unicode_lacks() {
        assert_eq!(subscript("1.5"), "₁.₅");
        assert_eq!(subscript("sup"), "ₛᵤₚ");
    }
}
