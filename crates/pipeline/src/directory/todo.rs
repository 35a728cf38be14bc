//! What a run has to do: the shards whose files are missing, too short, or to have more columns.

use super::besides::with_left;
use super::judge::{Rows, Task, prepare};
use super::rewrite::Rewrite;
use crate::error::Error;
use crate::live::{Live, LiveRecord};
use crate::plan::{Plan, Shard, place};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use tempered_flow::Cancel;
use tempered_store::{Place, RunDirectory};

/// Shards, each with positions of estimators.
pub(crate) type Shards = Vec<(Shard, Arc<[usize]>)>;

/// Which shards and files a run is asked to do.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// This share of the shards: (k, of), k from 1.
    pub share: (u64, u64),
    /// These files only; all that are missing where there is no such list.
    pub only: Option<&'a BTreeSet<Place>>,
}

/// What there is to do, and what is done.
pub(crate) struct Todo {
    /// With what the directory holds besides, where columns are added to it.
    pub plan: Arc<Plan>,
    /// What is to be done.
    pub todo: Shards,
    /// Files to be written anew, without fits.
    pub rewrites: Vec<Rewrite>,
    /// Finished estimators of the shards of the study.
    pub done: Shards,
}

impl Todo {
    /// Looks at the files of every shard of this share; damaged ones go to quarantine, and those of a change that was taken
    /// back make way for the former ones. Summaries forget what is done again. `None` where a stop is asked for before all
    /// are looked at.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn new(
        plan: Plan,
        directory: &RunDirectory,
        (asked, cancel): (Asked<'_>, &Cancel),
        rewriting: Rewriting,
        summaries: (&mut Live, &mut LiveRecord),
    ) -> Result<Option<Todo>, Error> {
        let (share, of) = asked.share;
        let mine = |position: usize| position as u64 % of == share - 1;
        let mut look = Look {
            directory,
            only: asked.only,
            rewriting,
            summaries,
            lists: Lists::default(),
            todo: Vec::new(),
            rewrites: Vec::new(),
        };
        let Some((done, count)) = look.at_planned(&plan, cancel, mine)? else { return Ok(None) };
        let every = if plan.growing { look.at_left(plan, |place| mine(count + place))? } else { plan };
        Ok(Some(Todo { plan: Arc::new(every), todo: look.todo, rewrites: look.rewrites, done }))
    }
}

/// What becomes of files that lack columns in which all their rows agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rewriting {
    /// They are written anew.
    First,
    /// That was tried: what is left of them is computed again.
    Tried,
}

/// Looking at shards one after the other.
struct Look<'a> {
    directory: &'a RunDirectory,
    only: Option<&'a BTreeSet<Place>>,
    rewriting: Rewriting,
    summaries: (&'a mut Live, &'a mut LiveRecord),
    lists: Lists,
    todo: Shards,
    rewrites: Vec<Rewrite>,
}

/// What was noted of one estimator of a shard.
enum Noted {
    /// All is there.
    Done,
    /// It is for somebody else, or its rows are written anew without fits.
    Elsewhere,
    /// Its trials up to this one are to be done.
    Fit(u64),
}

impl Look<'_> {
    /// Looks at those of the shards that a plan asks for that are `mine` by their position. Gives the finished estimators of
    /// each, and how many shards there are; `None` where a stop is asked for.
    fn at_planned(
        &mut self,
        plan: &Plan,
        cancel: &Cancel,
        mine: impl Fn(usize) -> bool,
    ) -> Result<Option<(Shards, usize)>, Error> {
        let (mut done, mut count) = (Vec::new(), 0);
        for shard in plan.shards() {
            if cancel.is_requested() {
                return Ok(None);
            }
            if mine(count) {
                let complete = self.at(plan, &shard, plan.estimators(&shard).iter().copied())?;
                done.push((shard, complete));
            }
            count += 1;
        }
        Ok(Some((done, count)))
    }

    /// Looks at what the directory holds besides; gives the plan with that.
    fn at_left(&mut self, plan: Plan, mine: impl Fn(usize) -> bool) -> Result<Plan, Error> {
        let (plan, left) = with_left(plan, self.directory)?;
        for (place, same) in left.chunk_by(|(one, _), (other, _)| one == other).enumerate() {
            if mine(place) {
                self.at(&plan, &same[0].0, same.iter().map(|(_, estimator)| *estimator))?;
            }
        }
        Ok(plan)
    }

    /// Notes what is to be done of a shard, and gives the estimators that are done. Estimators that are done to the same
    /// trial go together: samples are drawn once for them.
    fn at(
        &mut self,
        plan: &Plan,
        shard: &Shard,
        estimators: impl Iterator<Item = usize>,
    ) -> Result<Arc<[usize]>, Error> {
        let mut complete = Vec::new();
        let mut missing: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for estimator in estimators {
            match self.note(plan, shard, estimator)? {
                Noted::Done => complete.push(estimator),
                Noted::Elsewhere => {}
                Noted::Fit(end) => missing.entry(end).or_default().push(estimator),
            }
        }
        for (end, estimators) in missing {
            let shard = Shard { trials: shard.trials.start..end, ..shard.clone() };
            self.todo.push((shard, self.lists.share(estimators)));
        }
        Ok(self.lists.share(complete))
    }

    fn note(&mut self, plan: &Plan, shard: &Shard, estimator: usize) -> Result<Noted, Error> {
        let (task, restored) = prepare(plan, self.directory, shard, estimator)?;
        let place = place(plan, estimator, shard);
        let is_mine = self.only.is_none_or(|only| only.contains(&place));
        let end = match task {
            Task::Nothing => None,
            // Their rows stay as they are, and so do summaries.
            Task::Rewrite(Rows { from, trials }) if self.rewriting == Rewriting::First => {
                if is_mine {
                    let shard = Shard { trials, ..shard.clone() };
                    self.rewrites.push(Rewrite { shard, estimator, from });
                }
                return Ok(Noted::Elsewhere);
            }
            Task::Rewrite(Rows { trials: Range { end, .. }, .. }) | Task::Fit(end) => Some(end),
        };
        let (live, record) = &mut self.summaries;
        let label = &plan.study.estimators[estimator].label;
        // A shard that was counted and is done again may be longer now.
        if (end.is_some() || restored) && live.holds(label, &place.cell, place.index) {
            live.forget(label, &place.cell);
            record.outdate();
        }
        Ok(match end {
            None => Noted::Done,
            Some(end) if is_mine => Noted::Fit(end),
            Some(_) => Noted::Elsewhere,
        })
    }
}

/// Lists of estimators, of which a million shards have a few: those that are equal are one.
#[derive(Default)]
struct Lists(BTreeSet<Arc<[usize]>>);

impl Lists {
    fn share(&mut self, list: Vec<usize>) -> Arc<[usize]> {
        if let Some(known) = self.0.get(list.as_slice()) {
            return known.clone();
        }
        let list: Arc<[usize]> = list.into();
        self.0.insert(list.clone());
        list
    }
}
