//! A quantity over two coordinates: tiles whose colour is the value.

use kuva::render::render::{Primitive, Scene, TextAnchor};

use super::axis::WIDE;
use super::canvas::{TITLE, cut};
use super::ink::{Ink, Medium};
use crate::number::figure;
use crate::quantity::{coordinate, label};
use crate::{Class, Coordinate, Map, Tile};

/// Light to dark would turn around on dark paper: these run from dark to bright on either, in even steps of lightness
/// (viridis, van der Walt & Smith 2015).
const COLOURS: [&str; 12] = [
    "#440154", "#482173", "#433e85", "#38598c", "#2d708e", "#25858e", "#1e9b8a", "#2ab07f", "#52c569",
    "#86d549", "#c2df23", "#fde725",
];
/// From this colour on, letters on tiles are dark.
const BRIGHT: usize = 7;
/// The width of a figure, as of all others.
const WIDTH: f64 = 440.0;
/// Left, top, width and height of the area of tiles.
const AREA: (f64, f64, f64, f64) = (70.0, 30.0, 356.0, 250.0);
/// The top of the bar of colours.
const BAR: f64 = 336.0;
const BAR_HEIGHT: f64 = 10.0;
/// The height of a figure: the area of tiles, the bar and the labels of both.
const HEIGHT: f64 = 368.0;
/// Labels along an axis at most.
const LABELS: usize = 7;
/// Labels are cut to this many characters.
const LABEL: usize = 9;
/// A letter needs a tile of this size.
const ROOM: f64 = 8.0;

/// A map with its title.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tiles {
    pub(crate) title: String,
    pub(crate) map: Map,
}

/// How values become colours.
struct Scale {
    low: f64,
    high: f64,
    log: bool,
}

impl Scale {
    fn of(tiles: &[Tile]) -> Scale {
        let values = || tiles.iter().filter_map(|tile| tile.value).filter(|value| value.is_finite());
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        Scale { low, high, log: low > 0.0 && high / low > WIDE }
    }

    /// The colour of a value; none where it has none.
    fn colour(&self, value: f64) -> Option<usize> {
        let of = |value: f64| if self.log { value.ln() } else { value };
        if value == f64::INFINITY {
            return Some(COLOURS.len() - 1);
        }
        // Halves first: the difference of the ends may be larger than any number.
        let (low, high, value) = (0.5 * of(self.low), 0.5 * of(self.high), 0.5 * of(value));
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        let place = (share * COLOURS.len() as f64).floor();
        share.is_finite().then(|| (place.max(0.0) as usize).min(COLOURS.len() - 1))
    }

    /// The value in the middle of the bar.
    fn middle(&self) -> f64 {
        if self.log { (self.low * self.high).sqrt() } else { 0.5 * self.low + 0.5 * self.high }
    }
}

/// The letter of a class; an open one has none, for most tiles of a coarse study are open.
fn letter(class: Class) -> Option<&'static str> {
    match class {
        Class::Benign => Some("b"),
        Class::Tempered => Some("t"),
        Class::Catastrophic => Some("c"),
        Class::Undecided => None,
    }
}

/// Everything that is drawn.
pub(super) fn scene(tiles: &Tiles, medium: Medium) -> Scene {
    let theme = medium.theme();
    let mut scene = Scene::new(WIDTH, HEIGHT);
    scene.background_color = (theme.background != "none").then_some(theme.background);
    scene.text_color = Some(theme.text_color);
    scene.font_family = theme.font_family;
    let map = &tiles.map;
    let scale = Scale::of(&map.tiles);
    let (left, top, width, height) = AREA;
    let columns = map.across.values.len().max(1) as f64;
    let rows = map.up.values.len().max(1) as f64;
    let (w, h) = (width / columns, height / rows);
    text(&mut scene, (left + width / 2.0, 18.0), &cut(&tiles.title, TITLE), 13, TextAnchor::Middle);
    for tile in &map.tiles {
        let at = (left + w * tile.across as f64, top + height - h * (tile.up + 1) as f64);
        add_tile(&mut scene, map, tile, &scale, (at.0, at.1, w, h));
    }
    axes(&mut scene, map, (w, h));
    bar(&mut scene, map, &scale, medium);
    scene
}

/// Values and names of both coordinates, beside tiles of this size.
fn axes(scene: &mut Scene, map: &Map, (w, h): (f64, f64)) {
    let (left, top, width, height) = AREA;
    labels(scene, &map.across, |k| (left + w * (k as f64 + 0.5), top + height + 15.0), TextAnchor::Middle);
    labels(scene, &map.up, |k| (left - 6.0, top + height - h * (k as f64 + 0.5) + 4.0), TextAnchor::End);
    text(
        scene,
        (left + width / 2.0, top + height + 34.0),
        &coordinate(&map.across.name),
        12,
        TextAnchor::Middle,
    );
    let up = coordinate(&map.up.name);
    let (x, y, anchor) = (14.0, top + height / 2.0, TextAnchor::Middle);
    scene.add(Primitive::Text {
        x,
        y,
        content: up,
        size: 12,
        anchor,
        rotate: Some(-90.0),
        bold: false,
        color: None,
    });
}

fn text(scene: &mut Scene, (x, y): (f64, f64), content: &str, size: u32, anchor: TextAnchor) {
    let content = content.chars().filter(|c| !c.is_control()).collect();
    scene.add(Primitive::Text { x, y, content, size, anchor, rotate: None, bold: false, color: None });
}

/// A tile with what it says where a pointer rests, and the letter of its class.
fn add_tile(scene: &mut Scene, map: &Map, tile: &Tile, scale: &Scale, (x, y, w, h): (f64, f64, f64, f64)) {
    let Some(colour) = tile.value.and_then(|value| scale.colour(value)) else { return };
    let mut words = format!("{}: {}", map.place(tile), figure(tile.value));
    if tile.low.is_some() || tile.high.is_some() {
        words += &format!(" [{}, {}]", figure(tile.low), figure(tile.high));
    }
    words += &tile.class.map_or_else(String::new, |class| format!(", {}", class.word()));
    // The class of a tile in a page's style sheet, not the one that the library lights up.
    let extra_attrs = Some("class=\"tile-of-map\"".to_owned());
    scene.elements.push(Primitive::GroupStart { transform: None, title: Some(words), extra_attrs });
    // A little more than its share, so that no seams show.
    let (width, height) = (w + 0.3, h + 0.3);
    let fill = COLOURS[colour].into();
    scene.add(Primitive::Rect { x, y, width, height, fill, stroke: None, stroke_width: None, opacity: None });
    if let Some(letter) = tile.class.and_then(letter).filter(|_| w.min(h) >= ROOM) {
        let color = Some(if colour < BRIGHT { "#ffffff" } else { "#1a1a1a" }.into());
        let (x, y, content) = (x + w / 2.0, y + h / 2.0 + 3.0, letter.to_owned());
        let (size, anchor) = (if w.min(h) >= 1.5 * ROOM { 10 } else { 8 }, TextAnchor::Middle);
        scene.add(Primitive::Text { x, y, content, size, anchor, rotate: None, bold: false, color });
    }
    scene.add(Primitive::GroupEnd);
}

/// Some of the values along an axis, the first and the last among them.
fn labels(scene: &mut Scene, along: &Coordinate, at: impl Fn(usize) -> (f64, f64), anchor: TextAnchor) {
    let last = along.values.len().saturating_sub(1);
    let count = LABELS.min(along.values.len());
    let mut places: Vec<usize> =
        (0..count).map(|k| if count > 1 { k * last / (count - 1) } else { 0 }).collect();
    places.dedup();
    for place in places {
        let words = along.values.get(place).map_or_else(String::new, crate::At::words);
        text(scene, at(place), &cut(&words, LABEL), 11, anchor);
    }
}

/// The colours with the values that they stand for.
fn bar(scene: &mut Scene, map: &Map, scale: &Scale, medium: Medium) {
    let (left, _, width, _) = AREA;
    let step = width / COLOURS.len() as f64;
    for (k, colour) in COLOURS.into_iter().enumerate() {
        let x = left + step * k as f64;
        let fill = colour.into();
        let (y, width, height) = (BAR, step + 0.3, BAR_HEIGHT);
        scene.add(Primitive::Rect {
            x,
            y,
            width,
            height,
            fill,
            stroke: None,
            stroke_width: None,
            opacity: None,
        });
    }
    if !scale.low.is_finite() {
        return;
    }
    let y = BAR + BAR_HEIGHT + 14.0;
    text(scene, (left, y), &figure(Some(scale.low)), 11, TextAnchor::Start);
    text(scene, (left + width, y), &figure(Some(scale.high)), 11, TextAnchor::End);
    text(scene, (left + width / 2.0, y), &figure(Some(scale.middle())), 11, TextAnchor::Middle);
    let words = format!(
        "{}, {}{}",
        label(&map.quantity),
        map.statistic,
        if scale.log { ", logarithmic" } else { "" }
    );
    let (x, y, color) = (left + width, BAR - 5.0, Some(medium.colour(Ink::Muted).into()));
    let (size, anchor) = (10, TextAnchor::End);
    scene.add(Primitive::Text { x, y, content: words, size, anchor, rotate: None, bold: false, color });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_follow_values() {
        let tiles = |values: &[f64]| -> Vec<Tile> {
            values.iter().map(|value| Tile { value: Some(*value), ..Tile::default() }).collect()
        };
        let scale = Scale::of(&tiles(&[1e-6, 1e-3, 1.0]));
        assert!(scale.log && (scale.middle() / 1e-3 - 1.0).abs() < 1e-12);
        assert_eq!(
            [1e-6, 1.1e-3, 1.0, f64::INFINITY].map(|v| scale.colour(v)),
            [Some(0), Some(6), Some(11), Some(11)]
        );
        let scale = Scale::of(&tiles(&[-f64::MAX, 0.0, f64::MAX]));
        assert!(!scale.log);
        assert_eq!([-f64::MAX, 0.0, f64::MAX].map(|v| scale.colour(v)), [Some(0), Some(6), Some(11)]);
        assert_eq!(scale.colour(f64::NAN), None);
        assert_eq!(Scale::of(&tiles(&[2.0, 2.0])).colour(2.0), Some(6));
    }
}
