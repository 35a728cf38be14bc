//! Why each series is classed as it is.

use maud::{Markup, html};

use super::context::Context;
use super::verdicts::{risk, theory};
use crate::formula;
use crate::number::{figure, rough};
use crate::setting::Setting;
use crate::{Conclusion, Growth, Interval};

/// The section, one entry a series, each with the anchor that its tiles lead to.
pub(super) fn section(context: &Context<'_>) -> Markup {
    html! {
        section #reasons aria-labelledby="reasons-title" {
            h2 #reasons-title { "Reasons" }
            p.note { "What each verdict rests on: the growth that fits the medians best, and how heavy the tail of the risk is." }
            div.reasons {
                @for (at, series) in context.report.series.iter().enumerate() {
                    article id={ "series-" (at) } {
                        h3 { (series.estimator) ", " (risk(&series.p)) small { (context.settings.title(Setting::of(series))) } }
                        dl {
                            dt { "in probability" } dd { (conclusion(&series.in_probability)) }
                            dt { "in expectation" } dd { (conclusion(&series.in_expectation)) }
                            @if let Some(growth) = &series.growth { dt { "growth" } dd { (grows(growth)) } }
                            @for (name, index) in &series.tail_indices { dt { "tail index" } dd { (interval(index)) " (" (name) ")" } }
                            @if let Some(source) = &series.theory_source { dt { "theory" } dd { (source) } }
                        }
                        @if !series.reason.is_empty() { p { (series.reason) } }
                    }
                }
            }
        }
    }
}

fn conclusion(conclusion: &Conclusion) -> Markup {
    html! {
        span class={ "chip " (conclusion.class.word()) } { span aria-hidden="true" { (conclusion.class.sign()) } " " (conclusion.class.word()) }
        " " (theory(conclusion))
    }
}

fn grows(growth: &Growth) -> Markup {
    html! {
        (formula::markup(&growth.formula))
        @if let Some(exponent) = &growth.exponent { "; exponent " (interval(exponent)) }
        @if let Some(second) = &growth.runner_up { "; next best " (formula::markup(second)) @if let Some(odds) = growth.evidence { ", " (rough(Some(odds))) " times less likely" } }
    }
}

fn interval(interval: &Interval) -> Markup {
    html! {
        (decimals(Some(interval.value)))
        @if interval.low.is_some() || interval.high.is_some() { " [" (decimals(interval.low)) ", " (decimals(interval.high)) "]" }
    }
}

/// Exponents and indices are of order one: three decimals tell all.
fn decimals(value: Option<f64>) -> String {
    match value {
        Some(value) if value.abs() < 1000.0 => format!("{value:.3}").replace('-', "−"),
        _ => figure(value),
    }
}
