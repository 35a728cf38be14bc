//! All estimators of a study that is too long for one page.

use maud::{Markup, html};

use super::context::Context;
use super::verdicts::risk;
use crate::number::whole;
use crate::{Class, Group};

/// The section: how many series of each estimator are of which class, and where they are shown.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let groups = &context.report.groups;
    let has_pages = groups.iter().any(|group| group.page.is_some());
    html! {
        @if !groups.is_empty() {
            section #estimators aria-labelledby="estimators-title" {
                h2 #estimators-title { "Estimators" }
                @if !context.report.note.is_empty() { p.note { (context.report.note) } }
                @if has_pages { p.note { "Each name leads to a page of its own." } }
                div.scroll tabindex="0" role="region" aria-label="Estimators" {
                    table.places {
                        thead { tr {
                            th scope="col" { "estimator" } th scope="col" { "series" }
                            @if let Some(first) = groups.first() { @for (p, _) in &first.counts { th.text scope="col" { (risk(p)) ", in probability" } } }
                        } }
                        tbody { @for group in groups { (row(group)) } }
                    }
                }
            }
        }
    }
}

fn row(group: &Group) -> Markup {
    html! {
        tr {
            th scope="row" { @match &group.page { Some(page) => a href=(page) { (group.name) }, None => (group.name) } }
            td { (whole(group.series as u64)) }
            @for (_, counts) in &group.counts {
                td.text { @for (class, &count) in Class::ALL.into_iter().zip(counts) { @if count > 0 {
                    span class={ "chip " (class.word()) } title=(class.meaning()) { (whole(count as u64)) " " (class.word()) } " "
                } } }
            }
        }
    }
}
