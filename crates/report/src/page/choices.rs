//! What the page lets its reader choose among.

use super::context::Context;
use crate::Map;
use crate::panel::{Panel, panels};

/// More settings than this are chosen among by buttons.
const SIDE_BY_SIDE: usize = 4;

/// Data, quantity aside, among which the page chooses; none where all are shown side by side.
pub(super) fn panels_to_choose<'a>(context: &Context<'a>) -> Vec<Panel<'a>> {
    let mut found: Vec<Panel<'a>> = Vec::new();
    for panel in panels(context.report) {
        if found.iter().all(|other| other.data() != panel.data()) {
            found.push(panel);
        }
    }
    if found.len() > SIDE_BY_SIDE { found } else { Vec::new() }
}

/// The class of a figure that belongs to one of the choices, by the place of its panel.
pub(super) fn class_of(context: &Context<'_>, panel: usize) -> Option<String> {
    chosen(context, panels(context.report).get(panel)?)
}

/// The class of what belongs to a panel among those that are chosen from.
pub(super) fn chosen(context: &Context<'_>, panel: &Panel<'_>) -> Option<String> {
    let at = panels_to_choose(context).iter().position(|other| other.data() == panel.data())?;
    Some(format!("of-d d{at}"))
}

/// What a map shows, as it is chosen: quantities, then estimators with their data.
pub(super) fn map_quantities<'a>(context: &Context<'a>) -> Vec<&'a str> {
    distinct(context.report.maps.iter().map(|map| map.quantity.as_str()))
}

/// Estimators with their data, in the words of their buttons.
pub(super) fn map_data(context: &Context<'_>) -> Vec<String> {
    distinct(context.report.maps.iter().map(words))
}

/// The words of the button of a map.
pub(super) fn words(map: &Map) -> String {
    if map.data.is_empty() { map.estimator.clone() } else { format!("{}, {}", map.estimator, map.data) }
}

fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for one in all {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}
