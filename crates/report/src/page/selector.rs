//! The selectors of risk, sample size and data: radio buttons that a style sheet reads, so no script is needed.

use std::fmt::Write;

use maud::{Markup, html};

use super::choices::{map_data, map_quantities, panels_to_choose};
use super::context::Context;
use crate::number::whole;
use crate::quantity::heading;
use crate::setting::Settings;

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

/// The buttons of the data that curves are of; nothing where all are shown side by side.
pub(super) fn data(context: &Context<'_>) -> Markup {
    let (choices, settings) = (panels_to_choose(context), Settings::of_curves(context.report));
    html! {
        @if !choices.is_empty() {
            form.selectors {
                fieldset {
                    legend { "Data" }
                    @for (at, panel) in choices.iter().enumerate() {
                        (button("d", at, &panel.title(&settings), at == 0))
                    }
                }
            }
        }
    }
}

/// The buttons of what maps show.
pub(super) fn maps(quantities: &[&str], data: &[String]) -> Markup {
    html! {
        @if quantities.len() > 1 || data.len() > 1 {
            form.selectors {
                @if quantities.len() > 1 { fieldset {
                    legend { "Quantity" }
                    @for (at, name) in quantities.iter().enumerate() { (button("q", at, &heading(name), at == 0)) }
                } }
                @if data.len() > 1 { fieldset {
                    legend { "Estimator and data" }
                    @for (at, name) in data.iter().enumerate() { (button("m", at, name, at == 0)) }
                } }
            }
        }
    }
}

pub(super) fn button(group: &str, at: usize, label: &str, chosen: bool) -> Markup {
    html! {
        input type="radio" name=(group) id={ (group) "-" (at) } checked[chosen] autocomplete="off";
        label for={ (group) "-" (at) } { (label) }
    }
}

/// The buttons of so many alternatives: of one there are none.
fn choices(count: usize) -> usize {
    if count > 1 { count } else { 0 }
}

/// The rules that hide what is not chosen. Paper shows every risk and all data.
pub(super) fn rules(context: &Context<'_>) -> String {
    let mut rules = String::new();
    for (group, count, media) in [
        ("p", context.exponents.len(), "screen"),
        ("n", context.sizes.len(), "screen, print"),
        ("d", panels_to_choose(context).len(), "screen"),
        ("q", choices(map_quantities(context).len()), "screen"),
        ("m", choices(map_data(context).len()), "screen"),
    ] {
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
