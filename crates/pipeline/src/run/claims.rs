//! Sharing a study among any number of processes: claims on lots of its shards.
//!
//! A process takes the claim of a lot, does its shards, and goes on with the next lot that nobody has. When all lots of a
//! round have claims, it looks at what is still missing and takes claims of the next round: shards of slow processes, and of those
//! that ended, are then done once more by others. Files do not depend on who makes them, so that work done twice is lost time and nothing
//! else; no clocks of hosts are compared, and a claim needs no renewal.

use crate::error::Error;
use crate::plan::{Plan, Shard};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use tempered_store::RunDirectory;

/// Lots of a study at least, where its shards allow: with a hundred processes of different speed, the last of them waits for a hundredth
/// of the time.
const LOTS: f64 = 1000.0;
/// Seconds of a core of a lot at most, unless one shard takes longer: what a process that ends leaves to others.
const LONGEST: f64 = 30.0;

/// Where claims are kept.
///
/// ```
/// use std::collections::BTreeSet;
/// use std::sync::Mutex;
/// use tempered_pipeline::Error;
/// use tempered_pipeline::run::Claims;
///
/// /// Claims of the threads of one process.
/// #[derive(Default)]
/// struct Memory(Mutex<BTreeSet<String>>);
///
/// impl Claims for Memory {
///     fn take(&self, name: &str) -> Result<bool, Error> {
///         Ok(self.0.lock().unwrap().insert(name.to_owned()))
///     }
///     fn taken(&self) -> Result<BTreeSet<String>, Error> {
///         Ok(self.0.lock().unwrap().clone())
///     }
/// }
///
/// let claims = Memory::default();
/// assert!(claims.take("lot").unwrap() && !claims.take("lot").unwrap());
/// ```
pub trait Claims: Send + Sync {
    /// Takes the claim of this name; false where somebody has it.
    ///
    /// # Errors
    /// The place of claims refuses.
    fn take(&self, name: &str) -> Result<bool, Error>;

    /// Names of all claims that are taken.
    ///
    /// # Errors
    /// The place of claims refuses.
    fn taken(&self) -> Result<BTreeSet<String>, Error>;
}

/// Claims in a run directory, with what is said of who takes them.
pub struct InDirectory<'a> {
    /// The directory.
    pub directory: &'a RunDirectory,
    /// What claims say.
    pub says: String,
}

impl Claims for InDirectory<'_> {
    fn take(&self, name: &str) -> Result<bool, Error> {
        Ok(self.directory.claim(name, &self.says)?)
    }

    fn taken(&self) -> Result<BTreeSet<String>, Error> {
        Ok(self.directory.claimed()?.into_iter().collect())
    }
}

/// The order of shards in a plan.
type Place = (usize, usize, u32);

fn place(shard: &Shard) -> Place {
    (shard.cell, shard.group, shard.index)
}

/// The shards of a plan in lots of neighbours, a claim each. They follow from the plan alone, so that all processes cut alike.
pub struct Lots(Vec<Place>);

impl Lots {
    /// Cuts a plan into lots, each of a thousandth of its work, or half a minute where that is less.
    ///
    /// Memory: sixteen bytes a lot, of which there are a thousand, or as many as shards that take longer.
    pub fn of(plan: &Plan) -> Lots {
        let seconds = |shard: &Shard| {
            let trials = (shard.trials.end - shard.trials.start) as f64;
            trials * plan.groups(&plan.cells[shard.cell])[shard.group].seconds
        };
        let all: f64 = plan.shards().map(|shard| seconds(&shard)).sum();
        let least = (all / LOTS).min(LONGEST);
        let (mut starts, mut sum) = (Vec::new(), f64::INFINITY);
        for shard in plan.shards() {
            if sum >= least {
                starts.push(place(&shard));
                sum = 0.0;
            }
            sum += seconds(&shard);
        }
        Lots(starts)
    }

    /// The lot of a shard.
    pub fn lot(&self, shard: &Shard) -> usize {
        self.0.partition_point(|start| *start <= place(shard)).saturating_sub(1)
    }

    /// The name of a lot: its first shard's.
    fn name(&self, plan: &Plan, lot: usize) -> String {
        let (cell, group, index) = self.0.get(lot).copied().unwrap_or_default();
        format!("{}-{group}-{index:06}", plan.cells[cell].key)
    }

    /// The name of the claim of a lot in a round.
    pub fn claim(&self, plan: &Plan, lot: usize, round: u32) -> String {
        format!("{}.{round}", self.name(plan, lot))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// One round of a process: which shards it is to do.
pub struct Round<'a> {
    plan: &'a Plan,
    lots: &'a Lots,
    claims: &'a dyn Claims,
    round: u32,
    known: Mutex<Known>,
}

/// What a process knows of claims.
struct Known {
    /// Whether a lot is its own.
    decided: BTreeMap<usize, bool>,
    /// Claims that were taken when it looked last: each saves an attempt.
    taken: BTreeSet<String>,
}

impl<'a> Round<'a> {
    /// A round, numbered from 1.
    ///
    /// # Errors
    /// Claims cannot be listed.
    pub fn new(
        plan: &'a Plan,
        lots: &'a Lots,
        claims: &'a dyn Claims,
        round: u32,
    ) -> Result<Round<'a>, Error> {
        let known = Known { decided: BTreeMap::new(), taken: claims.taken()? };
        Ok(Round { plan, lots, claims, round, known: Mutex::new(known) })
    }

    /// Whether a shard is this process's to do: its lot's claim is asked for where that is not known yet.
    ///
    /// # Errors
    /// The claim can neither be taken nor refused.
    pub fn takes(&self, shard: &Shard) -> Result<bool, Error> {
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let lot = self.lots.lot(shard);
        if let Some(own) = known.decided.get(&lot) {
            return Ok(*own);
        }
        let name = self.lots.claim(self.plan, lot, self.round);
        let own = !known.taken.contains(&name) && self.claims.take(&name)?;
        if !own && !known.taken.contains(&name) {
            // Others are at work beside this process: what they took meanwhile is told by one listing.
            known.taken = self.claims.taken()?;
        }
        known.decided.insert(lot, own);
        Ok(own)
    }
}

/// The claims among `names` on lots of which files are missing.
///
/// Cost: a look at the place of every metrics file of lots that are claimed.
pub fn open_claims<'n>(
    plan: &Plan,
    directory: &RunDirectory,
    names: impl Iterator<Item = &'n str>,
) -> BTreeSet<&'n str> {
    let lots = Lots::of(plan);
    let by_name: BTreeMap<String, usize> = (0..lots.count()).map(|lot| (lots.name(plan, lot), lot)).collect();
    let mut claims: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for name in names {
        // Claims of a study before it grew may be on lots of other shards; they say nothing.
        if let Some(lot) = name.rsplit_once('.').and_then(|(lot, _)| by_name.get(lot)) {
            claims.entry(*lot).or_default().push(name);
        }
    }
    let mut open = BTreeSet::new();
    for shard in plan.shards() {
        let lot = lots.lot(&shard);
        let is_there = |estimator: &usize| {
            directory.metrics_path(&crate::plan::place(plan, *estimator, &shard)).is_file()
        };
        if claims.contains_key(&lot) && !plan.estimators(&shard).iter().all(is_there) {
            open.extend(claims.remove(&lot).into_iter().flatten());
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Generator;
    use crate::spec;

    /// Claims that lie in memory.
    #[derive(Default)]
    pub struct Memory(Mutex<BTreeSet<String>>);

    impl Claims for Memory {
        fn take(&self, name: &str) -> Result<bool, Error> {
            Ok(self.0.lock().unwrap().insert(name.to_owned()))
        }

        fn taken(&self) -> Result<BTreeSet<String>, Error> {
            Ok(self.0.lock().unwrap().clone())
        }
    }

    fn plan(text: &str) -> Plan {
        Plan::new(spec::parse(text.as_bytes(), "study.yaml", &[]).unwrap())
    }

    /// Many short shards, and some of half a minute.
    fn studies() -> [Plan; 2] {
        let short = "version: 1\nname: a\nseed: 1\ntrials: 40\ngenerate: {n: {linear: {from: 5, to: 84, points: 80}}, design: uniform, target: zero, noise: {normal: {sd: [1, 2]}}}\ntrain: {a: min_norm, b: linear_spline}\nevaluate: {risks: [1]}\nstore: {shard_trials: 1}\n";
        let long = "version: 1\nname: a\nseed: 1\ntrials: 60\ngenerate: {n: 50, design: uniform, target: zero, noise: normal}\ntrain: {a: {relu_network: {width: [50, 500], steps: 100000}}, b: linear_spline}\nevaluate: {risks: [1]}\n";
        [short, long].map(plan)
    }

    #[test]
    fn every_shard_is_in_one_lot_and_lots_are_even() {
        for plan in studies() {
            let lots = Lots::of(&plan);
            let mut seconds = vec![0.0; lots.count()];
            let mut last = 0;
            for shard in plan.shards() {
                let lot = lots.lot(&shard);
                assert!(lot == last || lot == last + 1, "neighbours");
                last = lot;
                let group = &plan.groups(&plan.cells[shard.cell])[shard.group];
                seconds[lot] += (shard.trials.end - shard.trials.start) as f64 * group.seconds;
            }
            assert_eq!(last + 1, lots.count());
            let all: f64 = seconds.iter().sum();
            let longest = seconds.iter().copied().fold(0.0, f64::max);
            assert!(longest <= 2.0 * LONGEST.max(60.0) && lots.count() <= plan.shards().count());
            // The last lot is what is left.
            let least = seconds[..last].iter().copied().fold(f64::INFINITY, f64::min);
            assert!(last == 0 || least >= (all / LOTS).min(LONGEST), "{least}");
        }
        let [many, _] = studies();
        assert!(Lots::of(&many).count() >= 500, "{}", Lots::of(&many).count());
    }

    /// A round hands out every shard once, whichever process asks first; the next round hands out what is asked for again.
    #[test]
    fn processes_share_all_shards_of_a_round() {
        for plan in studies() {
            let (lots, claims) = (Lots::of(&plan), Memory::default());
            for round in 1..=2 {
                let workers: Vec<Round<'_>> =
                    (0..3).map(|_| Round::new(&plan, &lots, &claims, round).unwrap()).collect();
                for (place, shard) in plan.shards().enumerate() {
                    let takes = |worker: &Round<'_>| worker.takes(&shard).unwrap();
                    let first = place % 3;
                    let own: usize = (0..3).filter(|offset| takes(&workers[(first + offset) % 3])).count();
                    assert_eq!(own, 1);
                    assert_eq!(workers.iter().filter(|worker| takes(worker)).count(), 1, "it stays so");
                }
            }
        }
    }

    /// Processes at work on a plan, by a clock of their own: a trial takes what the catalogue says, divided by the speed of the process
    /// that does it. Each decides by the rounds of a run what it does next. Gives when no file was missing, divided by the time in which
    /// all of them together could have done the work.
    fn over_the_ideal(plan: &Plan, speeds: &[f64]) -> f64 {
        struct Worker<'a> {
            clock: f64,
            round: Round<'a>,
            number: u32,
            todo: Vec<usize>,
        }
        let (lots, claims) = (Lots::of(plan), Memory::default());
        let shards: Vec<Shard> = plan.shards().collect();
        let seconds: Vec<f64> = shards
            .iter()
            .map(|shard| {
                let group = &plan.groups(&plan.cells[shard.cell])[shard.group];
                (shard.trials.end - shard.trials.start) as f64 * group.seconds
            })
            .collect();
        // The costliest come first, as in a run that others share.
        let mut order: Vec<usize> = (0..shards.len()).collect();
        order.sort_by(|a, b| seconds[*b].total_cmp(&seconds[*a]));
        let mut done = vec![f64::INFINITY; shards.len()];
        let new = |number| Round::new(plan, &lots, &claims, number).unwrap();
        let todo: Vec<usize> = order.iter().rev().copied().collect();
        let mut workers: Vec<Worker<'_>> = speeds
            .iter()
            .map(|_| Worker { clock: 0.0, round: new(1), number: 1, todo: todo.clone() })
            .collect();
        loop {
            // The process whose clock is behind all others acts next.
            let next =
                (0..workers.len()).min_by(|a, b| workers[*a].clock.total_cmp(&workers[*b].clock)).unwrap();
            let worker = &mut workers[next];
            let is_missing = |shard: &usize, clock: f64| done[*shard] > clock;
            match worker.todo.pop() {
                Some(shard) => {
                    if is_missing(&shard, worker.clock) && worker.round.takes(&shards[shard]).unwrap() {
                        let end = worker.clock + seconds[shard] / speeds[next];
                        // Somebody else may be done with it earlier, which ends this attempt.
                        done[shard] = done[shard].min(end);
                        worker.clock = done[shard];
                    }
                }
                None => {
                    let clock = worker.clock;
                    worker.todo = todo.iter().copied().filter(|shard| is_missing(shard, clock)).collect();
                    if worker.todo.is_empty() {
                        let all: f64 = seconds.iter().sum();
                        let ideal = all / speeds.iter().sum::<f64>();
                        return done.iter().copied().fold(0.0, f64::max) / ideal;
                    }
                    worker.number += 1;
                    worker.round = new(worker.number);
                }
            }
        }
    }

    /// Half of the machines are half as fast: nobody waits long for them.
    #[test]
    fn slow_machines_hold_nobody_up() {
        let speeds: Vec<f64> = (0..8).map(|worker| if worker % 2 == 0 { 1.0 } else { 0.5 }).collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pipelines/gd-to-min-norm.yaml");
        let text = std::fs::read(path).unwrap();
        let study = Plan::new(spec::parse(&text, "gd-to-min-norm.yaml", &[]).unwrap());
        let over = over_the_ideal(&study, &speeds);
        assert!(over < 1.15, "gd-to-min-norm takes {over} times the ideal");
        // Shards of a minute leave the longest to a slow machine, which takes three times as long as all of them would take together.
        let over = over_the_ideal(&study.clone().by(Generator::Four), &speeds);
        assert!(over > 2.0, "{over}");
        let [many, _] = studies();
        let over = over_the_ideal(&many, &speeds);
        assert!(over < 1.02, "{over}");
        // One machine does it in the time it takes.
        let alone = over_the_ideal(&study, &[1.0]);
        assert!((alone - 1.0).abs() < 1e-9, "{alone}");
    }
}
