//! How many trials a shard holds.

use super::cut::Cut;
use super::estimator::Estimator as Planned;
use super::process::{feature_estimators, line_estimators, whole_trials};
use super::space::{Size, Space};
use super::study::Study;
use super::template::Template;
use crate::generator::Generator;
use std::collections::BTreeMap;
use std::sync::Arc;
use tempered_math::catalogue::Choice;
use tempered_math::estimator::Estimator;
use tempered_math::space;

/// Core-nanoseconds of a shard at most, half as many at least where trials are many: what a kill loses a thread. It is
/// thousands of times what it takes to create, sync and rename the files of a shard.
const MOST: f64 = 60e9;
/// What the first shards of a cell are of the largest: they take one to two core-seconds, which is hundreds of times what their files
/// take, and for no longer processes that share a study of a few core-minutes wait for one another at its end.
const FIRST: u64 = 32;
/// Trials of a shard at most: metrics stay below a hundred megabytes.
const MOST_TRIALS: u64 = 1 << 20;

/// Estimators of a group at most: each has files of its own that are written side by side, with a quarter of a megabyte of buffers.
/// Drawing samples once for so many costs next to nothing for each of them.
const MOST_ESTIMATORS: usize = 256;

/// Estimators whose shards of a cell hold the same trials, so that samples are drawn once for all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Which trials are in which shard.
    pub cut: Cut,
    /// Positions of the estimators in the study, ascending.
    pub estimators: Arc<[usize]>,
    /// Seconds that a trial takes a core, all of them together, and the reference where it is not among them.
    pub seconds: f64,
}

impl Group {
    /// Seconds that the longest shard of a cell of so many trials takes a core.
    pub fn shard_seconds(&self, trials: u64) -> f64 {
        self.cut.largest(trials) as f64 * self.seconds
    }
}

/// What each trial costs, by estimator.
pub(crate) struct Costs(Vec<Cost>);

enum Cost {
    /// An estimator that is the same at every size.
    Fixed(Option<Built>),
    /// One with formulas of the size.
    OfSize(Template),
}

/// An estimator, where x lives.
enum Built {
    Line(Box<dyn Estimator>),
    Features(Box<dyn space::estimator::Estimator>),
}

impl Built {
    /// A choice that was checked builds; one that does not costs nothing and fails when it is run.
    fn of(choice: &Choice, space: Space) -> Option<Built> {
        Some(match space {
            Space::Line => Built::Line(choice.build(line_estimators()).ok()?),
            Space::Features => Built::Features(choice.build(feature_estimators()).ok()?),
            Space::Program => Built::Line(choice.build(whole_trials()).ok()?),
        })
    }

    fn cost(&self, Size { n, d, .. }: Size) -> f64 {
        match self {
            Built::Line(estimator) => estimator.cost(n),
            Built::Features(estimator) => estimator.cost(n, d.unwrap_or(1)),
        }
    }
}

impl Costs {
    /// Of the estimators of a study.
    pub fn new(study: &Study) -> Costs {
        let space = study.space();
        let cost = |estimator: &Planned| match estimator.rule.fixed() {
            Some(choice) => Cost::Fixed(Built::of(choice, space)),
            None => Cost::OfSize(estimator.rule.clone()),
        };
        Costs(study.estimators.iter().map(cost).collect())
    }

    /// Nanoseconds of a core that a trial of this size takes, by the catalogue.
    pub fn of(&self, estimator: usize, size: Size) -> f64 {
        let at_size = |rule: &Template| {
            let choice = size.space.estimator(rule, &|name| size.coordinate(name)).ok()?;
            Some(Built::of(&choice, size.space)?.cost(size))
        };
        match &self.0[estimator] {
            Cost::Fixed(built) => built.as_ref().map_or(0.0, |built| built.cost(size)),
            Cost::OfSize(rule) => at_size(rule).unwrap_or(0.0),
        }
    }

    /// Where the trials of one estimator are cut: a function of the size and of its choice alone, so that other estimators,
    /// levels or trials move nothing.
    fn cut(&self, study: &Study, generator: Generator, estimator: usize, size: Size) -> Cut {
        let most = most_trials(study.shard_points, size.numbers());
        match (generator, study.shard_trials) {
            (Generator::Three, _) => Cut::uniform(most),
            (_, Some(trials)) => Cut::uniform(trials.min(most)),
            (Generator::Four, None) => Cut::uniform(within(self.of(estimator, size), most)),
            (Generator::Five, None) => by_cost(self.of(estimator, size), most),
        }
    }

    /// The estimators of a study by the size of their shards in cells of this size, in the order of the study.
    pub fn groups(&self, study: &Study, generator: Generator, of: Size) -> Vec<Group> {
        let mut groups: Vec<(Cut, Vec<usize>)> = Vec::new();
        for estimator in 0..self.0.len() {
            let cut = self.cut(study, generator, estimator, of);
            let has_room = |(known, estimators): &&mut (Cut, Vec<usize>)| {
                *known == cut && estimators.len() < MOST_ESTIMATORS
            };
            // Groups that are full come before the one with room.
            match groups.iter_mut().rev().find(has_room) {
                Some((_, estimators)) => estimators.push(estimator),
                None => groups.push((cut, vec![estimator])),
            }
        }
        let group = |(cut, estimators): (Cut, Vec<usize>)| {
            let reference = study.reference.filter(|reference| !estimators.contains(reference));
            let costs = estimators.iter().chain(&reference).map(|estimator| self.of(*estimator, of));
            Group { cut, seconds: costs.sum::<f64>() / 1e9, estimators: estimators.into() }
        };
        groups.into_iter().map(group).collect()
    }
}

/// Trials in a shard of so many sample points at most, each of `numbers` numbers.
pub(crate) fn most_trials(shard_points: u64, numbers: u64) -> u64 {
    (shard_points / numbers.max(1)).clamp(1, MOST_TRIALS)
}

/// Shards of `most` trials, which estimators in closed form share, or such that grow to as many as [`MOST`] allows.
fn by_cost(cost: f64, most: u64) -> Cut {
    let trials = within(cost, most);
    if trials == most { Cut::uniform(most) } else { Cut::growing(trials / FIRST, trials) }
}

/// As many trials as [`MOST`] allows: `most`, which estimators in closed form share, or else a power of two, so that the
/// shards of one estimator end where those of another do.
fn within(cost: f64, most: u64) -> u64 {
    if cost * most as f64 <= MOST {
        return most;
    }
    let mut trials = 1;
    while 2 * trials <= most && cost * (2 * trials) as f64 <= MOST {
        trials *= 2;
    }
    trials
}

/// Shards of the largest cell of a new directory, and its files of one table.
pub(super) fn count(study: &Study) -> (u64, u128) {
    let costs = Costs::new(study);
    let (mut largest, mut files) = (0, 0);
    for (size, laws) in sizes(study) {
        for estimator in 0..study.estimators.len() {
            let shards = costs.cut(study, Generator::NEWEST, estimator, size).count(study.trials);
            largest = largest.max(shards);
            files += u128::from(shards) * laws;
        }
    }
    (largest, files)
}

/// The sizes of training sets, each with the number of its cells.
fn sizes(study: &Study) -> BTreeMap<Size, u128> {
    let mut sizes: BTreeMap<Size, u128> = BTreeMap::new();
    let mut add = |n: u64, design: &Choice, cells: u128| {
        *sizes.entry(Size::of(n, design)).or_default() += cells;
    };
    match &study.cells {
        Some(cells) => cells.list.iter().for_each(|cell| add(cell.n, &cell.choices[0], 1)),
        None => {
            let each = study.targets.len() as u128 * study.noises.len() as u128;
            for n in &study.n {
                study.designs.iter().for_each(|design| add(*n, design, each));
            }
        }
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_grow_to_half_a_minute_to_a_minute_or_are_as_large_as_points_allow() {
        for cost in [1.0, 1e3, 57_200.0, 57_300.0, 1e5, 3.3e6, 7e8, 1.9e10, 3.1e10, 6.1e10, 1e13] {
            for most in [1, 7, 1000, 167_772, MOST_TRIALS] {
                let cut = by_cost(cost, most);
                let (trials, spent) = (cut.most(), cost * cut.most() as f64);
                assert!((1..=most).contains(&trials));
                assert!(spent <= MOST || trials == 1, "{cost} {most}: {trials}");
                let first = cut.shard(0).end;
                assert!(trials == most || first == 1 || cost * first as f64 <= MOST / FIRST as f64);
                assert!(spent > MOST / 2.0 || trials == most || 2 * trials > most, "{cost} {most}: {trials}");
            }
        }
    }
}
