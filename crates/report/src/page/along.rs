//! What the study asks for along a coordinate: a figure and a table for each quantity.

use maud::{Markup, html};

use super::choices::chosen;
use super::context::Context;
use super::{picture, selector};
use crate::figure::Kind;
use crate::number::{figure, whole};
use crate::panel::Panel;
use crate::quantity::{coordinate, heading};
use crate::setting::Settings;
use crate::{At, Curve, Extreme, Place};

/// Places that an extreme names one by one.
const NAMED: usize = 3;

/// The section; nothing where no curve is shown.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let report = context.report;
    let drawn = context.figures.iter().filter(|figure| matches!(figure.kind, Kind::Curve { .. }));
    html! {
        @if let Some(first) = report.curves.first() {
            section #along aria-labelledby="along-title" {
                h2 #along-title { "Along " (first.along) }
                @if !report.note.is_empty() && report.groups.is_empty() { p.note { (report.note) } }
                (selector::data(context))
                p.note { (note(&report.curves)) }
                div.panels { @for shown in drawn { (picture::figure(context, shown, &html! { (shown.description) "." })) } }
                (extremes(context))
                @for quantity in report.quantities() { (numbers(context, quantity)) }
            }
        }
    }
}

/// What the figures show.
fn note(curves: &[Curve]) -> String {
    let of = |statistic: &str| curves.iter().filter(|curve| curve.statistic == statistic).count();
    let mut words = match (of("median"), of("mean")) {
        (_, 0) => MEDIANS.to_owned(),
        (0, _) => MEANS.to_owned(),
        _ => format!("{MEDIANS}; of shares and counts means"),
    };
    if curves.iter().any(|curve| curve.places.iter().all(|place| place.at == At::Everywhere)) {
        words += "; level lines are of estimators that do not have the coordinate";
    }
    words += ". A dark ring marks the least place where it can be told from another, a pale one a peak.";
    if curves.iter().all(|curve| curve.paired && !curve.places.is_empty()) {
        words += " All places have the same samples.";
    }
    words
}

const MEDIANS: &str =
    "Medians over training sets with their intervals (bars) and the middle half of the trials (bands)";
const MEANS: &str = "Means over training sets with their intervals (bars)";

/// The least and the largest place of each curve, quantity by quantity.
fn extremes(context: &Context<'_>) -> Markup {
    let report = context.report;
    let settings = Settings::of_curves(report);
    let course = report.curves.iter().any(|curve| !curve.course.is_empty());
    html! {
        h3 { "Least and largest" }
        div.scroll tabindex="0" role="region" aria-label="Least and largest places" {
            table.places {
                thead { tr {
                    th scope="col" { "estimator" } th scope="col" { "data" } th.text scope="col" { "least" } th.text scope="col" { "largest" }
                    @if course { th.text scope="col" { "course" } }
                } }
                @for quantity in report.quantities() { tbody {
                    tr { th.group scope="rowgroup" colspan="5" { (heading(quantity)) } }
                    @for curve in report.curves.iter().filter(|curve| curve.quantity == quantity) {
                        tr class=[class(context, curve)] {
                            th scope="row" { (curve.estimator) }
                            td.text { (Panel::of(curve).title(&settings)) }
                            td.text { (extreme(curve, curve.minimum.as_ref(), true)) }
                            td.text { (extreme(curve, curve.maximum.as_ref(), false)) }
                            @if course { td.text { (curve.course) } }
                        }
                    }
                } }
            }
        }
    }
}

/// The class of what belongs to one of the choices.
fn class(context: &Context<'_>, curve: &Curve) -> Option<String> {
    chosen(context, &Panel::of(curve))
}

/// The value, its interval and where it is, with the places that cannot be told from it.
fn extreme(curve: &Curve, extreme: Option<&Extreme>, first: bool) -> Markup {
    let only = curve.places.first().filter(|_| first && curve.places.len() == 1);
    html! {
        @match extreme.and_then(|extreme| Some((extreme, curve.places.get(extreme.place)?))) {
            Some((extreme, place)) => {
                b { (figure(place.value)) } " " (interval(place)) " at " b { (place.at.words()) }
                span.note { (others(curve, extreme)) }
            }
            None => @if let Some(place) = only { b { (figure(place.value)) } " " (interval(place)) } @else { "–" },
        }
    }
}

/// The places that cannot be told from an extreme.
fn others(curve: &Curve, extreme: &Extreme) -> String {
    let name = |place: &usize| curve.places.get(*place).map_or_else(String::new, |place| place.at.words());
    if extreme.among.len() <= 1 {
        return String::new();
    }
    if !curve.tells(extreme) {
        return " or anywhere".to_owned();
    }
    let others: Vec<usize> = extreme.among.iter().copied().filter(|place| *place != extreme.place).collect();
    if others.len() <= NAMED {
        return format!(" or {}", others.iter().map(name).collect::<Vec<_>>().join(", "));
    }
    let (low, high) = (extreme.among.first(), extreme.among.last());
    match low.zip(high) {
        Some((low, high)) if high - low + 1 == extreme.among.len() => {
            format!(" or elsewhere from {} to {}", name(low), name(high))
        }
        _ => format!(" or at one of {} other places", others.len()),
    }
}

/// The numbers of every place.
fn numbers(context: &Context<'_>, quantity: &str) -> Markup {
    let curves: Vec<&Curve> =
        context.report.curves.iter().filter(|curve| curve.quantity == quantity).collect();
    let settings = Settings::of_curves(context.report);
    let along = curves.first().map_or("", |curve| curve.along.as_str());
    html! {
        details {
            summary { "Numbers of " (heading(quantity)) " at every place" }
            div.scroll tabindex="0" role="region" aria-label={ "Numbers of " (quantity) } {
                table.places {
                    thead { tr {
                        th scope="col" { "estimator" } th scope="col" { "data" } th scope="col" title=(coordinate(along)) { (along) }
                        th scope="col" { "value" } th scope="col" { "interval" } th scope="col" { "quartiles" }
                        th scope="col" { "trials" } th scope="col" { "failed" }
                    } }
                    @for curve in &curves { tbody class=[class(context, curve)] { @for place in &curve.places {
                        tr {
                            th scope="row" { (curve.estimator) }
                            td.text { (Panel::of(curve).title(&settings)) }
                            td { (place.at.words()) }
                            td.strong title=(curve.statistic) { (figure(place.value)) }
                            td { (interval(place)) }
                            td { (figure(place.q25)) " … " (figure(place.q75)) }
                            td { (whole(place.trials)) }
                            td { (whole(place.failed)) @if !place.reasons.is_empty() { small { " " (place.reasons) } } }
                        }
                    } } }
                }
            }
        }
    }
}

fn interval(place: &Place) -> String {
    match (place.low, place.high) {
        (None, None) => "–".to_owned(),
        (low, high) => format!("[{}, {}]", figure(low), figure(high)),
    }
}
