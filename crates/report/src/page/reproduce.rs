//! How to get the same numbers again, and how they came about.

use maud::{Markup, html};

use super::context::Context;

/// Command, seed, versions, the study's file and the methods.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let study = &context.report.study;
    html! {
        section #reproduce aria-labelledby="reproduce-title" {
            h2 #reproduce-title { "Reproduce" }
            dl {
                dt { "command" } dd { pre tabindex="0" { code { (study.command) } } }
                dt { "seed" } dd { code { (study.seed) } }
                dt { "versions" } dd { (versions(&study.versions)) }
            }
            h3 { "The study" }
            pre tabindex="0" { code { (study.yaml) } }
            @if !context.report.methods.is_empty() {
                h3 { "Methods" }
                div.prose { @for paragraph in &context.report.methods { p { (paragraph) } } }
            }
        }
    }
}

fn versions(versions: &[(String, String)]) -> String {
    versions.iter().map(|(name, version)| format!("{name} {version}")).collect::<Vec<_>>().join(", ")
}
