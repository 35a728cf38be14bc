//! A batch of trials: asked at once, and trial by trial where that fails.

use crate::answer::Answer;
use crate::error::{Error, Lost};
use crate::pool::Pool;
use crate::program::Program;
use crate::request::Request;
use std::ops::Range;
use std::time::Duration;

/// The answer to some neighbouring trials of a batch.
#[derive(Debug)]
pub struct Part {
    /// Their places in the batch.
    pub trials: Range<usize>,
    /// The answer, or why the one trial has none.
    pub answer: Result<Answer, Failure>,
}

/// Why a trial has no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The worker ended in it, or answered no message: what happened.
    Crashed(String),
    /// The answer is not what was asked for: what is wrong with it.
    Malformed(String),
}

/// Makes the request for some trials of a batch.
pub type Ask<'a, 'r> = dyn Fn(Range<usize>) -> Request<'a> + 'r;
/// How long so many trials may take.
pub type Time<'r> = &'r dyn Fn(usize) -> Duration;
/// Says what is wrong with an answer to so many trials.
pub type Check<'r> = dyn Fn(&Answer, usize) -> Result<(), String> + 'r;

impl Pool {
    /// Asks a worker about `count` trials at once. Where it ends, or its answer does not pass `check`, each trial is asked by itself:
    /// one by one costs a start for each trial that ends its worker, and bisection would cost more.
    ///
    /// `time` is what so many trials may take.
    ///
    /// # Errors
    /// It cannot be started; it was killed or is late, which concerns the machine and not a trial; it ends in every trial.
    pub fn ask(
        &self,
        program: &Program,
        (count, time): (usize, Time<'_>),
        request: &Ask<'_, '_>,
        check: &Check<'_>,
    ) -> Result<Vec<Part>, Error> {
        let whole = self.attempt(program, (0..count, time), request, check)?;
        if whole.is_ok() || count == 1 {
            self.note_of(program, &whole)?;
            return Ok(vec![Part { trials: 0..count, answer: whole }]);
        }
        (0..count).map(|place| self.one(program, (place, time), request, check)).collect()
    }

    fn one(
        &self,
        program: &Program,
        (place, time): (usize, Time<'_>),
        request: &Ask<'_, '_>,
        check: &Check<'_>,
    ) -> Result<Part, Error> {
        let answer = self.attempt(program, (place..place + 1, time), request, check)?;
        self.note_of(program, &answer)?;
        Ok(Part { trials: place..place + 1, answer })
    }

    fn note_of(&self, program: &Program, answer: &Result<Answer, Failure>) -> Result<(), Error> {
        match answer {
            Err(Failure::Crashed(why)) => self.note(program, Some((why, ""))),
            Ok(_) | Err(Failure::Malformed(_)) => self.note(program, None),
        }
    }

    /// One request. What concerns the machine is an error of the run, what concerns the trials a failure.
    fn attempt(
        &self,
        program: &Program,
        (trials, time): (Range<usize>, Time<'_>),
        request: &Ask<'_, '_>,
        check: &Check<'_>,
    ) -> Result<Result<Answer, Failure>, Error> {
        let count = trials.len();
        let mut worker = self.take(program)?;
        let asked = worker.ask(&mut request(trials), time(count));
        let lost = match asked {
            Ok(answer) => {
                self.give(program, worker);
                let checked = check(&answer, count).map_err(Failure::Malformed);
                return Ok(checked.map(|()| answer));
            }
            Err(lost) => lost,
        };
        let (program, said) = (program.to_string(), worker.said());
        match lost {
            Lost::Late(seconds) => Err(Error::Late { program, trials: count, seconds, said }),
            lost if lost.is_killed() => Err(Error::Killed { program, said }),
            lost => Ok(Err(Failure::Crashed(format!("{lost}{said}")))),
        }
    }
}
