//! Chains of fits, each trained on what the one before says.

use super::direction::{self, Direction};
use super::{Target, Truth};
use crate::catalogue::{Entry, Invalid, Kind, Parameter, Value};
use crate::sample::Degenerate;
use crate::space::design::Design;
use crate::space::estimator::Linear as Regression;
use crate::space::{Points, Predictor, Sample};
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "chain",
    summary: "a linear target whose labels are made by a chain of fits, each to labels of the one before (model collapse)",
    parameters: || {
        let [direction, weights] = direction::parameters();
        let whole = |name, summary, low, high, default| Parameter {
            name,
            summary,
            kind: Kind::Whole { low, high },
            default,
        };
        let real = |name, summary, default| Parameter {
            name,
            summary,
            kind: Kind::Real { low: 0.0, closed: true, high: f64::INFINITY },
            default: Some(default),
        };
        vec![
            // A trial fits them one after the other; a thousand of 100 features are seconds.
            whole("generations", "how many fits lie between the target and the labels", 0, 1000, None),
            Parameter {
                name: "labels",
                summary: "each generation replaces the data of the one before, or they accumulate in the sample",
                kind: Kind::Word(&["replaced", "accumulated"]),
                default: Some(Value::Word("replaced")),
            },
            whole(
                "points",
                "points of each generation, for labels: replaced",
                1,
                1_000_000,
                Some(Value::Unset),
            ),
            real(
                "sd",
                "of the normal noise of each generation, for labels: replaced; 1 by itself",
                Value::Unset,
            ),
            real("lambda", "ridge of each fit; 0 is least squares, or the minimum norm", Value::Real(0.0)),
            Parameter::positive("norm", "length of w*"),
            direction,
            weights,
        ]
    },
    build: |values| {
        let labels = labels(&values[1], &values[2], &values[3])?;
        let direction = direction::build(&values[6], &values[7])?;
        let (generations, lambda, norm) = (values[0].whole() as usize, values[4].real(), values[5].real());
        Ok(Box::new(Chain { generations, labels, lambda, norm, direction }))
    },
};

/// Where the data of each generation come from.
enum Labels {
    /// So many points of its own, with noise of this standard deviation.
    Replaced { points: usize, sd: f64 },
    /// A part of the sample, whose earlier parts it is fitted to as well.
    Accumulated,
}

fn labels(word: &Value, points: &Value, sd: &Value) -> Result<Labels, Invalid> {
    let only = "is for labels: replaced; accumulated generations are parts of the sample";
    match (word.word(), points, sd) {
        ("accumulated", Value::Unset, Value::Unset) => Ok(Labels::Accumulated),
        ("accumulated", Value::Unset, _) => Err(Invalid { parameter: "sd", expected: only }),
        ("accumulated", _, _) => Err(Invalid { parameter: "points", expected: only }),
        (_, Value::Unset, _) => {
            Err(Invalid { parameter: "points", expected: "must be given for labels: replaced" })
        }
        (_, points, Value::Unset) => Ok(Labels::Replaced { points: points.whole() as usize, sd: 1.0 }),
        (_, points, sd) => Ok(Labels::Replaced { points: points.whole() as usize, sd: sd.real() }),
    }
}

/// f*(x) = w*·x, and labels ŵ_N·x + ε after N generations.
///
/// # Formula
/// Replaced: ŵ_0 = w*, and ŵ_g is the ridge regression on T points with labels ŵ_{g−1}·x + sd · N(0, 1), all drawn anew. Accumulated:
/// the sample is cut into N + 1 parts in its order, the first n mod (N + 1) of which have a point more; labels of part g are
/// ŵ_g·x + ε with ŵ_0 = w*, and ŵ_g fits parts 0 … g − 1.
/// With least squares in x ~ N(0, I_d), expectations of ‖ŵ − w*‖² are those of [`collapse`](crate::space::theory::collapse).
/// # Errors
/// A generation that has no fit leaves labels that are no numbers: the trial fails with `not_finite`.
/// # Cost
/// That of N fits.
/// # Source
/// Dohmatob, Feng & Kempe, arXiv 2402.07712 (2024); Gerstgrasser et al., arXiv 2404.01413 (2024), on data that accumulate.
struct Chain {
    generations: usize,
    labels: Labels,
    lambda: f64,
    norm: f64,
    direction: Direction,
}

impl Target for Chain {
    fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64]) -> Truth {
        Truth::Linear { weights: self.direction.draw(rng, spectrum, self.norm) }
    }

    fn is_fixed(&self) -> bool {
        self.direction.is_fixed()
    }

    fn check(&self, d: usize) -> Result<(), String> {
        self.direction.check(d)
    }

    fn labels_are_of_truth(&self) -> bool {
        self.generations == 0
    }

    fn label(&self, rng: &mut ChaCha8Rng, design: &dyn Design, truth: &Truth, x: Points<'_>, y: &mut [f64]) {
        let labelled = match self.labels {
            Labels::Replaced { points, sd } => {
                self.replaced(rng, design, (truth, x.d()), (points, sd)).map(|last| {
                    add(&last, x, y);
                })
            }
            Labels::Accumulated => self.accumulated(design, truth, x, y),
        };
        if labelled.is_err() {
            y.fill(f64::NAN);
        }
    }
}

impl Chain {
    /// The last of the fits.
    fn replaced(
        &self,
        rng: &mut ChaCha8Rng,
        design: &dyn Design,
        (truth, d): (&Truth, usize),
        (points, sd): (usize, f64),
    ) -> Result<Predictor, Degenerate> {
        let mut last = plane(truth, d);
        let mut regression = Regression::new(self.lambda, false);
        let (mut x, mut y) = (vec![0.0; points * d], vec![0.0; points]);
        for _ in 0..self.generations {
            design.fill(rng, d, &mut x);
            fill_normal(rng, sd, &mut y);
            let points = Points::new(d, &x)?;
            add(&last, points, &mut y);
            let sample = Sample::new(points, &y)?.with_tail(design.spectrum_tail(d));
            regression.fit(sample, &mut last)?;
        }
        Ok(last)
    }

    /// Labels part after part.
    fn accumulated(
        &self,
        design: &dyn Design,
        truth: &Truth,
        x: Points<'_>,
        y: &mut [f64],
    ) -> Result<(), Degenerate> {
        let (n, d, parts) = (x.n(), x.d(), self.generations + 1);
        if n < parts {
            return Err(Degenerate::Scarce);
        }
        let mut last = plane(truth, d);
        let mut regression = Regression::new(self.lambda, false);
        let mut start = 0;
        for part in 0..parts {
            let end = start + n / parts + usize::from(part < n % parts);
            let rows = Points::new(d, &x.values()[start * d..end * d])?;
            add(&last, rows, &mut y[start..end]);
            if end < n {
                let seen = Points::new(d, &x.values()[..end * d])?;
                let sample = Sample::new(seen, &y[..end])?.with_tail(design.spectrum_tail(d));
                regression.fit(sample, &mut last)?;
            }
            start = end;
        }
        Ok(())
    }
}

fn plane(truth: &Truth, d: usize) -> Predictor {
    let weights = truth.weights().filter(|weights| !weights.is_empty());
    Predictor::Linear { weights: weights.map_or_else(|| vec![0.0; d], <[f64]>::to_vec), intercept: 0.0 }
}

/// Adds f̂ to each label.
fn add(predictor: &Predictor, x: Points<'_>, y: &mut [f64]) {
    x.rows().zip(y).for_each(|(row, y)| *y += predictor.value(row));
}
