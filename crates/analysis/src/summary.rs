//! From a run directory to its series.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use rayon::prelude::*;

use crate::along::{Along, Curve, Quantity, curves};
use crate::coordinates::{Coordinates, Interner};
use crate::error::Error;
use crate::fits::Fits;
use crate::growth::weigh::{Growth, Of, Probabilities, grow};
use crate::judge::{Judgement, closes_in, in_expectation, in_probability, of_signs};
use crate::level::{Level, censored};
use crate::options::Options;
use crate::pair::{Pair, pairs};
use crate::performance::{Performance, performances};
use crate::profile::{Profile, profiles};
use crate::read::order::{in_order, together};
use crate::read::samples::{MISSING, PartitionSamples, Reasons, RiskSamples};
use crate::read::scan::{Partition, Scan};
use crate::risk::Risk;
use crate::sample::collect::Sample;
use crate::sample::confidence::Confidence;
use crate::sample::point::{Point, generator};
use crate::sample::replicates::Replicates;
use crate::series::{Series, agreement, outlined};
use crate::tail::excesses::Excesses;
use crate::tail::hill::Top;
use crate::tail::maxima::Maxima;
use crate::tail::parts::{MAXIMA, Parts, QUARTER, TENTH, share_of_roots};
use crate::tail::tails::Tails;
use crate::verdict::Verdict;

/// The quantiles whose growth is fitted; verdicts depend on the median.
const GROWN: [f64; 3] = [0.5, 0.25, 0.75];
/// The share of failed trials above which a level is not used for verdicts: failures are no random choice of trials, and
/// if all of them were the largest, this share would make of the median the quantile of 0.475.
const MOST_FAILED: f64 = 0.05;
/// The least number of values for a trusted mean: trust rests on a tail index of the largest tenth, ten values here.
const LEAST_MEANS: u64 = 100;
/// The domain that extends beyond the data.
const UNIT: &str = "unit";
/// The domain of risks over the law of x, in R^d.
const POPULATION: &str = "population";

/// Theoretical results on a series; `None` where there is no statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The class of the median.
    pub in_probability: Option<Verdict>,
    /// The class of the mean.
    pub in_expectation: Option<Verdict>,
    /// The limit of the risk in probability.
    pub limit: Option<f64>,
    /// The power of n that the risk follows in probability, where its limit is 0.
    pub exponent: Option<f64>,
    /// The source of the proof.
    pub source: Option<String>,
}

/// The theoretical results for (estimator, design, target, noise, p), with no p for the sup norm.
pub type Theory<'a> = dyn Fn(&str, &str, &str, &str, Risk) -> Known + Sync + 'a;

/// The tables of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// One entry per estimator, design, target, noise and risk, in the order of the options and of exponents.
    pub series: Vec<Series>,
    /// Quantities along the coordinate of the options; those of a risk along n are series.
    pub curves: Vec<Curve>,
    /// What the estimates of each estimand are worth.
    pub performances: Vec<Performance>,
    /// Comparisons of estimators on the same samples.
    pub pairs: Vec<Pair>,
    /// Errors by the probability of wrong labels.
    pub profiles: Vec<Profile>,
    /// Fits and failures, by estimator.
    pub fits: Vec<Fits>,
    /// The options of the summary.
    pub options: Options,
}

/// Labels of estimator, design, target and noise, then the index of the risk.
type Key = ([String; 4], usize);

/// An incomplete series.
#[derive(Default)]
struct Draft {
    levels: Vec<Level>,
    /// Points of each of [`GROWN`].
    points: [Vec<Point>; 3],
    means: Vec<Point>,
    parts: Parts,
}

/// The contribution of one partition to the fits of its estimator and to its series.
struct Drafted {
    trials: u64,
    failed: Reasons,
    drafts: Vec<(Key, Draft)>,
}

/// The settings that all partitions share.
struct Shared {
    /// The requested quantiles, and those whose growth is fitted.
    levels: Vec<f64>,
    normals: Replicates,
}

/// Summarises the finished metrics below a run directory, whose run may be active.
///
/// Memory: a few million numbers and one shard's metrics for any number of trials, and about 1 kB a level.
///
/// # Errors
/// [`Error::Empty`] where no metrics file is finished; files that cannot be read or hold no risk; [`Error::Foreign`] for
/// one that contradicts its name or the directory; options out of range; [`Error::Threads`].
pub fn analyze(dir: &Path, options: &Options, theory: &Theory<'_>) -> Result<Summary, Error> {
    options.check()?;
    options.pool()?.install(|| summarise(dir, options, theory))
}

/// [`analyze`] on the threads of the pool that calls it.
fn summarise(dir: &Path, options: &Options, theory: &Theory<'_>) -> Result<Summary, Error> {
    let mut scan = Scan::open(dir, &options.expected)?;
    let along = Along::of(&options.along, &scan.partitions)?;
    let mut followed = Quantity::all(&options.quantities, &options.metrics, &scan)?;
    // Risks along n are series, not curves.
    followed.retain(|quantity| along != Along::Size || quantity.risk.is_none());
    let curves = curves(&scan, &along, &followed, options)?;
    let performances = performances(&scan, options)?;
    let (series, fits) = series(&mut scan, options, theory)?;
    scan.sort(&options.order);
    let mut pairs = pairs(&scan, options.confidence)?;
    trust(&mut pairs, &series);
    let profiles = profiles(&series);
    Ok(Summary { series, curves, performances, pairs, profiles, fits, options: options.clone() })
}

/// Reads the partitions series by series, and finishes complete series, so that replicates of few levels are in memory.
fn series(
    scan: &mut Scan,
    options: &Options,
    theory: &Theory<'_>,
) -> Result<(Vec<Series>, Vec<Fits>), Error> {
    let shared = Shared {
        levels: options.quantiles.iter().copied().chain(GROWN).collect(),
        normals: Replicates::new(options.bootstrap),
    };
    let partitions = scan.take_by_series(&options.order);
    let alone =
        partitions.first().map(|first| &first.estimator) == partitions.last().map(|last| &last.estimator);
    let counts: Vec<usize> =
        together(&partitions, Partition::rows).into_iter().map(<[Partition]>::len).collect();
    let (mut partitions, mut kept) = (partitions.into_iter(), Vec::new());
    let (mut drafts, mut series, mut fits) = (BTreeMap::<Key, Draft>::new(), Vec::new(), Vec::new());
    let mut known = Interner::default();
    let mut named = |series: Series| Series { coordinates: known.of(series.labels()), ..series };
    for count in counts {
        let some: Vec<Partition> = partitions.by_ref().take(count).collect();
        let drafted = some.par_iter().map(|partition| drafted(scan, partition, &shared, options));
        for (partition, drafted) in some.iter().zip(in_order(drafted)?) {
            tally(&mut fits, partition, &drafted);
            for (key, draft) in drafted.drafts {
                drafts.entry(key).or_default().join(draft);
            }
        }
        // More levels of the last series may follow.
        let open = some.last().map(|partition| partition.names());
        let complete = |(labels, _): &Key, _: &mut Draft| Some(labels.each_ref().map(String::as_str)) != open;
        let done = finished(scan, drafts.extract_if(.., complete).collect(), options, theory);
        series.extend(done.into_iter().map(&mut named));
        kept.extend(some.into_iter().filter(|_| !alone));
    }
    series.extend(finished(scan, drafts, options, theory).into_iter().map(named));
    scan.partitions = kept;
    Ok((in_rank(series, options), fits))
}

/// Series in the order of the study; the sort is stable, so that risks keep their order.
fn in_rank(mut series: Vec<Series>, options: &Options) -> Vec<Series> {
    let ranks = options.order.ranks(series.iter().map(Series::labels));
    series.sort_by_cached_key(|series| ranks.of(series.labels()));
    series
}

fn finished(
    scan: &Scan,
    drafts: BTreeMap<Key, Draft>,
    options: &Options,
    theory: &Theory<'_>,
) -> Vec<Series> {
    let one = |((labels, place), draft): (Key, Draft)| {
        finish(labels, scan.risks[place].risk, draft, options, theory)
    };
    drafts.into_par_iter().map(one).collect()
}

/// Counts the fits of a partition; partitions of one estimator are consecutive.
fn tally(fits: &mut Vec<Fits>, partition: &Partition, drafted: &Drafted) {
    let other = fits.last().is_none_or(|fits| fits.estimator != *partition.estimator);
    if other {
        fits.push(Fits { estimator: partition.estimator.to_string(), ..Fits::default() });
    }
    if let Some(fits) = fits.last_mut() {
        fits.add(partition.n, drafted.trials, &drafted.failed);
    }
}

/// Sets for each pair whether both means at its n are trusted, and the number of overflowed risks of either.
fn trust(pairs: &mut [Pair], series: &[Series]) {
    type Labels<'a> = [&'a str; 4];
    // Exponents are reals, which are no keys of a map; their text is.
    let by_labels: HashMap<(Labels<'_>, String), &Series> =
        series.iter().map(|series| ((series.labels(), series.p.to_string()), series)).collect();
    for pair in pairs {
        let of = |estimator: &str| {
            let labels = [estimator, &pair.design, &pair.target, &pair.noise];
            let series = by_labels.get(&(labels, pair.p.to_string()));
            let level = series.and_then(|series| series.levels.iter().find(|level| level.n == pair.n));
            level.map_or((false, 0), |level| (level.mean_trusted, level.censored))
        };
        let [first, second] = [of(&pair.estimator), of(&pair.against)];
        pair.trusted = first.0 && second.0;
        pair.censored = first.1 + second.1;
    }
}

/// Reads one partition.
fn drafted(scan: &Scan, partition: &Partition, shared: &Shared, options: &Options) -> Result<Drafted, Error> {
    let PartitionSamples { risks, failed } = scan.samples(partition, &shared.levels)?;
    let one = |(place, samples): (usize, &RiskSamples)| {
        // No file of the partition has this risk, or it does not apply to the estimator.
        let applies = samples.value.ordered.count() > 0 || samples.reasons.keys().any(|word| word != MISSING);
        if samples.value.rows == 0 || !applies {
            return None;
        }
        let key = (partition.names().map(str::to_owned), place);
        Some((key, draft(partition, scan.risks[place].risk, samples, (shared, options))))
    };
    let drafts = risks.par_iter().enumerate().filter_map(one).collect();
    Ok(Drafted { trials: partition.rows(), failed, drafts })
}

/// The contribution of one partition to a series.
fn draft(
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
    let is_local = !options.global.contains(estimator);
    // Beyond the hull the supremum is one of extended slopes too.
    let ends = options.domain != UNIT || options.level.contains(estimator);
    let parts = parts(n as f64, risk, samples, (is_local, is_local && ends), tails);
    Draft { levels: vec![level], points, means: Vec::from_iter(means), parts }
}

/// The contribution of one partition to the tails of a series; an estimator that is not local has no contributions of gaps. The second
/// word says whether a supremum is the largest of local errors.
fn parts(
    n: f64,
    risk: Risk,
    samples: &RiskSamples,
    (is_local, supremum_is): (bool, bool),
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
            Risk::Sup => supremum_is.then(|| Maxima::of(n, &value.ordered, None)).flatten(),
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
    fn join(&mut self, mut other: Draft) {
        self.levels.append(&mut other.levels);
        self.points.iter_mut().zip(&mut other.points).for_each(|(mine, theirs)| mine.append(theirs));
        self.means.append(&mut other.means);
        self.parts.join(other.parts);
    }
}

/// The conclusions from all levels of a series.
struct Concluded {
    levels: Vec<Level>,
    /// Of the median and the two quartiles.
    growth: [Option<Growth>; 3],
    tails: Tails,
    in_probability: Judgement,
    in_expectation: Judgement,
}

fn conclude(estimator: &String, p: Risk, draft: Draft, options: &Options) -> Concluded {
    let Draft { mut levels, points, means, mut parts } = draft;
    let confidence = Confidence(options.confidence);
    let of = match p {
        Risk::Sup => Of::Suprema,
        _ if parts.has_gaps => Of::Local,
        // Of d features, and as many as a rule may make of them.
        _ if options.domain == POPULATION => Of::Fitted(f64::INFINITY),
        _ => options.parameters.get(estimator).map_or(Of::Means, |count| Of::Fitted(*count as f64)),
    };
    let [mut growth, low, high]: [Option<Growth>; 3] = points.map(|points| grow(&points, of, confidence));
    let mut tails = {
        // On the unit interval the risk has contributions from beyond the hull too.
        parts.has_gaps &= parts.has_edges || options.domain != UNIT;
        let exponent = p.exponent().unwrap_or(1.0);
        Tails::of(&parts, exponent, censored(&levels), confidence.errors())
    };
    drop(parts);
    tails.level_edges = options.level.contains(estimator);
    tails.bounded = p.is_of_signs();
    tails.settles = growth.as_ref().is_some_and(|growth| growth.probabilities.settles());
    // On the line gaps decide, and quartiles of sums with heavy tails move for long.
    tails.closes_in =
        options.domain == POPULATION && closes_in([growth.as_ref(), low.as_ref(), high.as_ref()]);
    if let (Some(median), Some(low), Some(high)) = (&mut growth, &low, &high) {
        let all = [&*median, low, high].map(|growth| growth.probabilities);
        median.with_quartiles = Some(Probabilities::pooled(all));
    }
    note_tails(&mut levels, &tails);
    let levels = outlined(levels);
    let growth = growth.map(|growth| growth.with_tail(tails.gaps.map(|gaps| gaps.stated)));
    let mut probable =
        vanished(&levels).unwrap_or_else(|| in_probability(growth.as_ref(), &tails, options.confidence));
    if p.is_of_signs() {
        probable = of_signs(p, probable, growth.as_ref());
    }
    let mean_growth = if tails.has_variance() { grow(&means, of, confidence) } else { None };
    let expected = in_expectation(probable.verdict, &tails, mean_growth.as_ref(), options.confidence);
    let growth = [growth, low, high];
    Concluded { levels, growth, tails, in_probability: probable, in_expectation: expected }
}

fn finish(labels: [String; 4], p: Risk, draft: Draft, options: &Options, theory: &Theory<'_>) -> Series {
    let [estimator, design, target, noise] = labels;
    let Concluded { levels, growth, tails, in_probability, in_expectation } =
        conclude(&estimator, p, draft, options);
    let [growth, growth_q25, growth_q75] = growth;
    let Judgement { verdict, reason, by_tail } = in_probability;
    let Judgement { verdict: mean_verdict, reason: mean_reason, .. } = in_expectation;
    let known = theory(&estimator, &design, &target, &noise, p);
    Series {
        // Set later, where coordinates are shared between series.
        coordinates: Coordinates::default(),
        agrees: agreement([(verdict, known.in_probability), (mean_verdict, known.in_expectation)]),
        domain: options.domain.clone(),
        estimator,
        design,
        target,
        noise,
        p,
        in_probability: verdict,
        in_expectation: mean_verdict,
        theory_in_probability: known.in_probability,
        theory_in_expectation: known.in_expectation,
        theory_limit: known.limit,
        theory_exponent: known.exponent,
        theory_source: known.source,
        reason_in_probability: reason,
        reason_in_expectation: mean_reason,
        mean_exists: tails.mean_exists().0,
        growth,
        growth_q25,
        growth_q75,
        tail_index: tails.gaps.map(|gaps| gaps.stated),
        decided_by_tail: by_tail,
        tail_index_edge: tails.stated_edges(),
        levels,
    }
}

/// Sets for each level, from the tails of its series, whether its mean is trusted, and the tail index of its risk.
fn note_tails(levels: &mut [Level], tails: &Tails) {
    let variance = tails.has_variance();
    for level in levels {
        level.mean_trusted &= variance;
        level.trials_for_mean = level.trials_for_mean.filter(|_| variance);
        level.tail_index = tails.risk().filter(|_| level.censored == 0).map(Box::new);
    }
}

/// The judgement where the median is exactly zero at the last three levels, for which ln R does not exist.
fn vanished(levels: &[Level]) -> Option<Judgement> {
    const LEAST: usize = 3;
    if levels.iter().rev().take_while(|level| level.median_high == Some(0.0)).count() < LEAST {
        return None;
    }
    let (verdict, reason) = if levels.iter().any(|level| level.median > Some(0.0)) {
        (Verdict::Benign, "the median is zero at the last levels")
    } else {
        (Verdict::Undecided, "the median is zero at every level: no noise, or too little for the numbers")
    };
    Some(Judgement { verdict, reason: reason.into(), by_tail: false })
}
