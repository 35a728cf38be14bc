//! From a run directory to its series.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use rayon::prelude::*;

use crate::along::{Along, Curve, Quantity, curves};
use crate::conclude::{Theory, finish};
use crate::coordinates::Interner;
use crate::draft::{Draft, GROWN, Shared, draft};
use crate::error::Error;
use crate::fits::Fits;
use crate::options::Options;
use crate::pair::{Pair, pairs};
use crate::performance::{Performance, performances};
use crate::profile::{Profile, profiles};
use crate::read::order::{in_order, together};
use crate::read::samples::{MISSING, PartitionSamples, Reasons, RiskSamples};
use crate::read::scan::{Partition, Scan};
use crate::sample::replicates::Replicates;
use crate::series::Series;

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

/// The contribution of one partition to the fits of its estimator and to its series.
struct Drafted {
    trials: u64,
    failed: Reasons,
    drafts: Vec<(Key, Draft)>,
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
