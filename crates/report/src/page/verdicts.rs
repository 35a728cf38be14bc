//! The matrix of verdicts: estimators by risks, for every setting and summary.

use maud::{Markup, html};

use super::context::Context;
use crate::quantity::symbol;
use crate::setting::Setting;
use crate::{Class, Conclusion, Series};

/// A summary over training sets.
#[derive(Clone, Copy)]
struct Summary {
    title: &'static str,
    note: &'static str,
    of: fn(&Series) -> &Conclusion,
}

const SUMMARIES: [Summary; 2] = [
    Summary {
        title: "In probability",
        note: "medians and quantiles over training sets",
        of: |s| &s.in_probability,
    },
    Summary { title: "In expectation", note: "means over training sets", of: |s| &s.in_expectation },
];

/// The section, with its legend.
pub(super) fn section(context: &Context<'_>) -> Markup {
    html! {
        section #verdicts aria-labelledby="verdicts-title" {
            h2 #verdicts-title { "Verdicts" }
            @if !context.report.note.is_empty() && context.report.curves.is_empty() && context.report.groups.is_empty() { p.note { (context.report.note) } }
            ul.legend aria-label="Legend" {
                @for class in Class::ALL {
                    li { span class={ "chip " (class.word()) } { span aria-hidden="true" { (class.sign()) } " " (class.word()) } " " (class.meaning()) }
                }
                li { b { "✓ ✗" } " agrees with theory or not" }
            }
            div.matrices {
                @for &setting in &context.settings.all {
                    @for summary in SUMMARIES { (matrix(context, setting, summary)) }
                }
            }
        }
    }
}

fn matrix(context: &Context<'_>, setting: Setting<'_>, summary: Summary) -> Markup {
    let series: Vec<&Series> = context.report.series.iter().filter(|s| Setting::of(s) == setting).collect();
    let mut estimators: Vec<&str> = series.iter().map(|s| s.estimator.as_str()).collect();
    let mut seen = Vec::new();
    estimators.retain(|name| {
        !seen.contains(name) && {
            seen.push(name);
            true
        }
    });
    html! {
        @if !series.is_empty() {
            div.scroll tabindex="0" role="region" aria-label={ (summary.title) ", " (context.settings.title(setting)) } {
                table.matrix style={ "--columns:" (context.exponents.len()) } {
                    caption { b { (summary.title) } ", " (context.settings.title(setting)) span.note { (summary.note) } }
                    thead { tr { th scope="col" { "estimator" } @for p in &context.exponents { th scope="col" { (risk(p)) } } } }
                    tbody {
                        @for name in &estimators {
                            tr {
                                th scope="row" { (name) }
                                @for p in &context.exponents {
                                    @let found = context.report.series.iter().position(|s| Setting::of(s) == setting && s.estimator == **name && s.p == **p);
                                    td { @if let Some(at) = found { (tile(at, (summary.of)(&context.report.series[at]))) } @else { span.none { "–" } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A tile: sign, word and what theory says, leading to the reasons.
fn tile(at: usize, conclusion: &Conclusion) -> Markup {
    let class = conclusion.class;
    html! {
        a class={ "tile " (class.word()) } href={ "#series-" (at) } {
            span.sign aria-hidden="true" { (class.sign()) }
            span.word { (class.word()) }
            (theory(conclusion))
        }
    }
}

/// Whether theory agrees.
pub(super) fn theory(conclusion: &Conclusion) -> Markup {
    let says = conclusion.theory.map_or("", Class::word);
    html! {
        @match conclusion.agrees {
            Some(true) => span.theory { "✓ theory" },
            Some(false) => span.theory.against { "✗ theory: " (says) },
            None if says.is_empty() => span.theory { "no theory" },
            None => span.theory { "theory: " (says) },
        }
    }
}

/// The symbol of a risk.
pub(super) fn risk(p: &str) -> Markup {
    let text = symbol(p);
    html! {
        @if text.starts_with('R') {
            span.risk aria-label=(text) { i { "R" } sub { (p) } }
        } @else {
            span.risk { (text) }
        }
    }
}
