//! Quantities over two coordinates.

use maud::{Markup, html};

use super::choices::{map_data, map_quantities, words};
use super::context::Context;
use super::{picture, selector};
use crate::figure::Kind;
use crate::number::figure;
use crate::quantity::heading;
use crate::{Map, Tile};

/// The section; nothing where there is no map.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let maps = &context.report.maps;
    let (quantities, data) = (map_quantities(context), map_data(context));
    let place = |map: &Map| {
        let q = quantities.iter().position(|other| *other == map.quantity).unwrap_or_default();
        let m = data.iter().position(|other| *other == words(map)).unwrap_or_default();
        (q, m)
    };
    let drawn = context.figures.iter().filter_map(|figure| match figure.kind {
        Kind::Map { map } => Some((figure, maps.get(map)?)),
        _ => None,
    });
    html! {
        @if !maps.is_empty() {
            section #maps aria-labelledby="maps-title" {
                h2 #maps-title { "Maps" }
                (selector::maps(&quantities, &data))
                p.note { "Each tile is one pair of values; what it says stands where the pointer rests, and in the table." @if maps.iter().any(has_class) { " Letters are verdicts in probability: b benign, t tempered, c catastrophic, none undecided." } }
                div.panels {
                    @for (shown, map) in drawn {
                        @let (q, m) = place(map);
                        div class={ "of-q q" (q) } { div class={ "of-m m" (m) } {
                            (picture::figure(context, shown, &html! { (shown.description) "." }))
                            (table(map))
                        } }
                    }
                }
            }
        }
    }
}

fn has_class(map: &Map) -> bool {
    map.tiles.iter().any(|tile| tile.class.is_some())
}

/// The values: a row for each value upwards, the largest first as in the figure.
fn table(map: &Map) -> Markup {
    let mut rows: Vec<Vec<Option<&Tile>>> = vec![vec![None; map.across.values.len()]; map.up.values.len()];
    for tile in &map.tiles {
        if let Some(slot) = rows.get_mut(tile.up).and_then(|row| row.get_mut(tile.across)) {
            *slot = Some(tile);
        }
    }
    html! {
        details {
            summary { "Values of " (heading(&map.quantity)) }
            div.scroll tabindex="0" role="region" aria-label={ "Values of " (map.quantity) } {
                table.places.grid {
                    thead { tr {
                        th scope="col" { (map.up.name) " \\ " (map.across.name) }
                        @for value in &map.across.values { th scope="col" { (value.words()) } }
                    } }
                    tbody { @for (value, row) in map.up.values.iter().zip(&rows).rev() {
                        tr { th scope="row" { (value.words()) } @for tile in row { td { @if let Some(tile) = tile { (figure(tile.value)) } } } }
                    } }
                }
            }
        }
    }
}
