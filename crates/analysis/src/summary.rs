//! From a run directory to its series.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::growth::{LEAST_LEVELS, Point, fit, generator, last_half};
use crate::level::Level;
use crate::risk::Risk;
use crate::scan::{Partition, Scan, Values};
use crate::series::{Series, agreement};
use crate::verdict::{Verdict, decide};

/// Fewer bootstrap replicates than this give no interval worth the name.
const LEAST_REPLICATES: usize = 100;

/// How to summarise.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The levels of the quantiles in each [`Level`], each strictly between 0 and 1.
    pub quantiles: Vec<f64>,
    /// The confidence of every interval.
    pub confidence: f64,
    /// Bootstrap replicates behind the interval of a growth exponent.
    pub bootstrap: usize,
    /// The seed of the bootstrap.
    pub seed: u64,
    /// Where the predictor was judged, copied to every series.
    pub domain: String,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            quantiles: vec![0.05, 0.25, 0.5, 0.75, 0.95],
            confidence: 0.95,
            bootstrap: 2000,
            seed: 0,
            domain: String::new(),
        }
    }
}

impl Options {
    fn check(&self) -> Result<(), Error> {
        let inside = |name, value: f64| {
            if value > 0.0 && value < 1.0 { Ok(()) } else { Err(Error::Fraction { name, value }) }
        };
        inside("confidence", self.confidence)?;
        self.quantiles.iter().try_for_each(|&q| inside("a quantile", q))?;
        if self.bootstrap < LEAST_REPLICATES {
            return Err(Error::Bootstrap { value: self.bootstrap, least: LEAST_REPLICATES });
        }
        Ok(())
    }
}

/// What theory predicts for (estimator, design, target, noise, p), with no p for the sup norm.
pub type Theory<'a> = dyn Fn(&str, &str, &str, &str, Option<f64>) -> Option<Verdict> + 'a;

/// The tables of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// One entry per estimator, design, target, noise and risk, in this order.
    pub series: Vec<Series>,
    /// The confidence of the intervals.
    pub(crate) confidence: f64,
}

/// Labels of estimator, design, target and noise, then the place of the risk.
type Key = ([String; 4], usize);

/// A series while its levels come in.
#[derive(Default)]
struct Draft {
    levels: Vec<Level>,
    points: Vec<Point>,
}

/// Summarises the finished metrics below a run directory; the run may still be going on.
///
/// # Errors
/// [`Error::Empty`] where no metrics file is finished yet; files that cannot be read or hold no risk; options
/// out of range.
pub fn analyze(dir: &Path, options: &Options, theory: &Theory<'_>) -> Result<Summary, Error> {
    options.check()?;
    let scan = Scan::open(dir)?;
    let risks: Vec<Risk> = scan.risks().collect();
    let mut drafts: BTreeMap<Key, Draft> = BTreeMap::new();
    for partition in scan.partitions()? {
        for (place, risk) in risks.iter().enumerate() {
            let values = scan.values(&partition, place)?;
            add(&mut drafts, (place, *risk), &partition, &values, options);
        }
    }
    let series = drafts
        .into_iter()
        .map(|((labels, risk), draft)| finish(labels, risks[risk], draft, options, theory))
        .collect();
    Ok(Summary { series, confidence: options.confidence })
}

/// Adds one level to its series.
fn add(
    drafts: &mut BTreeMap<Key, Draft>,
    (place, risk): (usize, Risk),
    partition: &Partition,
    values: &Values,
    options: &Options,
) {
    let n = partition.n;
    let [design, target, noise] = partition.labels.clone();
    let labels = [partition.estimator.clone(), design, target, noise];
    let [a, b, c, d] = labels.each_ref().map(String::as_str);
    let mut rng = generator(options.seed, &[a, b, c, d, &risk.to_string(), &n.to_string()]);
    let Values { trials, sorted } = values;
    let draft = drafts.entry((labels, place)).or_default();
    draft.levels.push(Level::of(n, *trials, sorted, &options.quantiles, options.confidence));
    draft.points.extend(Point::of(n, sorted, options.bootstrap, &mut rng));
}

fn finish(labels: [String; 4], p: Risk, draft: Draft, options: &Options, theory: &Theory<'_>) -> Series {
    let Draft { levels, points } = draft;
    let enough = points.len() >= LEAST_LEVELS;
    let exponent = |points| if enough { fit(points, options.confidence) } else { None };
    let late_growth = exponent(last_half(&points));
    let verdict = if vanished(&levels) { Verdict::Benign } else { decide(&points, late_growth.as_ref()) };
    let [estimator, design, target, noise] = labels;
    let theory = theory(&estimator, &design, &target, &noise, p.exponent());
    Series {
        growth: exponent(&points),
        late_growth,
        agrees: agreement(verdict, theory),
        domain: options.domain.clone(),
        estimator,
        design,
        target,
        noise,
        p,
        verdict,
        theory,
        levels,
    }
}

/// Whether the median is exactly zero at the last of enough levels, which no logarithm can say.
fn vanished(levels: &[Level]) -> bool {
    let zeros = levels.iter().rev().take_while(|level| level.median_high == Some(0.0));
    zeros.count() >= LEAST_LEVELS
}
