//! One training set with its target and the predictors trained on it.

use super::axis::Axis;
use super::drawing::{Drawing, Key, Look, Mark, Stroke};
use super::ink::Ink;
use super::risk::line;
use crate::DrawnTrial;

const TARGET: Stroke = Stroke { ink: Ink::Muted, width: 1.4, dash: &[6.0, 3.0] };

/// Data, f* and every f̂ with its spikes; `place` is an estimator's place in the report.
pub(super) fn trial(title: String, trial: &DrawnTrial, place: impl Fn(&str) -> usize) -> Drawing {
    let mut marks = Vec::new();
    let mut legend = vec![
        Key { label: "training data".to_owned(), look: Look::Dot(Ink::Text) },
        Key { label: "target f*".to_owned(), look: Look::Line(TARGET) },
    ];
    for fit in &trial.fits {
        let stroke = Stroke { width: 1.3, ..line(place(&fit.estimator)) };
        marks.push(Mark::Line { points: fit.curve.clone(), stroke });
        legend.push(Key { label: fit.estimator.clone(), look: Look::Line(stroke) });
    }
    marks.push(Mark::Line { points: trial.target_curve.clone(), stroke: TARGET });
    marks.push(Mark::Dots { points: trial.data.clone(), ink: Ink::Text });
    let points = || marks.iter().flat_map(Mark::points);
    let x = Axis::linear("x", points().map(|p| p.0));
    let y = Axis::linear("y", points().map(|p| p.1));
    Drawing { title, x, y, marks, legend }
}
