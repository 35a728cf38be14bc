//! Performance of estimates: bias, variability, error and coverage, each with its Monte Carlo standard error.
//!
//! With estimates θ̂_i of θ in N trials, θ̄ their mean, intervals [l_i, u_i] and stated standard errors s_i:
//!
//! | figure | value | Monte Carlo standard error |
//! |---|---|---|
//! | bias | θ̄ − θ | √(Σ(θ̂_i − θ̄)²/(N(N − 1))) |
//! | empirical standard error E | √(Σ(θ̂_i − θ̄)²/(N − 1)) | E/√(2(N − 1)) |
//! | mean squared error M | Σ(θ̂_i − θ)²/N | √(Σ((θ̂_i − θ)² − M)²/(N(N − 1))) |
//! | stated standard error S | √(Σs_i²/N) | √(V/(4NS²)), V the variance of the s_i² |
//! | its relative error | S/E − 1 | S/E √(V/(4NS⁴) + 1/(2(N − 1))) |
//! | coverage C | share of l_i ≤ θ ≤ u_i | √(C(1 − C)/N) |
//! | coverage of the mean | share of l_i ≤ θ̄ ≤ u_i | likewise |
//!
//! Where the truth differs between trials, as that of a random target, θ̂_i − θ_i takes the place of θ̂_i − θ, and θ_i + bias that of θ̄.
//!
//! Source: Morris, White & Crowther (2019), Statistics in Medicine 38, Table 6.

use rayon::prelude::*;
use serde::Serialize;

use crate::coordinates::{Coordinates, Interner};
use crate::error::Error;
use crate::estimand::{Estimand, Truth};
use crate::options::Options;
use crate::read::blocks::groups;
use crate::read::order::in_order;
use crate::read::scan::{Partition, Scan};
use crate::sample::confidence::standard_errors;
use crate::sample::moments::Moments;
use crate::sample::share::share_interval;

/// A value with its Monte Carlo standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The value.
    pub value: f64,
    /// Its standard error over the trials; `None` for fewer than two.
    pub error: Option<f64>,
}

/// What the estimates of an estimand by one estimator in one cell are worth. As JSON an object with its fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Performance {
    /// The name of the estimand.
    pub estimand: String,
    /// The estimator's full name.
    pub estimator: String,
    /// The design's label.
    pub design: String,
    /// The target's label.
    pub target: String,
    /// The noise's label.
    pub noise: String,
    /// The size of the cell.
    pub n: u64,
    /// The coordinates of estimator and cell, by name.
    pub coordinates: Coordinates,
    /// Trials.
    pub trials: u64,
    /// Trials without an estimate or without a truth.
    pub failed: u64,
    /// The true value, where it is the same in all trials.
    pub truth: Option<f64>,
    /// The mean estimate minus the truth.
    pub bias: Option<Figure>,
    /// The standard deviation of estimates.
    pub empirical_se: Option<Figure>,
    /// The mean squared error.
    pub mse: Option<Figure>,
    /// The root mean square of stated standard errors.
    pub model_se: Option<Figure>,
    /// How far these are from the empirical one, relative.
    pub model_se_error: Option<Figure>,
    /// The share of intervals that hold the truth.
    pub coverage: Option<Figure>,
    /// The ends of Wilson's interval for this share, at the confidence of the options.
    pub coverage_interval: Option<[f64; 2]>,
    /// The share of intervals that hold the mean estimate: coverage without bias.
    pub coverage_of_mean: Option<Figure>,
}

/// The performance of every estimand, estimator and cell, in the order of the options; estimators that do not answer its metrics have
/// none.
///
/// # Cost
/// Each metric of an estimand is read once, the ends of intervals twice.
pub(crate) fn performances(scan: &Scan, options: &Options) -> Result<Vec<Performance>, Error> {
    let ranks = options.order.ranks(scan.partitions.iter().map(Partition::names));
    let mut partitions: Vec<&Partition> = scan.partitions.iter().collect();
    partitions.sort_by_cached_key(|partition| (ranks.of(partition.names()), partition.n));
    let mut known = Interner::default();
    let mut all = Vec::new();
    for estimand in &options.estimands {
        let one = |partition: &&Partition| performance(partition, estimand, options.confidence);
        let found = in_order(partitions.par_iter().map(one))?;
        all.extend(partitions.iter().zip(found).filter_map(|(partition, found)| {
            Some(Performance { coordinates: known.of(partition.values()), ..found? })
        }));
    }
    Ok(all)
}

/// What is gathered of a partition.
#[derive(Default)]
struct Sums {
    trials: u64,
    is_there: bool,
    estimates: Moments,
    errors: Moments,
    squares: Moments,
    variances: Moments,
    /// Intervals, those that hold the truth, and those that hold the mean.
    intervals: [u64; 3],
}

/// The columns of an estimand in one row group, NaN where there is no number.
struct Rows {
    estimate: Vec<f64>,
    truth: Vec<f64>,
    ends: Option<[Vec<f64>; 2]>,
    standard_error: Option<Vec<f64>>,
}

fn performance(
    partition: &Partition,
    estimand: &Estimand,
    confidence: f64,
) -> Result<Option<Performance>, Error> {
    let truth = match &estimand.truth {
        Truth::Cells(cells) => match cells.get(&partition.cell) {
            // Of cells that the study does not ask for any more the truth is not known.
            None => return Ok(None),
            truth => truth.copied(),
        },
        Truth::Metric(_) => None,
    };
    let mut sums = Sums::default();
    each(partition, estimand, truth, |rows, count| sums.add(rows, count))?;
    if !sums.is_there {
        return Ok(None);
    }
    let bias = sums.errors.mean().map(|mean| mean.value);
    if let (Some(bias), Some(_)) = (bias, &estimand.interval) {
        each(partition, estimand, truth, |rows, _| sums.count_of_mean(rows, bias))?;
    }
    let [estimator, design, target, noise] = partition.names().map(str::to_owned);
    let performance = Performance {
        estimand: estimand.name.clone(),
        estimator,
        design,
        target,
        noise,
        n: partition.n,
        // Set by the caller, where coordinates are shared.
        coordinates: Coordinates::default(),
        trials: sums.trials,
        failed: sums.trials - sums.errors.count() as u64,
        truth,
        bias: sums.errors.mean().map(|mean| Figure { value: mean.value, error: mean.error }),
        empirical_se: sums.empirical(),
        mse: sums.squares.mean().map(|mean| Figure { value: mean.value, error: mean.error }),
        model_se: sums.model(),
        model_se_error: sums.model_error(),
        coverage: sums.share(1),
        coverage_interval: sums.share(1).map(|share| {
            let errors = standard_errors(confidence);
            share_interval(share.value, sums.intervals[0] as f64, errors).into()
        }),
        coverage_of_mean: sums.share(2),
    };
    Ok(Some(performance))
}

/// Calls `take` with the rows of each row group that has the estimate, and with the number of its trials.
fn each(
    partition: &Partition,
    estimand: &Estimand,
    truth: Option<f64>,
    mut take: impl FnMut(&Rows, u64),
) -> Result<(), Error> {
    let mut names = vec![estimand.estimate.as_str()];
    if let Truth::Metric(name) = &estimand.truth {
        names.push(name);
    }
    names.extend(estimand.interval.iter().flatten().map(String::as_str));
    names.extend(estimand.standard_error.as_deref());
    for group in groups(&partition.files) {
        let (file, group) = group?;
        let block = file.read(group, &names)?;
        let trials = block.trials.end - block.trials.start;
        let mut columns = block.columns.into_iter();
        let missing = || vec![f64::NAN; usize::try_from(trials).unwrap_or(0)];
        let mut next = || columns.next().flatten().unwrap_or_else(missing);
        let estimate = next();
        let truth = match truth {
            Some(truth) => vec![truth; estimate.len()],
            None => next(),
        };
        let ends = estimand.interval.as_ref().map(|_| [next(), next()]);
        let standard_error = estimand.standard_error.as_ref().map(|_| next());
        take(&Rows { estimate, truth, ends, standard_error }, trials);
    }
    Ok(())
}

impl Rows {
    /// The ends of each interval with the truth, where all are numbers.
    fn intervals(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        let ends = self.ends.iter().flat_map(|[low, high]| low.iter().zip(high));
        let all = ends.zip(&self.truth).map(|((low, high), truth)| (*low, *high, *truth));
        all.filter(|(low, high, truth)| !(low + high + truth).is_nan())
    }
}

impl Sums {
    fn add(&mut self, rows: &Rows, trials: u64) {
        self.trials += trials;
        let pairs = rows.estimate.iter().zip(&rows.truth).filter(|(a, b)| a.is_finite() && b.is_finite());
        let (estimates, errors): (Vec<f64>, Vec<f64>) = pairs.map(|(a, b)| (*a, a - b)).unzip();
        self.is_there |= !estimates.is_empty();
        self.estimates.extend(&estimates);
        self.squares.extend(&errors.iter().map(|error| error * error).collect::<Vec<_>>());
        self.errors.extend(&errors);
        let stated = rows.standard_error.iter().flatten().filter(|error| error.is_finite());
        self.variances.extend(&stated.map(|error| error * error).collect::<Vec<_>>());
        for (low, high, truth) in rows.intervals() {
            self.intervals[0] += 1;
            self.intervals[1] += u64::from(low <= truth && truth <= high);
        }
    }

    fn count_of_mean(&mut self, rows: &Rows, bias: f64) {
        let holds = |(low, high, truth): &(f64, f64, f64)| *low <= truth + bias && truth + bias <= *high;
        self.intervals[2] += rows.intervals().filter(holds).count() as u64;
    }

    fn empirical(&self) -> Option<Figure> {
        let value = self.estimates.variance()?.sqrt();
        Some(Figure { value, error: Some(value / (2.0 * (self.estimates.count() - 1.0)).sqrt()) })
    }

    fn model(&self) -> Option<Figure> {
        let value = self.variances.mean()?.value.sqrt();
        let error = self.variances.variance().map(|v| (v / (4.0 * self.variances.count())).sqrt() / value);
        Some(Figure { value, error: error.filter(|error| error.is_finite()) })
    }

    fn model_error(&self) -> Option<Figure> {
        let (model, empirical) = (self.model()?, self.empirical()?);
        let ratio = model.value / empirical.value;
        let relative = |figure: Figure| figure.error.map(|error| error / figure.value);
        let error = relative(model).zip(relative(empirical)).map(|(a, b)| ratio * a.hypot(b));
        Some(Figure { value: ratio - 1.0, error }).filter(|_| ratio.is_finite())
    }

    fn share(&self, place: usize) -> Option<Figure> {
        let count = self.intervals[0] as f64;
        let value = self.intervals[place] as f64 / count;
        let error = (value * (1.0 - value) / count).sqrt();
        (count > 0.0).then_some(Figure { value, error: Some(error) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<Figure>, value: f64, error: f64) {
        let found = found.unwrap();
        assert!((found.value - value).abs() < 1e-14, "{} {value}", found.value);
        assert!((found.error.unwrap() - error).abs() < 1e-14, "{:?} {error}", found.error);
    }

    /// Estimates 1, 2, 3, 6 of θ = 2: θ̄ = 3, Σ(θ̂ − θ̄)² = 14, squared errors 1, 0, 1, 16 with mean 4.5 and Σ(·)² = 177.
    #[test]
    fn figures_are_those_of_the_table() {
        let rows = Rows {
            estimate: vec![1.0, 2.0, 3.0, 6.0, f64::NAN],
            truth: vec![2.0; 5],
            ends: Some([vec![0.0, 1.0, 2.5, 2.0, f64::NAN], vec![1.5, 3.0, 3.5, 9.0, 4.0]]),
            standard_error: Some(vec![1.0, 1.0, 2.0, 2.0, f64::NAN]),
        };
        let mut sums = Sums::default();
        sums.add(&rows, 5);
        sums.count_of_mean(&rows, sums.errors.mean().unwrap().value);
        assert_eq!((sums.trials, sums.errors.count()), (5, 4.0));
        let mean = |moments: &Moments| moments.mean().map(|m| Figure { value: m.value, error: m.error });
        close(mean(&sums.errors), 1.0, (14.0f64 / 12.0).sqrt());
        close(mean(&sums.squares), 4.5, (177.0f64 / 12.0).sqrt());
        let empirical = (14.0f64 / 3.0).sqrt();
        close(sums.empirical(), empirical, empirical / 6.0f64.sqrt());
        // s² = 1, 1, 4, 4: mean 2.5, variance 3.
        let model = 2.5f64.sqrt();
        close(sums.model(), model, (3.0f64 / (16.0 * 2.5)).sqrt());
        let ratio = model / empirical;
        close(sums.model_error(), ratio - 1.0, ratio * (3.0f64 / (16.0 * 6.25) + 1.0 / 6.0).sqrt());
        // 2 lies in the second and the fourth, 3 in all but the first.
        close(sums.share(1), 0.5, 0.25);
        close(sums.share(2), 0.75, (0.1875f64 / 4.0).sqrt());
    }

    #[test]
    fn without_values_there_are_no_figures() {
        let sums = Sums::default();
        assert!(sums.empirical().is_none() && sums.model().is_none() && sums.share(1).is_none());
    }
}
