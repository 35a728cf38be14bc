//! The selectors of risk and sample size: radio buttons that a style sheet reads, so no script is needed.

use std::fmt::Write;

use maud::{Markup, html};

use super::Context;
use crate::number::whole;

/// The two groups of buttons; the first risk and the largest sample size are chosen at the start.
pub(super) fn selectors(context: &Context<'_>) -> Markup {
    html! {
        form.selectors {
            fieldset {
                legend { "Risk exponent " i { "p" } }
                @for (at, p) in context.exponents.iter().enumerate() { (button("p", at, p, at == 0)) }
            }
            @if !context.sizes.is_empty() {
                fieldset {
                    legend { "Sample size " i { "n" } span.note { " (tail and histogram)" } }
                    @for (at, &n) in context.sizes.iter().enumerate() {
                        (button("n", at, &whole(n), at + 1 == context.sizes.len()))
                    }
                }
            }
        }
    }
}

fn button(group: &str, at: usize, label: &str, chosen: bool) -> Markup {
    html! {
        input type="radio" name=(group) id={ (group) "-" (at) } checked[chosen] autocomplete="off";
        label for={ (group) "-" (at) } { (label) }
    }
}

/// The rules that hide what is not chosen. Paper shows every risk.
pub(super) fn rules(context: &Context<'_>) -> String {
    let mut rules = String::new();
    for (group, count, media) in
        [("p", context.exponents.len(), "screen"), ("n", context.sizes.len(), "screen, print")]
    {
        for at in 0..count {
            // Writing to a string cannot fail.
            let _ = writeln!(
                rules,
                "@media {media} {{ body:has(#{group}-{at}:checked) .of-{group}:not(.{group}{at}) {{ display: none; }} }}"
            );
        }
    }
    rules
}
