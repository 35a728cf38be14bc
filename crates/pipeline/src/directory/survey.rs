//! What of a plan, and of what the directory holds besides, is there and what is to be done.

use super::besides::with_left;
use super::change::Change;
use super::judge::{Judged, judge};
use super::state::State;
use crate::error::Error;
use crate::plan::{Plan, Shard};
use tempered_store::RunDirectory;

/// Files of (estimator, shard) that a plan asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// There, and as planned.
    pub kept: u64,
    /// There, to be computed again with more columns, rows or trials.
    pub again: u64,
    /// There, to be written anew with columns in which all their rows agree: no fit is needed.
    pub rewritten: u64,
    /// There with columns of a change that was taken back, and beside them as they were before: these come back.
    pub restored: u64,
    /// Not there, or damaged.
    pub missing: u64,
}

/// The same for all that lies in a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// By estimator of the plan.
    pub planned: Vec<Count>,
    /// What the plan does not ask for; told apart where columns are added to it, since all files of a directory have the
    /// same.
    pub left: Count,
}

impl Count {
    fn add(&mut self, judged: &Judged) {
        match (&judged.state, judged.restores) {
            (State::Complete, true) => self.restored += 1,
            (State::Complete, false) => self.kept += 1,
            (State::Outdated | State::Excess, _) if judged.rewrites.is_some() => self.rewritten += 1,
            (State::Shorter | State::Outdated | State::Excess, _) => self.again += 1,
            (State::Missing | State::Damaged(_), _) => self.missing += 1,
        }
    }
}

impl Survey {
    /// Files that are there and are to be computed again.
    pub fn again(&self) -> u64 {
        self.left.again + self.planned.iter().map(|count| count.again).sum::<u64>()
    }

    /// Files that are there and are to be written anew, without fits.
    pub fn rewritten(&self) -> u64 {
        self.left.rewritten + self.planned.iter().map(|count| count.rewritten).sum::<u64>()
    }
}

/// Counts what is there and what is to be done. Footers are read, nothing is moved.
///
/// # Errors
/// The file system refuses.
pub fn survey(plan: &Plan, directory: &RunDirectory) -> Result<Survey, Error> {
    let change = Change::new(plan, directory)?;
    let mut plan = plan.clone();
    plan.growing |= change.extends();
    let planned = vec![Count::default(); plan.study.estimators.len()];
    let mut survey = Survey { planned, ..Survey::default() };
    for shard in plan.shards() {
        for estimator in plan.estimators(&shard).iter().copied() {
            survey.planned[estimator].add(&judge(&plan, directory, &shard, estimator)?);
        }
    }
    if plan.growing {
        let (plan, left) = with_left(plan, directory)?;
        for (shard, estimator) in left {
            survey.left.add(&judge(&plan, directory, &shard, estimator)?);
        }
    }
    Ok(survey)
}

/// Sets aside what lies in two places, as the survey of a run does; says whether all files have the columns and places of the plan then,
/// those besides it included. Footers are read.
pub(crate) fn even_out(plan: &Plan, directory: &RunDirectory) -> Result<bool, Error> {
    let is_even = |plan: &Plan, shard: &Shard, estimator| -> Result<bool, Error> {
        let judged = judge(plan, directory, shard, estimator)?;
        if let (State::Complete, false, Some(twin)) = (&judged.state, judged.restores, &judged.twin) {
            directory.set_aside(twin)?;
            return Ok(true);
        }
        let is_uneven = matches!(judged.state, State::Outdated | State::Excess);
        Ok(!is_uneven && !judged.restores && judged.twin.is_none())
    };
    for shard in plan.shards() {
        for estimator in plan.estimators(&shard).iter().copied() {
            if !is_even(plan, &shard, estimator)? {
                return Ok(false);
            }
        }
    }
    let (plan, left) = with_left(plan.clone(), directory)?;
    for (shard, estimator) in left {
        if !is_even(&plan, &shard, estimator)? {
            return Ok(false);
        }
    }
    Ok(true)
}
