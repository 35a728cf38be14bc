//! A study whose work is shared by claims: round after round, until no file is missing.

use super::claims::{Claims, Lots, Round};
use super::orders::Admits;
use crate::directory::Shards;
use crate::error::Error;
use crate::plan::{Plan, Shard};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use tempered_flow::Cancel;

/// How often a process that does shards once more looks whether others have finished them: a look is a footer read or a
/// request, and what it saves is seconds.
const EVERY: Duration = Duration::from_secs(1);

/// What is to be done, what lies in the place of it, and who is to do it.
pub(super) struct Sharing<'a> {
    pub plan: &'a Plan,
    pub claims: &'a dyn Claims,
    /// Whether all files of these estimators of a shard are there.
    pub is_whole: Admits<'a>,
    pub cancel: &'a Cancel,
}

/// The work of a round.
pub(super) trait Work {
    /// Works off the shards that are admitted, obeying `cancel`; false where it was stopped.
    ///
    /// # Errors
    /// The first error of a stage.
    fn work_off(&mut self, todo: Shards, admits: Admits<'_>, cancel: &Cancel) -> Result<bool, Error>;

    /// What is missing now; `None` where a stop is asked for before all files were looked at.
    ///
    /// # Errors
    /// The place of the files refuses.
    fn missing(&mut self) -> Result<Option<Shards>, Error>;
}

impl Sharing<'_> {
    /// Takes claims and works shards off until none of the plan's is missing. False where it was stopped.
    ///
    /// From the second round on the shards are those that others have begun: a round ends as soon as all of them are there.
    ///
    /// # Errors
    /// Claims cannot be taken, and those of the work.
    pub fn rounds(&self, mut todo: Shards, work: &mut dyn Work) -> Result<bool, Error> {
        let lots = Lots::of(self.plan);
        for round in 1.. {
            if todo.is_empty() {
                break;
            }
            let own = Round::new(self.plan, &lots, self.claims, round)?;
            // Others may have finished it since this process has looked.
            let admits = |shard: &Shard, estimators: &[usize]| {
                Ok(own.takes(shard)? && !(self.is_whole)(shard, estimators)?)
            };
            let part = self.cancel.part();
            let ended = std::thread::scope(|scope| {
                let (_guard, dropped) = channel::<()>();
                if round > 1 {
                    let (part, watched) = (&part, todo.clone());
                    scope.spawn(move || self.until_whole(&watched, (part, dropped)));
                }
                work.work_off(todo, &admits, &part)
            })?;
            if self.cancel.is_requested() || (!ended && !part.is_requested()) {
                return Ok(false);
            }
            match work.missing()? {
                Some(missing) => todo = missing,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Leaves the work of a round at once when all of its shards are whole, whoever made them.
    fn until_whole(&self, todo: &Shards, (part, dropped): (&Cancel, Receiver<()>)) {
        let mut missing = todo.iter().peekable();
        while dropped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
            // What cannot be read is not whole; the work itself tells of it.
            let is_whole = |(shard, list): &&(Shard, _)| {
                let list: &std::sync::Arc<[usize]> = list;
                (self.is_whole)(shard, list).unwrap_or(false)
            };
            while missing.next_if(is_whole).is_some() {}
            if missing.peek().is_none() {
                part.abort();
                return;
            }
        }
    }
}
