//! Curves: one quantity along one coordinate, with its extremes and its course.

use serde::{Serialize, Serializer};

use super::axis::Key;
use super::compare::{ANY, BEST, Chances, Estimate, of_means, of_medians};
use super::gather::{Gathered, Quantity};
use crate::coordinates::{Coordinate, Coordinates};
use crate::growth::weigh::{Growth, Of, grow};
use crate::level::Level;
use crate::options::Options;
use crate::sample::collect::Sample;
use crate::sample::confidence::Confidence;
use crate::sample::point::{Point as GrownPoint, generator};
use crate::sample::replicates::Replicates;
use crate::sample::statistic::Statistic;
use std::sync::Arc;

/// The share of a sample equal to its median from which on the mean is the statistic, as medians change in jumps: the 95 %
/// interval of a median of 400 values spans ± 0.049 in ranks, so that with this share both of its ends are one value.
const TIED: f64 = 0.1;
/// The share of failed trials above which the mean of the others is not a reliable estimate.
const MOST_FAILED: f64 = 0.05;

/// Values that differ relatively by less than this are equal. The same number by two routes, or the mean of equal numbers, differs by
/// a few units of the last place, which no standard error knows of: 2⁻⁴³ is a thousand of them.
const ROUNDING: f64 = 1.1e-13;

/// One quantity of one estimator on one kind of data, along a coordinate.
///
/// As JSON an object with its fields; missing and infinite values are `null`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// The column of the quantity, or `failed`, the share of failed trials.
    pub quantity: String,
    /// The coordinate of the curve.
    pub along: String,
    /// The estimator's full name; like all labels here without the coordinate of the curve.
    pub estimator: String,
    /// The design's label.
    pub design: String,
    /// The target's label.
    pub target: String,
    /// The noise's label.
    pub noise: String,
    /// The size of training sets; `None` where it varies along the curve.
    pub n: Option<u64>,
    /// The coordinates that distinguish this curve from others, by name.
    pub coordinates: Coordinates,
    /// The statistic by which positions are compared.
    pub statistic: Statistic,
    /// Whether all positions have the same samples, so that differences are paired.
    pub paired: bool,
    /// The positions: numbers ascending, words in the order of the study.
    pub points: Vec<Point>,
    /// The minimum; `None` where fewer than two positions have a value.
    pub minimum: Option<Extreme>,
    /// The maximum, likewise.
    pub maximum: Option<Extreme>,
    /// The course from the first position to the last; `None` along words.
    pub course: Option<Course>,
    /// The law of growth of the mean along n, of a metric of a program; `None` for fewer than three sizes, and where a mean is not
    /// surely positive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth: Option<Growth>,
}

/// A position of a curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The coordinate; `None` for an estimator without it.
    pub at: Option<Coordinate>,
    /// The median or the mean, by the statistic of the curve.
    pub value: Option<f64>,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// Whether the value is a share of trials, whose interval is Wilson's: all values are 0 or 1.
    pub is_share: bool,
    /// The same by theory, where it is known.
    pub theory: Option<f64>,
    /// The size of its samples and the key of their cell, `40:66647cd15f1dc08f`.
    #[serde(skip)]
    pub cell: Arc<str>,
    /// The statistics of the trials.
    pub level: Level,
}

/// The minimum or the maximum of a curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Extreme {
    /// The index of the estimate among the points.
    pub place: usize,
    /// The indices of the points that are not significantly different from it: a confidence set for the true extreme, at
    /// the confidence of the summary.
    pub among: Vec<usize>,
    /// Whether points on both sides are significantly different from it, so that it is an interior minimum or maximum.
    pub inside: bool,
}

/// The course of a curve from its first position to its last, with the confidence of the summary for all steps together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Every step is significantly upward.
    Increasing,
    /// Every step is significantly downward.
    Decreasing,
    /// There are significant steps upward and downward.
    NotMonotone,
    /// There are significant steps upward, and none downward.
    Rising,
    /// There are significant steps downward, and none upward.
    Falling,
    /// There is no significant step.
    Undecided,
}

impl Course {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Course::Increasing => "increases",
            Course::Decreasing => "decreases",
            Course::NotMonotone => "not monotone",
            Course::Rising => "rises, steps open",
            Course::Falling => "falls, steps open",
            Course::Undecided => "undecided",
        }
    }

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Course::Increasing => "increasing",
            Course::Decreasing => "decreasing",
            Course::NotMonotone => "not_monotone",
            Course::Rising => "rising",
            Course::Falling => "falling",
            Course::Undecided => "undecided",
        }
    }
}

impl Serialize for Course {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A position of an incomplete curve.
pub(crate) struct Draft {
    at: Option<Coordinate>,
    /// The name of the samples, which positions of one cell share.
    cell: Arc<str>,
    median: Option<Estimate>,
    mean: Option<Estimate>,
    /// Whether so many values equal the median that the mean is the statistic.
    tied: bool,
    /// Whether all values are 0 or 1.
    is_share: bool,
    /// Values of the first trials by their number, NaN for missing ones.
    head: Vec<f64>,
    level: Level,
}

impl Draft {
    /// The position from its gathered values; `None` where the quantity does not apply to the estimator.
    pub fn of(
        (n, cell, at): (u64, Arc<str>, Option<Coordinate>),
        quantity: &Quantity,
        gathered: Gathered,
        chances: &Chances,
        options: &Options,
    ) -> Option<Draft> {
        let Gathered { sample, reasons, head, .. } = gathered;
        let mut level = Level::of(n, &sample, &reasons, options);
        // Pages do not draw distributions of curves, and there may be many.
        level.outline = Vec::new();
        if sample.ordered.count() == 0 && reasons.keys().all(|word| word == crate::read::samples::MISSING) {
            return None;
        }
        let whole = (level.failed - level.censored) as f64 <= MOST_FAILED * sample.rows as f64;
        let is_share = quantity.is_share() || quantity.own && are_truths(&sample);
        let mean =
            if is_share { Estimate::of_share(&sample, chances) } else { Estimate::of_mean(&sample, chances) };
        level.mean_trusted &= whole && sample.ordered.count() >= super::compare::LEAST_VALUES;
        Some(Draft {
            at,
            cell,
            median: Estimate::of_median(&sample, chances),
            mean,
            tied: is_tied(&sample),
            is_share,
            head,
            level,
        })
    }

    fn estimate(&self, statistic: Statistic) -> Option<&Estimate> {
        match statistic {
            Statistic::Median => self.median.as_ref(),
            Statistic::Mean => self.mean.as_ref(),
        }
    }
}

/// Whether all values of a sample are 0 or 1.
fn are_truths(sample: &Sample) -> bool {
    let ordered = &sample.ordered;
    let Some(last) = ordered.count().checked_sub(1) else { return false };
    let [low, high] = [ordered.get(0), ordered.get(last)];
    let runs = if low == high {
        ordered.tied(0)
    } else {
        ordered.tied(0).zip(ordered.tied(last)).map(|(a, b)| a + b)
    };
    let is_truth = |value: Option<f64>| matches!(value, Some(0.0 | 1.0));
    is_truth(low) && is_truth(high) && runs == Some(ordered.count())
}

fn is_tied(sample: &Sample) -> bool {
    let (count, tied) = (sample.ordered.count(), sample.ordered.tied(sample.ordered.count() / 2));
    tied.is_some_and(|tied| tied as f64 > TIED * count as f64)
}

/// The positions of a curve that have a value, and their comparisons.
struct Compared<'a> {
    statistic: Statistic,
    /// Their indices among the points.
    places: Vec<usize>,
    drafts: &'a [Draft],
}

impl Compared<'_> {
    fn estimate(&self, k: usize) -> Option<&Estimate> {
        self.drafts[self.places[k]].estimate(self.statistic)
    }

    /// Whether position a is significantly above position b.
    fn above(&self, a: usize, b: usize, at: usize) -> bool {
        let (Some(first), Some(second)) = (self.estimate(a), self.estimate(b)) else { return false };
        let least = ROUNDING * first.value.abs().max(second.value.abs());
        if first.value <= second.value || first.value - second.value <= least && least.is_finite() {
            return false;
        }
        let [x, y] = [&self.drafts[self.places[a]], &self.drafts[self.places[b]]];
        let correlation = match self.statistic {
            // Samples of different cells are independent.
            _ if x.cell != y.cell => 0.0,
            Statistic::Median => of_medians(&x.head, &y.head, [first.value, second.value]),
            Statistic::Mean => of_means(&x.head, &y.head),
        };
        first.exceeds(second, at, correlation)
    }

    /// The minimum, or the maximum. A position is excluded from the set where it is significantly different from the
    /// estimate: the probability of excluding the true extreme is at most that of an error in one of its comparisons.
    fn extreme(&self, largest: bool) -> Option<Extreme> {
        let value = |k: usize| self.estimate(k).map_or(f64::NAN, |estimate| estimate.value);
        let sign = if largest { -1.0 } else { 1.0 };
        let best = (0..self.places.len()).min_by(|a, b| (sign * value(*a)).total_cmp(&(sign * value(*b))))?;
        let apart = |k: usize| if largest { self.above(best, k, BEST) } else { self.above(k, best, BEST) };
        let apart: Vec<bool> = (0..self.places.len()).map(apart).collect();
        let numbers = self
            .places
            .iter()
            .all(|place| self.drafts[*place].at.as_ref().is_some_and(|at| at.number().is_some()));
        Some(Extreme {
            place: self.places[best],
            among: (0..apart.len()).filter(|k| !apart[*k]).map(|k| self.places[k]).collect(),
            inside: numbers && apart[..best].contains(&true) && apart[best..].contains(&true),
        })
    }

    /// The course, from steps between neighbours and differences from the extremes, which have more power than small steps.
    fn course(&self, extremes: [&Extreme; 2]) -> Course {
        let ends = extremes.map(|extreme| self.places.iter().position(|place| *place == extreme.place));
        let last = self.places.len() - 1;
        let ways =
            ends.into_iter().flatten().flat_map(|end| (0..=last).map(move |k| (k.min(end), k.max(end))));
        let (mut up, mut down) = (false, false);
        for (a, b) in ways.filter(|(a, b)| a != b) {
            up |= self.above(b, a, ANY);
            down |= self.above(a, b, ANY);
        }
        let (mut all_up, mut all_down) = (true, true);
        for k in 0..last {
            let (rises, falls) = (self.above(k + 1, k, ANY), self.above(k, k + 1, ANY));
            (up, down) = (up | rises, down | falls);
            (all_up, all_down) = (all_up & rises, all_down & falls);
        }
        match (up, down) {
            (true, true) => Course::NotMonotone,
            (true, false) if all_up => Course::Increasing,
            (false, true) if all_down => Course::Decreasing,
            (true, false) => Course::Rising,
            (false, true) => Course::Falling,
            (false, false) => Course::Undecided,
        }
    }
}

impl Curve {
    /// A curve from its positions, in order.
    pub(crate) fn of(
        key: &Key,
        along: &str,
        coordinates: Coordinates,
        (quantity, statistic): (&Quantity, Option<Statistic>),
        drafts: Vec<Draft>,
    ) -> Curve {
        let tied = !quantity.is_error() && drafts.iter().any(|draft| draft.tied);
        let statistic = match statistic {
            _ if quantity.is_share() => Statistic::Mean,
            Some(asked) => asked,
            // What a Monte Carlo study asks of its metrics is their expectation.
            None if quantity.own => Statistic::Mean,
            None if tied => Statistic::Mean,
            None => Statistic::Median,
        };
        let places = (0..drafts.len()).filter(|place| drafts[*place].estimate(statistic).is_some()).collect();
        let compared = Compared { statistic, places, drafts: &drafts };
        let several = compared.places.len() > 1;
        let [minimum, maximum] = [false, true].map(|largest| compared.extreme(largest).filter(|_| several));
        let ordered = drafts.iter().all(|draft| draft.at.as_ref().is_some_and(|at| at.number().is_some()));
        let course = minimum.as_ref().zip(maximum.as_ref()).filter(|_| ordered);
        let course = course.map(|(minimum, maximum)| compared.course([minimum, maximum]));
        let paired = drafts.windows(2).all(|pair| pair[0].cell == pair[1].cell);
        let [estimator, design, target, noise] = key.labels.each_ref().map(ToString::to_string);
        Curve {
            quantity: quantity.name.clone(),
            along: along.to_owned(),
            estimator,
            design,
            target,
            noise,
            n: key.n,
            coordinates,
            statistic,
            paired,
            points: drafts.into_iter().map(|draft| draft.point(statistic, quantity)).collect(),
            minimum,
            maximum,
            course,
            growth: None,
        }
    }

    /// The curve with the law of growth of its means, where it is along n.
    pub(crate) fn with_growth(self, normals: &Replicates, options: &Options) -> Curve {
        let labels = self.labels();
        let mut rng = generator(options.seed, &[labels[0], labels[1], labels[2], labels[3], &self.quantity]);
        let mut one = |point: &Point| {
            let (mean, error) = point.level.mean.zip(point.level.mean_se.filter(|error| *error > 0.0))?;
            GrownPoint::of_mean(point.level.n, mean, error, normals, &mut rng)
        };
        // One mean that may be 0 or negative is enough for there to be no law of powers.
        let points: Option<Vec<GrownPoint>> = self.points.iter().map(&mut one).collect();
        let growth = points
            .and_then(|points| grow(&points, Of::Fitted(f64::INFINITY), Confidence(options.confidence)));
        Curve { growth, ..self }
    }

    /// Its course in words; an interior minimum or maximum is named instead of "not monotone". Empty along words.
    pub fn words(&self) -> &'static str {
        let inside = |extreme: &Option<Extreme>| extreme.as_ref().is_some_and(|extreme| extreme.inside);
        match (self.course, inside(&self.minimum), inside(&self.maximum)) {
            (Some(Course::NotMonotone), true, true) => "valley and peak",
            (Some(Course::NotMonotone), true, false) => "falls, then rises",
            (Some(Course::NotMonotone), false, true) => "rises, then falls",
            (course, ..) => course.map_or("", Course::words),
        }
    }

    /// The labels that distinguish this curve from others of its quantity and n.
    pub(crate) fn labels(&self) -> [&str; 4] {
        [&self.estimator, &self.design, &self.target, &self.noise]
    }
}

impl Draft {
    fn point(mut self, statistic: Statistic, quantity: &Quantity) -> Point {
        let estimate = self.estimate(statistic).copied();
        let (low, high) = estimate.as_ref().map_or((None, None), Estimate::shown);
        // Without a tail index the mean of an error, whose tail may be heavy, is not trusted; counts and shares are bounded.
        self.level.mean_trusted &= statistic == Statistic::Mean && !quantity.is_error();
        let value = estimate.map(|estimate| estimate.value);
        let is_share = self.is_share && statistic == Statistic::Mean;
        Point { at: self.at, value, low, high, is_share, theory: None, cell: self.cell, level: self.level }
    }
}
