//! Figures and numbers of the chosen risk.

use maud::{Markup, html};

use super::context::Context;
use super::verdicts::risk;
use super::{levels, picture, selector};
use crate::Figure;
use crate::figure::Kind;

/// The selectors and, for each risk, its figures and numbers.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let report = context.report;
    html! {
        section #figures aria-labelledby="figures-title" {
            h2 #figures-title { "Figures and numbers" }
            @if !report.note.is_empty() && report.curves.is_empty() && report.groups.is_empty() && !context.verdicts { p.note { (report.note) } }
            (selector::selectors(context))
            @for (p, label) in context.exponents.iter().enumerate() {
                div class={ "of-p p" (p) } {
                    (group(context, html! { (risk(label)) " against " i { "n" } }, RISK, |kind| kind == Kind::Risk { p }))
                    (group(context, html! { (risk(label)) " divided by a power of " i { "n" } }, SCALED, |kind| kind == Kind::Scaled { p }))
                    (group(context, html! { "Tail of " (risk(label)) }, TAIL, |kind| matches!(kind, Kind::Tail { p: at, .. } if at == p)))
                    (group(context, html! { "Histogram of " (risk(label)) }, HISTOGRAM, |kind| matches!(kind, Kind::Histogram { p: at, .. } if at == p)))
                    (levels::table(context, label))
                }
            }
        }
    }
}

const RISK: &str = "Medians over training sets with their intervals (bars), the middle half of the trials (bands) and \
    the growth that fits best (broad and pale). Dashed lines are theory: limits, and powers of n through the last median. \
    Both axes are logarithmic.";
const SCALED: &str = "Divided by the power of n at which theory or the fit says that it settles: level curves mean \
    that the power is right.";
const TAIL: &str = "Share of training sets whose risk exceeds a value, on logarithmic axes. A power law is a straight \
    line; its slope is minus the tail index, and an index of at most one leaves no mean.";
const HISTOGRAM: &str =
    "Share of training sets in each bin. The axis is logarithmic where the risks span decades.";

/// The figures of one kind side by side, under a heading; nothing where there are none.
fn group(context: &Context<'_>, heading: Markup, note: &str, belongs: impl Fn(Kind) -> bool) -> Markup {
    let figures: Vec<&Figure> = context.figures.iter().filter(|figure| belongs(figure.kind)).collect();
    html! {
        @if !figures.is_empty() {
            h3 { (heading) }
            p.note { (note) }
            div.panels { @for shown in figures { (picture::figure(context, shown, &html! { (shown.description) "." })) } }
        }
    }
}
