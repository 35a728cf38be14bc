//! Nearest neighbours: the mean of the nearest responses.

use super::local::{self, Averaging, Places, Rule};
use super::{Averages, Estimator, Report, Smoother};
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::sample::Degenerate;
use crate::seed::Draws;
use crate::space::{Points, Predictor, Sample};
use std::sync::Arc;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "nearest",
    summary: "the mean of the responses of the k nearest points",
    parameters: || {
        let kind = Kind::Whole { low: 1, high: u64::MAX };
        let summary = "how many neighbours; one interpolates";
        vec![Parameter { name: "k", summary, kind, default: Some(Value::Whole(1)) }]
    },
    build: |values| Ok(Box::new(Nearest { k: usize::try_from(values[0].whole()).unwrap_or(usize::MAX) })),
};

/// f̂(x) = (1/k) Σ y_i over the k points x_i nearest to x, by the Euclidean distance; of equal distances the earlier point counts.
///
/// # Formula
/// Σ_j s_j(x)² = 1/k: noise of variance σ² leaves σ²/k.
/// # Errors
/// `Scarce` for fewer than k points; `Overflow` where distances or 2 Σ |y_i| may not be finite.
/// # Cost
/// n d for a fit; n d and two comparisons for each point a value. In few dimensions a fit makes a tree, by which a value takes less.
/// # Accuracy
/// k units of roundoff of the mean of |y_i|.
/// # Source
/// Fix & Hodges (1951); Cover & Hart, IEEE Trans. Inf. Theory 13 (1967).
struct Nearest {
    k: usize,
}

impl Estimator for Nearest {
    fn fit(&mut self, sample: Sample<'_>, _: &Draws<'_>, out: &mut Predictor) -> Result<Report, Degenerate> {
        self.averaging(sample)?.apply(sample.y(), out)?;
        Ok(Report::default())
    }

    fn smoother(&mut self, sample: Sample<'_>, out: &mut Smoother) -> Option<Result<Report, Degenerate>> {
        Some(self.averaging(sample).map(|averaging| {
            out.set_averages(sample.d(), Box::new(averaging));
            Report::default()
        }))
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        // Neighbours that are kept sorted.
        local::cost(n, d, 0.4) + (n as f64 + 4096.0) * 20.0 * self.k.min(1000) as f64
    }

    fn interpolates(&self, _: u64, _: u64) -> bool {
        self.k == 1
    }
}

impl Nearest {
    fn averaging(&self, sample: Sample<'_>) -> Result<Averaging<Neighbours>, Degenerate> {
        if self.k > sample.n() {
            return Err(Degenerate::Scarce);
        }
        let places = Arc::new(Places::searched(sample.x(), self.k)?);
        Ok(Averaging { places, rule: Neighbours { k: self.k } })
    }
}

/// The mean over k neighbours.
#[derive(Clone)]
struct Neighbours {
    k: usize,
}

impl Neighbours {
    fn mean(&self, nearest: &local::Nearest, y: &[f64]) -> f64 {
        nearest.places.iter().map(|place| y[*place]).sum::<f64>() / self.k as f64
    }
}

impl Rule for Neighbours {
    type Scratch = local::Nearest;

    fn value(&self, squares: &[f64], y: &[f64], scratch: &mut local::Nearest) -> f64 {
        scratch.search(squares, self.k);
        self.mean(scratch, y)
    }

    fn each(&self, places: &Places, x: Points<'_>, y: &[f64], mut take: impl FnMut(usize, f64)) {
        places.each_nearest(x, self.k, |i, nearest| take(i, self.mean(nearest, y)));
    }

    fn least(&self) -> usize {
        self.k
    }

    fn spread(&self, places: &Places, x: Points<'_>, variances: &[f64]) -> f64 {
        let mut total = 0.0;
        self.each(places, x, variances, |_, mean| total += mean / self.k as f64);
        total
    }
}
