//! What workers answer of fits, as predictors.

use super::places::ends;
use super::space::{Fitted, Predictor, Report};
use crate::spec::Domain;
use tempered_math::predictor::{self, Knots, Nodes};
use tempered_math::sample::Degenerate;
use tempered_math::{estimator, space};
use tempered_process::{Answer, Answers};

/// The status of a trial that went well; any other is a failure.
const OK: u8 = 0;

/// What a worker is asked to answer.
pub(super) struct Asked {
    pub answers: Answers,
    /// The names of its own metrics.
    pub metrics: Vec<String>,
    /// The place of each among those of the study.
    pub columns: Vec<Option<usize>>,
    /// How many the study has.
    pub own: usize,
}

/// The sizes of one trial.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub n: usize,
    pub d: usize,
    /// Points at which values are asked for.
    pub points: usize,
    pub is_line: bool,
    pub domain: Domain,
}

/// A predictor, or why there is none.
pub type Fit = Result<(Predictor, Report), Degenerate>;

/// What came of one trial.
pub struct Answered {
    /// The predictor, or why there is none.
    pub fit: Fit,
    /// Metrics of programs, one a column of the study.
    pub own: Vec<Option<f64>>,
}

impl Asked {
    /// A trial without an answer.
    pub fn failed(&self, why: Degenerate) -> Answered {
        Answered { fit: Err(why), own: vec![None; self.own] }
    }
}

/// Says what is wrong with an answer to so many trials.
pub(super) fn check(asked: &Asked, answer: &Answer, (count, shape): (usize, Shape)) -> Result<(), String> {
    answer.octets("status", &[count])?;
    match asked.answers {
        Answers::Values => answer.reals("values", &[count, shape.points]).map(drop)?,
        Answers::Weights => {
            answer.reals("weights", &[count, shape.d])?;
            answer.reals("intercept", &[count])?;
        }
        Answers::Knots => knots(answer, count).map(drop)?,
        Answers::Metrics | Answers::Samples => {}
    }
    asked.metrics.iter().try_for_each(|name| answer.reals(&format!("metric.{name}"), &[count]).map(drop))
}

/// Knots of all trials one after the other: where those of each end, their places, and f̂ there.
type AllKnots = (Vec<usize>, Vec<f64>, Vec<f64>);

fn knots(answer: &Answer, count: usize) -> Result<AllKnots, String> {
    let ends: Vec<usize> = answer
        .wholes("knot_ends", &[count])?
        .into_iter()
        .map(|end| usize::try_from(end).unwrap_or(usize::MAX))
        .collect();
    let all = ends.last().copied().unwrap_or(0);
    if !ends.is_sorted() {
        return Err("its array `knot_ends` decreases; expected where the knots of each trial end".into());
    }
    Ok((ends, answer.reals("knot_x", &[all])?, answer.reals("knot_y", &[all])?))
}

/// The trials of an answer that passed [`check`], and texts by their places.
pub(super) fn read<'x>(
    asked: &Asked,
    answer: &Answer,
    (count, shape): (usize, Shape),
    x: impl Fn(usize) -> &'x [f64],
) -> (Vec<Answered>, Vec<(usize, String)>) {
    let status = answer.octets("status", &[count]).unwrap_or_default();
    let reals = |name: &str, shape: &[usize]| answer.reals(name, shape).unwrap_or_default();
    let metrics: Vec<Vec<f64>> =
        asked.metrics.iter().map(|name| reals(&format!("metric.{name}"), &[count])).collect();
    let fits: Box<dyn Fn(usize) -> Fit> = match asked.answers {
        Answers::Values => {
            let values = reals("values", &[count, shape.points]);
            let x = &x;
            Box::new(move |place| {
                of_values(shape, x(place), &values[place * shape.points..(place + 1) * shape.points])
            })
        }
        Answers::Weights => {
            let (weights, intercepts) = (reals("weights", &[count, shape.d]), reals("intercept", &[count]));
            let x = &x;
            Box::new(move |place| {
                of_weights(
                    shape,
                    x(place),
                    (&weights[place * shape.d..(place + 1) * shape.d], intercepts[place]),
                )
            })
        }
        // There is no predictor.
        Answers::Metrics | Answers::Samples => {
            Box::new(|_| Ok((Predictor::default(), Report::Line(estimator::Report::default()))))
        }
        Answers::Knots => {
            let (ends, at, values) = knots(answer, count).unwrap_or_default();
            let x = &x;
            Box::new(move |place| {
                let range = place.checked_sub(1).map_or(0, |before| ends[before])..ends[place];
                of_knots(shape, x(place), (&at[range.clone()], &values[range]))
            })
        }
    };
    let one = |place: usize| {
        let mut fit = if status.get(place) == Some(&OK) { fits(place) } else { Err(Degenerate::Raised) };
        let mut own = vec![None; asked.own];
        for (column, values) in asked.columns.iter().zip(&metrics) {
            if let Some(own) = column.and_then(|column| own.get_mut(column)) {
                // A metric that is no finite number is missing by itself.
                *own = Some(values[place]).filter(|value| value.is_finite() && fit.is_ok());
            }
        }
        // Of a whole trial the status says so.
        let lacks = metrics.iter().position(|values| !values[place].is_finite());
        if let (Answers::Metrics, Ok(_), Some(metric)) = (asked.answers, &fit, lacks) {
            fit = Err(Degenerate::NotFinite(metric));
        }
        Answered { fit, own }
    };
    let read = (0..count).map(one).collect();
    (read, texts(answer))
}

/// Texts of failed trials by their places: a word of JSON.
pub(super) fn texts(answer: &Answer) -> Vec<(usize, String)> {
    let texts = answer.word("errors").and_then(|text| serde_json::from_str(text).ok());
    let texts: std::collections::BTreeMap<String, String> = texts.unwrap_or_default();
    texts.into_iter().filter_map(|(place, text)| Some((place.parse().ok()?, text))).collect()
}

fn finite(values: &[f64]) -> Result<(), Degenerate> {
    values
        .iter()
        .position(|value| !value.is_finite())
        .map_or(Ok(()), |place| Err(Degenerate::NotFinite(place)))
}

fn line(predictor: predictor::Predictor) -> (Predictor, Report) {
    (Predictor::Line(predictor), Report::Line(estimator::Report::default()))
}

fn features(predictor: space::Predictor) -> (Predictor, Report) {
    let fitted = Fitted { predictor, smoother: None, values: None };
    (Predictor::Features(fitted), Report::Features(space::estimator::Report::default()))
}

fn of_values(shape: Shape, x: &[f64], values: &[f64]) -> Fit {
    finite(values)?;
    if shape.is_line {
        let nodes = Nodes::through(&ends(shape.domain, x), values).ok_or(Degenerate::Malformed)?;
        return Ok(line(predictor::Predictor::Smooth(nodes.predictor())));
    }
    let (test, training) = values.split_at(values.len().saturating_sub(shape.n));
    Ok(features(space::Predictor::Values(space::Values { test: test.to_vec(), training: training.to_vec() })))
}

fn of_weights(shape: Shape, x: &[f64], (weights, intercept): (&[f64], f64)) -> Fit {
    finite(weights)?;
    finite(&[intercept])?;
    if !shape.is_line {
        return Ok(features(space::Predictor::Linear { weights: weights.to_vec(), intercept }));
    }
    // On the line a plane is a line through two points.
    let at = [x[0], x[x.len() - 1]];
    let values = at.map(|x| weights[0] * x + intercept);
    of_knots(shape, x, (&at, &values))
}

fn of_knots(shape: Shape, x: &[f64], points: (&[f64], &[f64])) -> Fit {
    if !shape.is_line {
        return Err(Degenerate::Malformed);
    }
    let mut knots = Knots::default();
    knots.join(x, points)?;
    Ok(line(predictor::Predictor::PiecewiseLinear(knots)))
}
