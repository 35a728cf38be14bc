//! Trials drawn in full.

use maud::{Markup, html};

use super::context::Context;
use super::picture;
use super::verdicts::risk;
use crate::DrawnTrial;
use crate::figure::Kind;
use crate::number::{figure, whole};

/// The section; nothing where no trial is drawn.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let drawn = context.figures.iter().filter_map(|figure| match figure.kind {
        Kind::Trial { trial } => Some((figure, &context.report.trials[trial])),
        _ => None,
    });
    html! {
        @if !context.report.trials.is_empty() {
            section #trials aria-labelledby="trials-title" {
                h2 #trials-title { "Trials" }
                p.note { "Single training sets with the predictors trained on them. Spikes between data points are what the higher risks see." }
                div.panels { @for (figure, trial) in drawn { (picture::figure(context, figure, &caption(trial))) } }
            }
        }
    }
}

fn caption(trial: &DrawnTrial) -> Markup {
    html! {
        "Trial " (whole(trial.trial)) "."
        @for fit in &trial.fits { " " b { (fit.estimator) } @for (place, (p, value)) in fit.risks.iter().enumerate() { @if place > 0 { "," } " " (risk(p)) " = " (figure(Some(*value))) } "." }
        @if !trial.command.is_empty() { pre tabindex="0" { code { (trial.command) } } }
    }
}
