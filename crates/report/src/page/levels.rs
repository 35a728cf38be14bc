//! The numbers behind the figures, with their errors.

use maud::{Markup, html};

use super::context::Context;
use super::verdicts::risk;
use crate::number::{figure, rough, whole};
use crate::{Level, Series};

/// The table of one risk.
pub(super) fn table(context: &Context<'_>, p: &str) -> Markup {
    let series = || context.report.series.iter().filter(move |series| series.p == p);
    let untrusted = series().flat_map(|s| &s.levels).any(|level| !level.mean_trusted && level.mean.is_some());
    let censored = series().flat_map(|s| &s.levels).any(|level| level.censored > 0);
    html! {
        h3 { "Numbers of " (risk(p)) }
        @if untrusted { p.note { "† Not to be trusted: the law of the risk has no mean there, or no variance, or the sample does not show it." } }
        @if censored { p.note { "* Some risks overflowed. They count as larger than all others in medians and quantiles, and are left out of means." } }
        div.scroll tabindex="0" role="region" aria-label={ "Numbers for p = " (p) } {
            table.numbers {
                thead { tr {
                    th scope="col" { "estimator" } th scope="col" { "data" } th scope="col" { i { "n" } }
                    th scope="col" { "trials" } th scope="col" { "failed" } th scope="col" { "median" } th scope="col" { "interval" }
                    th scope="col" { "quartiles" } th scope="col" { "5 % to 95 %" } th scope="col" { "largest" } th scope="col" { "mean" } th scope="col" { "std. error" } th scope="col" title="trials after which the standard error of the median is 1 % of it" { "for 1 %" }
                } }
                @for series in series() { tbody { @for level in &series.levels { (row(context, series, level)) } } }
            }
        }
    }
}

fn row(context: &Context<'_>, series: &Series, level: &Level) -> Markup {
    let untrusted = !level.mean_trusted && level.mean.is_some();
    html! {
        tr {
            th scope="row" { (series.estimator) }
            td.text { (context.settings.title(crate::setting::Setting::of(series))) }
            td { (whole(level.n)) }
            td { (whole(level.trials)) }
            td { (whole(level.failed)) @if !level.reasons.is_empty() { small { " " (level.reasons) } } }
            td.strong { (value("median", level.median)) @if level.censored > 0 { span title="some risks overflowed" { "*" } } }
            td { (between(level.median_low, level.median_high)) }
            td { (between(level.q25, level.q75)) }
            td { (between(level.q05, level.q95)) }
            td { (value("max", level.max)) }
            td.untrusted[untrusted] { (value("mean", level.mean)) @if untrusted { span title="not to be trusted" { "†" } } }
            td.untrusted[untrusted] { (rough(level.mean_se)) }
            td { (level.trials_needed.map_or_else(|| "–".into(), whole)) }
        }
    }
}

/// A number with the whole of its digits for programs.
fn value(name: &str, value: Option<f64>) -> Markup {
    html! {
        @if let Some(number) = value.filter(|number| number.is_finite()) {
            data class=(name) value={ (format!("{number:?}")) } { (figure(Some(number))) }
        } @else { (figure(value)) }
    }
}

fn between(low: Option<f64>, high: Option<f64>) -> Markup {
    html! { @if low.is_some() || high.is_some() { (figure(low)) " … " (figure(high)) } @else { "–" } }
}
