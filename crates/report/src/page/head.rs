//! The head of the page: what was studied, at a glance.

use maud::{Markup, html};

use super::context::Context;
use crate::number::whole;

/// Estimators with failures that the head names: more would push what the study asks for off the first screen.
const FAILURES: usize = 8;

/// Name, size and contents.
pub(super) fn head(context: &Context<'_>) -> Markup {
    let study = &context.report.study;
    html! {
        header.top {
            p.kicker { "Tempered · risks of interpolating estimators" }
            h1 { (study.name) }
            @if let Some(whole) = &context.report.whole { p.kicker { a href=(whole) { "The whole study" } } }
            @if !study.finished {
                p.unfinished role="note" { strong { "Unfinished." } " Some planned trials are still missing, so numbers may change." }
            }
            p.facts { (facts(context).join(" · ")) }
            @if !study.failures.is_empty() {
                ul.failures aria-label="Failed fits" {
                    @for line in study.failures.iter().take(FAILURES) { li { (line) } }
                    @if study.failures.len() > FAILURES { li { "… and " (whole((study.failures.len() - FAILURES) as u64)) " more estimators" } }
                }
            }
            nav aria-label="Contents" {
                @if let Some(first) = context.report.curves.first() { a href="#along" { "Along " (first.along) } }
                @if !context.report.maps.is_empty() { a href="#maps" { "Maps" } }
                @if !context.report.groups.is_empty() { a href="#estimators" { "Estimators" } }
                @if context.verdicts { a href="#verdicts" { "Verdicts" } }
                @if !context.report.series.is_empty() { a href="#figures" { "Figures" } }
                @if !context.report.trials.is_empty() { a href="#trials" { "Trials" } }
                @if context.verdicts { a href="#reasons" { "Reasons" } }
                a href="#reproduce" { "Reproduce" }
            }
        }
    }
}

fn facts(context: &Context<'_>) -> Vec<String> {
    let report = context.report;
    let levels = || report.series.iter().flat_map(|series| &series.levels).map(|level| level.n);
    let mut facts = context.settings.shared();
    if let Some((low, high)) = levels().min().zip(levels().max()) {
        facts.push(match low == high {
            true => format!("n = {}", whole(low)),
            false => format!("n from {} to {}", whole(low), whole(high)),
        });
    }
    let domains: Vec<&str> = report.series.iter().map(|series| series.domain.as_str()).collect();
    let first = domains.first().copied().unwrap_or_default();
    if domains.iter().all(|domain| *domain == first) && !first.is_empty() {
        facts.push(format!("risk over the {first}"));
    }
    facts.push(format!("{} fits, {} failed", whole(report.study.trials), whole(report.study.failed)));
    facts
}
