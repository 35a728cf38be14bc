//! The head of the page: what was studied, at a glance.

use maud::{Markup, html};

use super::Context;
use crate::number::whole;

/// Name, size and contents.
pub(super) fn head(context: &Context<'_>) -> Markup {
    let study = &context.report.study;
    html! {
        header.top {
            p.kicker { "Tempered · risks of interpolating estimators" }
            h1 { (study.name) }
            @if !study.finished {
                p.unfinished role="note" { strong { "Unfinished." } " Some planned trials are still missing, so numbers may change." }
            }
            p.facts { (facts(context).join(" · ")) }
            @if !study.failures.is_empty() {
                ul.failures aria-label="Failed fits" { @for line in &study.failures { li { (line) } } }
            }
            nav aria-label="Contents" {
                a href="#verdicts" { "Verdicts" }
                a href="#figures" { "Figures" }
                @if !context.report.trials.is_empty() { a href="#trials" { "Trials" } }
                a href="#reasons" { "Reasons" }
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
        facts.push(format!("n from {} to {}", whole(low), whole(high)));
    }
    let domains: Vec<&str> = report.series.iter().map(|series| series.domain.as_str()).collect();
    if domains.windows(2).all(|pair| pair[0] == pair[1]) && !domains[0].is_empty() {
        facts.push(format!("risk over the {}", domains[0]));
    }
    facts.push(format!("{} fits, {} failed", whole(report.study.trials), whole(report.study.failed)));
    facts
}
