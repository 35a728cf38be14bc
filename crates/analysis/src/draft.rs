//! What one partition contributes to a series.

use crate::level::Level;
use crate::options::Options;
use crate::read::samples::RiskSamples;
use crate::read::scan::Partition;
use crate::risk::Risk;
use crate::sample::collect::Sample;
use crate::sample::point::{Point, generator};
use crate::sample::replicates::Replicates;
use crate::tail::excesses::Excesses;
use crate::tail::hill::Top;
use crate::tail::maxima::Maxima;
use crate::tail::parts::{MAXIMA, Parts, QUARTER, TENTH, share_of_roots};

/// The quantiles whose growth is fitted; verdicts depend on the median.
pub(crate) const GROWN: [f64; 3] = [0.5, 0.25, 0.75];
/// The share of failed trials above which a level is not used for verdicts: failures are no random choice of trials, and
/// if all of them were the largest, this share would make of the median the quantile of 0.475.
const MOST_FAILED: f64 = 0.05;
/// The least number of values for a trusted mean: trust rests on a tail index of the largest tenth, ten values here.
const LEAST_MEANS: u64 = 100;

/// An incomplete series.
#[derive(Default)]
pub(crate) struct Draft {
    pub levels: Vec<Level>,
    /// Points of each of [`GROWN`].
    pub points: [Vec<Point>; 3],
    pub means: Vec<Point>,
    pub parts: Parts,
}

/// The settings that all partitions share.
pub(crate) struct Shared {
    /// The requested quantiles, and those whose growth is fitted.
    pub levels: Vec<f64>,
    pub normals: Replicates,
}

/// The contribution of one partition to a series.
pub(crate) fn draft(
    partition: &Partition,
    risk: Risk,
    samples: &RiskSamples,
    (shared, options): (&Shared, &Options),
) -> Draft {
    let n = partition.n;
    let RiskSamples { value, reasons, .. } = samples;
    let [estimator, design, target, noise] = partition.names();
    let labels = [estimator, design, target, noise, &risk.to_string(), &n.to_string()];
    let mut rng = generator(options.seed, &labels);
    let mut level = Level::of(n, value, reasons, options);
    // Where many trials fail, the others are a biased sample; the rank of overflows is known, so that they do not count.
    let whole = (level.failed - level.censored) as f64 <= MOST_FAILED * value.rows as f64;
    // Without the largest values a tail looks lighter than it is.
    let tails = level.censored == 0;
    let points = GROWN.map(|q| {
        let point = Point::of(n, &value.ordered, q, &shared.normals, &mut rng);
        Vec::from_iter(point.filter(|_| whole))
    });
    level.mean_trusted &= whole && value.ordered.count() >= LEAST_MEANS;
    level.plan_trials(points[0].first().map(|point| point.spread), options.error);
    let means = level
        .mean
        .zip(level.mean_se)
        .filter(|_| level.mean_trusted)
        .and_then(|(mean, error)| Point::of_mean(n, mean, error, &shared.normals, &mut rng));
    let local = [!options.global.contains(estimator), options.suprema_are_local(estimator)];
    let parts = parts(n as f64, risk, samples, local, tails);
    Draft { levels: vec![level], points, means: Vec::from_iter(means), parts }
}

/// The contribution of one partition to the tails of a series. Only a local estimator has contributions of gaps, and only where suprema are
/// local is one the maximum of many errors.
fn parts(
    n: f64,
    risk: Risk,
    samples: &RiskSamples,
    [is_local, suprema_are_local]: [bool; 2],
    tails: bool,
) -> Parts {
    let RiskSamples { value, gap, edge, .. } = samples;
    let gap = gap.as_ref().filter(|_| is_local);
    let (has_gaps, has_edges) = (gap.is_some(), edge.is_some());
    if !tails {
        return Parts { has_gaps, has_edges, ..Parts::default() };
    }
    let exponent = risk.exponent().unwrap_or(1.0);
    let of = |sample: Option<&Sample>, share, p| {
        Vec::from_iter(sample.and_then(|sample| Excesses::of(&sample.ordered, share, p)))
    };
    let own = |p| [QUARTER, TENTH].map(|share| of(Some(value), share, p));
    Parts {
        gap_logs: Vec::from_iter(gap.map(|gap| (n, gap.logs.clone()))),
        maxima: Vec::from_iter(match risk {
            Risk::Sup => suprema_are_local.then(|| Maxima::of(n, &value.ordered, None)).flatten(),
            _ => gap.and_then(|gap| Maxima::of(n, &gap.ordered, Some(exponent))),
        }),
        gap_excesses: [MAXIMA, QUARTER].map(|share| of(gap, share, 1.0)),
        gap_roots: of(gap, MAXIMA, exponent),
        edge_tops: Vec::from_iter(edge.as_ref().and_then(|edge| Top::of(&edge.ordered))),
        edge_excesses: [(QUARTER, 1.0), (share_of_roots(value.rows), exponent)]
            .map(|(share, p)| of(edge.as_ref(), share, p)),
        own: own(1.0),
        // The root is taken only where the risk is not a sum of many contributions of gaps.
        roots: if has_gaps { Default::default() } else { own(exponent) },
        has_gaps,
        has_edges,
    }
}

impl Draft {
    /// Appends the levels of a further partition.
    pub fn join(&mut self, mut other: Draft) {
        self.levels.append(&mut other.levels);
        self.points.iter_mut().zip(&mut other.points).for_each(|(mine, theirs)| mine.append(theirs));
        self.means.append(&mut other.means);
        self.parts.join(other.parts);
    }
}
