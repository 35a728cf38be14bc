//! Colours, dashes and markers, on a page and on paper.

use kuva::Theme;
use kuva::plot::scatter::MarkerShape;

/// Pixels of a PNG file for each unit of a figure.
pub(crate) const PNG_SCALE: f32 = 3.0;

/// Okabe and Ito's colours for the colour-blind, dark enough for thin lines on white. The page's style sheet has
/// the same in the same order, and their dark twins.
const COLOURS: [&str; 8] =
    ["#0072b2", "#d55e00", "#00805c", "#b5548f", "#8a6500", "#4b3fa7", "#2a8fc4", "#5f5f5f"];
const DASHES: [&[f64]; 6] = [&[], &[7.0, 3.0], &[2.0, 2.5], &[9.0, 3.0, 2.0, 3.0], &[4.0, 2.0], &[13.0, 4.0]];
const MARKERS: [(MarkerShape, &str); 7] = [
    (MarkerShape::Circle, "●"),
    (MarkerShape::Square, "■"),
    (MarkerShape::Triangle, "▲"),
    (MarkerShape::Diamond, "◆"),
    (MarkerShape::TriangleDown, "▼"),
    (MarkerShape::Star, "★"),
    (MarkerShape::Cross, "✕"),
];

/// Where a figure is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    /// In the page: colours are its style sheet's variables, so that they follow light and dark.
    Page,
    /// In an SVG file: dark on white.
    Svg,
    /// In a PNG file: the same.
    Png,
}

/// What a mark is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The colour of an estimator, by its place in the report.
    Estimator(usize),
    /// The colour of text.
    Text,
    /// Between text and grid.
    Muted,
    /// What lies behind thin lines.
    Faint,
}

/// The dash of an estimator, by its place in the report. The numbers of colours, dashes and markers differ, so
/// estimators look different far beyond eight.
pub(crate) fn dash(estimator: usize) -> &'static [f64] {
    DASHES[estimator % DASHES.len()]
}

/// The marker of an estimator and a character that looks like it.
pub(crate) fn marker(estimator: usize) -> (MarkerShape, &'static str) {
    MARKERS[estimator % MARKERS.len()]
}

impl Medium {
    /// A colour.
    pub(crate) fn colour(self, ink: Ink) -> String {
        match (self, ink) {
            (Medium::Page, Ink::Estimator(i)) => format!("var(--series-{})", i % COLOURS.len()),
            (Medium::Page, Ink::Text) => "var(--ink)".to_owned(),
            (Medium::Page, Ink::Muted) => "var(--muted)".to_owned(),
            (Medium::Page, Ink::Faint) => "var(--faint)".to_owned(),
            (_, Ink::Faint) => "#c6c6c1".to_owned(),
            (_, Ink::Estimator(i)) => COLOURS[i % COLOURS.len()].to_owned(),
            (_, Ink::Text) => "#1a1a1a".to_owned(),
            (_, Ink::Muted) => "#6b6b6b".to_owned(),
        }
    }

    /// A dash pattern as the plotting library takes it, which is in pixels for PNG; none for a solid line.
    pub(crate) fn pattern(self, dash: &[f64]) -> Option<String> {
        let scale = if self == Medium::Png { 2.0 } else { 1.0 };
        let lengths: Vec<String> = dash.iter().map(|length| (length * scale).to_string()).collect();
        (!lengths.is_empty()).then(|| lengths.join(" "))
    }

    /// The colours of everything but the marks.
    pub(crate) fn theme(self) -> Theme {
        let page = self == Medium::Page;
        let pick =
            |variable: &str, colour: &str| if page { format!("var({variable})") } else { colour.to_owned() };
        let ink = self.colour(Ink::Text);
        Theme {
            background: if page { "none" } else { "#ffffff" }.to_owned(),
            axis_color: pick("--muted", "#6b6b6b"),
            grid_color: pick("--grid", "#e6e6e6"),
            tick_color: pick("--muted", "#6b6b6b"),
            text_color: ink,
            legend_bg: "none".to_owned(),
            legend_border: "none".to_owned(),
            font_family: Some("Inter, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif".to_owned()),
            ..Theme::light()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_has_the_colours_of_paper() {
        let css = include_str!("../page/page.css");
        for (i, colour) in COLOURS.iter().enumerate() {
            assert!(css.contains(&format!("--series-{i}: {colour};")), "{i}");
            assert_eq!(css.matches(&format!("--series-{i}: ")).count(), 2, "light and dark of {i}");
        }
    }

    #[test]
    fn forty_estimators_differ() {
        let look = |i: usize| (i % COLOURS.len(), i % DASHES.len(), i % MARKERS.len());
        for i in 0..40 {
            assert!((0..i).all(|j| look(i) != look(j)), "{i}");
        }
    }
}
