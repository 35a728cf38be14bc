//! Numbers, intervals and lines of text for a terminal.

/// An error whose leading digits are below this is written with one digit more, since rounding 0.12 to 0.1 changes it by
/// a fifth, and rounding 0.87 to 0.9 by a thirtieth.
const SMALL: f64 = 3.5;
/// Magnitudes that are written without an exponent.
const PLAIN: std::ops::RangeInclusive<i32> = -3..=3;

/// Four significant digits, with an exponent where the magnitude is outside of −4 to 3.
pub fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    // The magnitude is that after rounding: 9.9996 is written as 10.00.
    let magnitude = magnitude(value, 3);
    match magnitude {
        -4..=3 => format!("{value:.*}", (3 - magnitude) as usize),
        4..=5 => format!("{value:.0}"),
        _ => format!("{value:.2e}"),
    }
}

/// A number with its interval, to the digits that the interval determines: `0.667 [0.664, 0.670]`.
pub(crate) fn interval(value: f64, low: f64, high: f64) -> String {
    let error = (high - low) / 2.0;
    let ends = [value, low, high];
    if error.is_nan() || error <= 0.0 {
        return number(value);
    }
    let plain = |end: &f64| *end == 0.0 || PLAIN.contains(&magnitude(*end, 3)) || end.abs() < value.abs();
    if !error.is_finite() || !ends.iter().all(plain) {
        let [value, low, high] = ends.map(number);
        return format!("{value} [{low}, {high}]");
    }
    let places = decimals(error);
    let [value, low, high] = ends.map(|end| format!("{end:.places$}"));
    format!("{value} [{low}, {high}]")
}

/// The number alone, to the same digits.
pub(crate) fn estimate(value: f64, low: f64, high: f64) -> String {
    let text = interval(value, low, high);
    text.split_once(' ').map_or(text.clone(), |(value, _)| value.to_owned())
}

/// The decimals for a given error: one of its digits, or two where the first is small.
fn decimals(error: f64) -> usize {
    let magnitude = magnitude(error, 1);
    let leading = error / 10f64.powi(magnitude);
    let places = if leading < SMALL { 1 - magnitude } else { -magnitude };
    places.clamp(0, 8) as usize
}

/// The k for which the value, rounded to `digits` + 1 significant digits, is d.ddd × 10^k.
fn magnitude(value: f64, digits: usize) -> i32 {
    let scientific = format!("{value:.digits$e}");
    scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// The label truncated to at most `most` characters, with `…` for the rest.
pub(crate) fn cut(label: &str, most: usize) -> String {
    if label.chars().count() <= most {
        return label.to_owned();
    }
    label.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// The text in lines of at most `width` characters, broken at spaces; shorter lines are unchanged.
pub(crate) fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut rest = line;
        while rest.char_indices().nth(width).is_some() {
            // The character after the last that fits may be the space to break at.
            let end = rest.char_indices().nth(width + 1).map_or(rest.len(), |(end, _)| end);
            let Some(space) = rest[..end].rfind(' ') else { break };
            out.push_str(&rest[..space]);
            out.push('\n');
            rest = &rest[space + 1..];
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits() {
        for (value, text) in [
            (2.0 / 3.0, "0.6667"),
            (2.01, "2.010"),
            (9.99996, "10.00"),
            (1469.0, "1469"),
            (146_912.3, "146912"),
            (1.469e9, "1.47e9"),
            (0.000_123_4, "0.0001234"),
            (1.234e-9, "1.23e-9"),
            (1e300, "1.00e300"),
            (0.0, "0"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn intervals_decide_how_many_digits_there_are() {
        for ((value, low, high), text) in [
            ((2.0 / 3.0, 0.66412, 0.66987), "0.6667 [0.6641, 0.6699]"),
            ((2.0 / 3.0, 0.6591, 0.6749), "0.667 [0.659, 0.675]"),
            ((0.6469, -1.85, 3.15), "0.6 [-1.9, 3.1]"),
            ((-1.0, -1.0123, -0.9877), "-1.000 [-1.012, -0.988]"),
            ((1469.0, 1400.0, 1530.0), "1469 [1400, 1530]"),
            ((1.5e9, 1.4e9, 1.6e9), "1.50e9 [1.40e9, 1.60e9]"),
            ((1.0, 0.5, f64::INFINITY), "1.000 [0.5000, inf]"),
            ((0.5, 0.5, 0.5), "0.5000"),
            ((3e-7, 2e-7, 4e-7), "3.00e-7 [2.00e-7, 4.00e-7]"),
        ] {
            assert_eq!(interval(value, low, high), text);
            assert_eq!(Some(estimate(value, low, high).as_str()), text.split(' ').next());
        }
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrap("one two three\nfour", 8), "one two\nthree\nfour\n");
        assert_eq!(wrap("unbreakable", 4), "unbreakable\n");
        assert_eq!((cut("abcdef", 6), cut("abcdef", 4)), ("abcdef".into(), "abc…".into()));
    }
}
