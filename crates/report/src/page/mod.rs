//! The page: one HTML file that opens offline.

mod along;
mod choices;
mod context;
mod explore;
mod groups;
mod head;
mod levels;
mod maps;
mod picture;
mod reasons;
mod reproduce;
mod selector;
mod trials;
mod verdicts;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::figure::figures;
use crate::setting::Settings;
use crate::{Error, Report};
use context::Context;

const STYLE: &str = include_str!("page.css");

/// Fewer sizes than this show no growth: verdicts would all be open.
const LEAST_SIZES: usize = 3;

/// The report as one HTML file: no scripts, no requests, light and dark, on screens and in print.
///
/// # Errors
///
/// [`Error::Empty`] if there is no series to show.
pub fn page(report: &Report) -> Result<String, Error> {
    if report.series.is_empty() && report.curves.is_empty() && report.maps.is_empty() {
        return Err(Error::Empty { study: report.study.name.clone() });
    }
    let context = Context {
        report,
        settings: Settings::of(report),
        figures: figures(report),
        exponents: report.exponents(),
        sizes: report.sizes(),
        verdicts: report.series.iter().any(|series| series.levels.len() >= LEAST_SIZES),
    };
    Ok(document(&context).into_string())
}

fn document(context: &Context<'_>) -> Markup {
    let (first, word) = match (context.report.curves.is_empty(), context.verdicts) {
        (false, _) => ("along", "curves"),
        (true, true) => ("verdicts", "verdicts"),
        (true, false) => ("figures", "figures"),
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { (context.report.study.name) " – risks of interpolating estimators" }
                style { (PreEscaped(STYLE)) (PreEscaped(selector::rules(context))) }
            }
            body {
                a.skip href={ "#" (first) } { "Skip to the " (word) }
                (head::head(context))
                main {
                    (along::section(context))
                    @if context.report.groups.len() > 1 { (groups::section(context)) }
                    (maps::section(context))
                    @if context.report.groups.len() == 1 { (groups::section(context)) }
                    @if context.verdicts { (verdicts::section(context)) }
                    @if !context.report.series.is_empty() { (explore::section(context)) }
                    (trials::section(context))
                    @if context.verdicts { (reasons::section(context)) }
                    (reproduce::section(context))
                }
            }
        }
    }
}
