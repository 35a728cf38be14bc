//! Drawings made with the plotting library.

use kuva::backend::svg::SvgBackend;
use kuva::plot::legend::{LegendEntry, LegendPosition, LegendShape};
use kuva::plot::{BandPlot, LinePlot, LineStyle, ScatterPlot};
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, Scene, TextAnchor, render_multiple};

use super::dash::{dashes, distance};
use super::drawing::{Drawing, Key, Look, Mark, Stroke};
use super::ink::{Ink, Medium, PNG_SCALE, marker};

/// The width of a figure. Text of 12 units stays readable when this is fitted to a phone.
const WIDTH: f64 = 440.0;
/// The height of a figure without its legend.
const HEIGHT: f64 = 300.0;
/// The height of one row of the legend.
const ROW: f64 = 17.0;
/// Labels of the legend are cut to this many characters.
const LABEL: usize = 44;
/// Characters of a title: at 13 points, about 7 units each, they fill the width above the axes.
pub(super) const TITLE: usize = 58;
/// The room of a marker in the legend, in heights of its text.
const SIGN: f64 = 1.2;
/// Two columns of the legend have room for labels of this many characters.
const HALF: usize = 18;

/// The markup of a figure in its medium, without the `svg` element's own tags, and its size.
pub(crate) struct Markup {
    pub(crate) inner: String,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A whole SVG file.
pub(crate) fn svg(scene: &Scene) -> String {
    stable(scene, "plot")
}

/// A figure to be put into a page; `id` makes its references unique there.
pub(crate) fn markup(scene: &Scene, id: &str) -> Markup {
    let svg = stable(scene, id);
    let start = svg.find('>').map_or(0, |at| at + 1);
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    Markup { inner: svg[start..end].to_owned(), width: scene.width, height: scene.height }
}

/// The pixels of a PNG file.
pub(crate) fn png(scene: &Scene) -> Result<Vec<u8>, String> {
    kuva::RasterBackend::new().with_scale(PNG_SCALE).render_scene(scene)
}

/// The SVG of a scene. The library numbers clip paths through the life of the process, so they are named anew.
fn stable(scene: &Scene, id: &str) -> String {
    let mut svg = SvgBackend::new().render_scene(scene);
    for element in &scene.elements {
        if let Primitive::ClipStart { id: old, .. } = element {
            svg = svg.replace(&format!("\"{old}\""), &format!("\"{id}-clip\""));
            svg = svg.replace(&format!("#{old})"), &format!("#{id}-clip)"));
        }
    }
    svg
}

/// Everything that is drawn in a medium.
pub(crate) fn scene(drawing: &Drawing, medium: Medium) -> Scene {
    let plots: Vec<Plot> = drawing.marks.iter().flat_map(|mark| plots(drawing, mark, medium)).collect();
    let mut scene = render_multiple(plots, layout(drawing, medium));
    drawing.legend.iter().for_each(|key| tint(&mut scene, key, medium));
    keep_inside(&mut scene);
    scene
}

/// The width of a digit, in heights of its text: digits are as wide as this in the fonts that figures name, and a little less elsewhere.
const DIGIT: f64 = 0.6;

/// Moves texts that would end beyond the right edge: the library centres the last tick of an axis on the end of the axis.
fn keep_inside(scene: &mut Scene) {
    let edge = scene.width;
    for element in &mut scene.elements {
        if let Primitive::Text { x, content, size, anchor: TextAnchor::Middle, rotate: None, .. } = element {
            let half = 0.5 * DIGIT * f64::from(*size) * content.chars().count() as f64;
            // A title is centred on the whole figure, and cut where it is too long.
            if *x > 0.75 * edge {
                *x = x.min(edge - half);
            }
        }
    }
}

/// Gives the marker in an entry of the legend the colour of its line: the library draws text in one colour.
fn tint(scene: &mut Scene, key: &Key, medium: Medium) {
    let Look::Line(Stroke { ink: Ink::Estimator(estimator), .. }) = key.look else { return };
    let entry = entry(key, medium).label;
    let sign = marker(estimator).1;
    let place =
        scene.elements.iter().position(|e| matches!(e, Primitive::Text { content, .. } if *content == entry));
    let Some(Primitive::Text { x, content, size, .. }) =
        place.and_then(|place| scene.elements.get_mut(place))
    else {
        return;
    };
    let Some(label) = content.strip_prefix(sign).map(|label| label.trim_start().to_owned()) else { return };
    // Markers are about as wide as the text is high, in any of the fonts.
    let start = *x;
    *x += SIGN * f64::from(*size);
    *content = label;
    if let Some(Primitive::Text { y, size, anchor, .. }) = place.map(|place| &scene.elements[place]) {
        let (y, size, anchor) = (*y, *size, *anchor);
        let (content, color) = (sign.to_owned(), Some(medium.colour(Ink::Estimator(estimator)).into()));
        scene.add(Primitive::Text { x: start, y, content, size, anchor, rotate: None, bold: false, color });
    }
}

fn layout(drawing: &Drawing, medium: Medium) -> Layout {
    let (x, y) = (drawing.x.ends(), drawing.y.ends());
    let columns = if drawing.legend.iter().all(|key| key.label.chars().count() <= HALF) { 2 } else { 1 };
    let rows = drawing.legend.len().div_ceil(columns) as f64;
    let mut layout = Layout::new(x, y)
        .with_width(WIDTH)
        .with_height(HEIGHT + ROW * rows)
        .with_x_axis_min(x.0)
        .with_x_axis_max(x.1)
        .with_y_axis_min(y.0)
        .with_y_axis_max(y.1)
        .with_x_label(plain(&drawing.x.label))
        .with_y_label(plain(&drawing.y.label))
        .with_x_tick_format(drawing.x.format())
        .with_y_tick_format(drawing.y.format())
        .with_title(plain(&cut(&drawing.title, TITLE)))
        // Sizes of print: a figure is half a column wide.
        .with_title_size(13)
        .with_label_size(12)
        .with_tick_size(11)
        .with_body_size(11)
        .with_grid_line_width(0.75)
        .with_axis_line_width(0.75)
        .with_tick_width(0.75)
        .with_legend_entries(drawing.legend.iter().map(|key| entry(key, medium)).collect())
        .with_legend_position(LegendPosition::OutsideBottomColumns)
        .with_legend_col_limit(columns)
        .with_legend_box(false)
        .with_theme(medium.theme());
    layout.log_x = drawing.x.is_log();
    layout.log_y = drawing.y.is_log();
    layout.x_tick_step = drawing.x.step;
    layout.y_tick_step = drawing.y.step;
    layout
}

fn entry(key: &Key, medium: Medium) -> LegendEntry {
    let label = plain(&cut(&key.label, LABEL));
    match key.look {
        Look::Line(stroke) => LegendEntry {
            label: match stroke.ink {
                Ink::Estimator(i) => format!("{} {label}", marker(i).1),
                _ => label,
            },
            color: medium.colour(stroke.ink),
            shape: LegendShape::Line,
            dasharray: medium.pattern(stroke.dash),
        },
        Look::Dot(ink) => {
            LegendEntry { label, color: medium.colour(ink), shape: LegendShape::Circle, dasharray: None }
        }
    }
}

fn plots(drawing: &Drawing, mark: &Mark, medium: Medium) -> Vec<Plot> {
    match mark {
        Mark::Band { points, ink } => band(drawing, points, &medium.colour(*ink)).into_iter().collect(),
        Mark::Line { points, stroke } => {
            let pattern = medium.pattern(stroke.dash).filter(|_| medium != Medium::Png);
            let style = pattern.map_or(LineStyle::Solid, LineStyle::Custom);
            let line = |points: Vec<(f64, f64)>| {
                let line = LinePlot::new().with_data(points).with_color(medium.colour(stroke.ink));
                line.with_stroke_width(stroke.width).with_line_style(style.clone()).into()
            };
            let runs = runs(drawing, points);
            match medium {
                Medium::Png => {
                    runs.iter().flat_map(|run| dashes(drawing, run, stroke.dash)).map(line).collect()
                }
                Medium::Page | Medium::Svg => runs.into_iter().map(line).collect(),
            }
        }
        Mark::Markers { points, estimator } => {
            let dots = ScatterPlot::new().with_data(runs(drawing, points).concat());
            let dots = dots.with_color(medium.colour(Ink::Estimator(*estimator)));
            vec![dots.with_marker(marker(*estimator).0).with_size(3.2).into()]
        }
        Mark::Rings { points, ink } => {
            let dots = ScatterPlot::new().with_data(runs(drawing, points).concat());
            vec![dots.with_color(medium.colour(*ink)).with_size(5.6).into()]
        }
        Mark::Dots { points, ink } => {
            let dots = ScatterPlot::new().with_data(runs(drawing, points).concat());
            vec![dots.with_color(medium.colour(*ink)).with_size(2.2).into()]
        }
    }
}

/// A band over the points that the axes can show; none for fewer than two.
fn band(drawing: &Drawing, points: &[(f64, f64, f64)], colour: &str) -> Option<Plot> {
    let (bottom, top) = drawing.y.ends();
    let clamp = |value: f64| drawing.y.place(value).unwrap_or(if value > 0.0 { top } else { bottom });
    let placed: Vec<(f64, f64, f64)> = points
        .iter()
        .filter(|point| !point.1.is_nan() && !point.2.is_nan())
        .filter_map(|&(x, low, high)| Some((drawing.x.place(x)?, clamp(low), clamp(high))))
        .collect();
    let band = BandPlot::new(
        placed.iter().map(|p| p.0).collect::<Vec<_>>(),
        placed.iter().map(|p| p.1).collect::<Vec<_>>(),
        placed.iter().map(|p| p.2).collect::<Vec<_>>(),
    );
    (placed.len() > 1).then(|| band.with_color(colour).with_opacity(0.16).into())
}

/// The positions of points, cut where an axis cannot show one, and without those that would fall on the last.
fn runs(drawing: &Drawing, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (i, &(x, y)) in points.iter().enumerate() {
        let Some(position) = drawing.x.place(x).zip(drawing.y.place(y)) else {
            runs.push(Vec::new());
            continue;
        };
        let Some(run) = runs.last_mut() else { continue };
        // Less than two thirds of a pixel apart, points are one dot.
        let near = run.last().is_some_and(|&last| distance(drawing, last, position) < 0.6);
        if !near || i + 1 == points.len() {
            run.push(position);
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Text in which the library sees no formulas: it reads what stands between dollar signs as one.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().replace('$', "\\$")
}

/// Text of so many characters at most.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::axis::{Axis, Direction};
    use crate::figure::risk::line;

    #[test]
    fn marks_in_the_legend_have_the_colour_of_their_lines() {
        let axis = |direction| Axis::log("n", direction, [1.0, 10.0].into_iter());
        let key = |i: usize| Key { label: format!("estimator {i} &"), look: Look::Line(line(i)) };
        let legend = (0..9).map(key).collect();
        let (x, y) = (axis(Direction::Across), axis(Direction::Up));
        let drawing = Drawing { title: "title".into(), x, y, marks: Vec::new(), legend };
        for (medium, scene) in [Medium::Svg, Medium::Page].map(|medium| (medium, scene(&drawing, medium))) {
            for i in 0..9 {
                let sign = scene.elements.iter().filter(|e| match e {
                    Primitive::Text { content, color: Some(color), .. } => {
                        content == marker(i).1 && color.to_svg_string() == medium.colour(Ink::Estimator(i))
                    }
                    _ => false,
                });
                // Markers come round after seven, colours after eight.
                assert_eq!(sign.count(), 1, "{i}");
            }
            let label = |e: &&Primitive| matches!(e, Primitive::Text { content, .. } if content.starts_with("estimator"));
            assert_eq!(scene.elements.iter().filter(label).count(), 9);
        }
    }
}
