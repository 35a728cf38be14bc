//! What a figure shows, in the units of its data.

use super::axis::Axis;
use super::ink::Ink;

/// Axes and marks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// From back to front.
    pub(crate) marks: Vec<Mark>,
    pub(crate) legend: Vec<Key>,
}

/// Something drawn at values of the axes. Points that an axis cannot show are left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    /// The area between two curves, as (x, low, high).
    Band { points: Vec<(f64, f64, f64)>, ink: Ink },
    /// A broken line.
    Line { points: Vec<(f64, f64)>, stroke: Stroke },
    /// Markers of an estimator.
    Markers { points: Vec<(f64, f64)>, estimator: usize },
    /// Discs behind markers, which show as rings.
    Rings { points: Vec<(f64, f64)>, ink: Ink },
    /// Dots.
    Dots { points: Vec<(f64, f64)>, ink: Ink },
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) ink: Ink,
    pub(crate) width: f64,
    pub(crate) dash: &'static [f64],
}

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) label: String,
    pub(crate) look: Look,
}

/// What stands before the label of a legend's entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Look {
    Line(Stroke),
    Dot(Ink),
}

impl Mark {
    /// Every point that is drawn, for the range of the axes.
    pub(crate) fn points(&self) -> Vec<(f64, f64)> {
        match self {
            Mark::Band { points, .. } => {
                points.iter().flat_map(|&(x, low, high)| [(x, low), (x, high)]).collect()
            }
            Mark::Line { points, .. }
            | Mark::Markers { points, .. }
            | Mark::Rings { points, .. }
            | Mark::Dots { points, .. } => points.clone(),
        }
    }
}
