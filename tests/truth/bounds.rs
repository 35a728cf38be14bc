//! The bounds that the analysis should keep, and whether it does.

use crate::Judged;
use crate::claims::MeanIs;
use crate::count::Share;
use crate::coverage::{INTERVALS, Table};
use crate::truth::Distance;
use crate::verdicts::{AWAY, KEYS, SUMMARIES};

/// A bound with what was found.
pub struct Bound {
    pub name: String,
    pub found: String,
    pub holds: bool,
    /// Whether its failure fails the test.
    pub asserted: bool,
}

/// The fewest trials at which the undecided are bounded by themselves: with fewer they are only part of all.
const ENOUGH: u64 = 400;

/// In percent.
const WRONG: f64 = 0.1;
const WRONG_IN_A_GROUP: f64 = 0.5;
const UNDECIDED_AWAY: f64 = 5.0;
const COVERED: (f64, f64) = (93.0, 98.0);
const TRUSTED_WITHOUT_MEAN: f64 = 0.5;
const TRUSTED_WITHOUT_VARIANCE: f64 = 5.0;
const TRUSTED_WHERE_CLEAR: f64 = 90.0;
/// Fewer intervals than this are no coverage.
const LEAST: u64 = 100;

/// All bounds, in the order in which they are asked for.
pub fn bounds(judged: &Judged) -> Vec<Bound> {
    let mut all = Vec::new();
    for (summary, name) in SUMMARIES.iter().enumerate() {
        all.extend(verdicts(judged, summary, name));
    }
    all.extend(trust(judged));
    all.extend(coverage(judged));
    all
}

fn at_most(name: String, share: Share, most: f64) -> Bound {
    Bound { name, found: share.to_string(), holds: share.of == 0 || share.percent() <= most, asserted: true }
}

fn verdicts(judged: &Judged, summary: usize, name: &str) -> Vec<Bound> {
    let verdicts = &judged.verdicts;
    let mut all = vec![at_most(format!("wrong ≤ {WRONG} %, {name}"), verdicts.all(summary).wrong(), WRONG)];
    for key in KEYS {
        let mut worst: Option<(&str, Share)> = None;
        for (group, tally) in verdicts.by(summary, key) {
            let share = tally.wrong();
            if share.of > 0 && worst.is_none_or(|(_, worst)| share.percent() > worst.percent()) {
                worst = Some((group, share));
            }
        }
        if let Some((group, share)) = worst {
            let name = format!("wrong ≤ {WRONG_IN_A_GROUP} % in every group, {name}, by {key}");
            let holds = share.percent() <= WRONG_IN_A_GROUP;
            all.push(Bound { name, found: format!("{group}: {share}"), holds, asserted: true });
        }
    }
    let away = verdicts.at(summary, Distance::Away).undecided();
    all.push(at_most(format!("undecided ≤ {UNDECIDED_AWAY} % away, {name}"), away, UNDECIDED_AWAY));
    for (trials, tally) in verdicts.by(summary, AWAY) {
        let bound = format!("undecided ≤ {UNDECIDED_AWAY} % away, {name}, {trials} trials");
        let asserted = trials.parse::<u64>().is_ok_and(|trials| trials >= ENOUGH);
        all.push(Bound { asserted, ..at_most(bound, tally.undecided(), UNDECIDED_AWAY) });
    }
    for distance in [Distance::On, Distance::Near, Distance::Away, Distance::Slow] {
        for ([fewer, more], [few, many]) in verdicts.with_more_trials(summary, distance) {
            let [a, b] = [few.wrong(), many.wrong()];
            let name = format!("not worse with {more} than with {fewer} trials, {name}, {distance}");
            all.push(Bound { name, found: format!("{a} → {b}"), holds: !is_more(b, a), asserted: true });
        }
    }
    all
}

/// Whether a share is larger than another by more than two standard errors of their difference.
fn is_more(a: Share, b: Share) -> bool {
    let variance = |share: Share| {
        let p = share.percent() / 100.0;
        p * (1.0 - p) / share.of as f64
    };
    (a.percent() - b.percent()) / 100.0 > 2.0 * (variance(a) + variance(b)).sqrt()
}

fn trust(judged: &Judged) -> Vec<Bound> {
    let of = |mean| judged.claims.trusted_of_all(mean);
    let clear = of(MeanIs::Clear);
    vec![
        at_most(
            format!("trusted without a mean ≤ {TRUSTED_WITHOUT_MEAN} %"),
            of(MeanIs::Infinite),
            TRUSTED_WITHOUT_MEAN,
        ),
        at_most(
            format!("trusted without a variance ≤ {TRUSTED_WITHOUT_VARIANCE} %"),
            of(MeanIs::WithoutVariance),
            TRUSTED_WITHOUT_VARIANCE,
        ),
        Bound {
            name: format!("trusted where both exist and trials suffice ≥ {TRUSTED_WHERE_CLEAR} %"),
            found: clear.to_string(),
            holds: clear.of == 0 || clear.percent() >= TRUSTED_WHERE_CLEAR,
            asserted: true,
        },
    ]
}

/// Coverage between the bounds within its own error, or above them.
fn coverage(judged: &Judged) -> Vec<Bound> {
    let mut all = Vec::new();
    for (index, interval) in INTERVALS.iter().enumerate().filter(|(_, interval)| interval.is_bounded()) {
        for (trials, found) in judged.coverage.of(index) {
            if found.holds.of < LEAST {
                continue;
            }
            let (low, high) = found.holds.interval();
            let wide = if low > COVERED.1 { ", wider" } else { "" };
            let unit = if interval.table == Table::Pairs { "pairs" } else { "series" };
            all.push(Bound {
                name: format!("covers {} to {} %: {}, {trials} trials", COVERED.0, COVERED.1, interval.name),
                found: format!("{}{wide} ({unit})", found.holds),
                holds: high >= COVERED.0,
                asserted: true,
            });
        }
    }
    all
}
