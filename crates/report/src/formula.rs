//! Laws of growth, written as `c + b n^-g`, in mathematics.

use maud::{Markup, html};

/// Splits a formula at its powers: text, exponent, text, …, so that places alternate.
///
/// An exponent is a sign and one letter behind `^`.
fn parts(formula: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = formula;
    while let Some((before, after)) = rest.split_once('^') {
        let sign = usize::from(after.starts_with('-'));
        let end = after.char_indices().nth(sign + 1).map_or(after.len(), |(end, _)| end);
        parts.extend([before, &after[..end]]);
        rest = &after[end..];
    }
    parts.push(rest);
    parts
}

/// In LaTeX: `$c + b\,n^{-\gamma}$`; nothing for no formula.
pub(crate) fn latex(formula: &str) -> String {
    if formula.is_empty() {
        return String::new();
    }
    let write = |(place, part): (usize, &str)| match place % 2 {
        0 => part.replace("ln n", "\\ln n").replace("b n", "b\\,n").replace("b \\ln", "b\\ln"),
        _ => format!("^{{{}}}", part.replace('g', "\\gamma")),
    };
    format!("${}$", parts(formula).into_iter().enumerate().map(write).collect::<String>())
}

/// In a page: `c + b n` with −γ above the line.
pub(crate) fn markup(formula: &str) -> Markup {
    html! {
        @for (place, part) in parts(formula).into_iter().enumerate() {
            @if place % 2 == 0 { (part) } @else { sup { (part.replace('-', "−").replace('g', "γ")) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_are_mathematics() {
        for (law, tex, page) in [
            ("c", "$c$", "c"),
            ("c + b n^-g", r"$c + b\,n^{-\gamma}$", "c + b n<sup>−γ</sup>"),
            ("a + b ln n", r"$a + b\ln n$", "a + b ln n"),
            ("b n^g", r"$b\,n^{\gamma}$", "b n<sup>γ</sup>"),
            ("1/(a + b ln n)", r"$1/(a + b\ln n)$", "1/(a + b ln n)"),
            ("", "", ""),
            ("x^", r"$x^{}$", "x<sup></sup>"),
        ] {
            assert_eq!((latex(law).as_str(), markup(law).into_string().as_str()), (tex, page));
        }
    }
}
