//! Samples that a program makes, with what predictors of them are judged by.

use super::program::{LATE, SEED, coordinates};
use crate::error::Error;
use crate::plan::{Cell, Complaint, Plan, Workers};
use crate::spec;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tempered_math::sample::Degenerate;
use tempered_math::seed::{Draws, Purpose};
use tempered_process::{Answer, Answers, Failure, Part, Program as Command, Reproducible, Request};

/// The program that makes the samples of a cell.
pub(super) struct Generator {
    command: Command,
    workers: Arc<Workers>,
    content: String,
    coordinates: String,
    seed: u64,
    n: usize,
    pub d: Option<usize>,
}

/// What a program made of some trials.
#[derive(Default)]
pub struct Given {
    /// Why trials have no sample.
    pub failed: Vec<Option<Degenerate>>,
    /// Points at which f* is given, of each trial.
    pub at: Vec<Vec<f64>>,
    /// f* there.
    pub truth: Vec<Vec<f64>>,
}

/// What a program answers of a batch.
struct Made {
    status: Vec<u8>,
    x: Vec<f64>,
    y: Vec<f64>,
    at: Vec<f64>,
    truth: Vec<f64>,
    points: usize,
}

impl Generator {
    /// The one of a cell; `None` where its design is a law. Its worker is started, and must make samples.
    ///
    /// # Errors
    /// Its files have changed since the study was recorded; it cannot be started, or does something else.
    pub fn of(plan: &Plan, cell: &Cell) -> Result<Option<Generator>, Error> {
        if !spec::is_generator(&cell.design) {
            return Ok(None);
        }
        let (words, folder) = spec::command(&cell.design);
        let command = Command { words, folder };
        let differs = |message| Error::Program { program: command.to_string(), message };
        let label = cell.design.to_string();
        plan.workers.once(&label, || spec::check_files(&cell.design)).map_err(differs)?;
        let greeting = plan.workers.pool.greeting(&command)?;
        if greeting.answers != Answers::Samples {
            let is = greeting.answers.word();
            return Err(differs(format!(
                "says `answers: {is}`, but under `generate` it must make `samples`"
            )));
        }
        if greeting.reproducible != Reproducible::Bits {
            let is = greeting.reproducible.word();
            return Err(differs(format!(
                "says `reproducible: {is}`, but samples are made again for each estimator and must be `bits`"
            )));
        }
        let size = cell.size();
        Ok(Some(Generator {
            command,
            workers: plan.workers.clone(),
            content: cell.content(),
            coordinates: coordinates(cell),
            seed: plan.study.seed,
            n: usize::try_from(size.n).unwrap_or(usize::MAX),
            d: size.d.map(|d| usize::try_from(d).unwrap_or(usize::MAX)),
        }))
    }

    /// Makes the samples of some trials: x and y are filled, of trials that fail with zeros. On the line x is put into ascending order.
    ///
    /// # Errors
    /// The machine ended the worker, it is late, or it ends in every trial.
    pub fn fill(&self, trials: Range<u64>, (x, y): (&mut [f64], &mut [f64])) -> Result<Given, Error> {
        let all: Vec<u64> = trials.collect();
        let draws = |trial: &u64| Draws::new(self.seed, &self.content, *trial).words::<SEED>(Purpose::Worker);
        let seeds: Vec<u64> = all.iter().flat_map(draws).collect();
        let request = |range: Range<usize>| {
            let count = range.len();
            let mut request = Request::new("generate");
            request.word("space", if self.d.is_some() { "features" } else { "line" });
            request.word("parameters", "{}").word("coordinates", &self.coordinates);
            request.wholes("trial", &[count], &all[range.clone()]);
            request.wholes("seed", &[count, SEED], &seeds[range.start * SEED..range.end * SEED]);
            request
        };
        let check = |answer: &Answer, count: usize| self.read(answer, count).map(drop);
        let time = |_: usize| Duration::from_secs_f64(LATE);
        let parts = self.workers.pool.ask(&self.command, (all.len(), &time), &request, &check)?;
        let mut given = Given::default();
        let width = self.n * self.d.unwrap_or(1);
        for Part { trials, answer } in parts {
            let why = match answer {
                Ok(answer) => match self.read(&answer, trials.len()) {
                    Ok(made) => {
                        let rows = (&mut x[trials.start * width..], &mut y[trials.start * self.n..]);
                        self.take(&made, rows, &mut given);
                        self.complain(&answer, &all[trials]);
                        continue;
                    }
                    Err(why) => (Degenerate::Malformed, why),
                },
                Err(Failure::Crashed(why)) => (Degenerate::Crashed, why),
                Err(Failure::Malformed(why)) => (Degenerate::Malformed, why),
            };
            let (reason, text) = why;
            for trial in trials {
                x[trial * width..(trial + 1) * width].fill(0.0);
                y[trial * self.n..(trial + 1) * self.n].fill(0.0);
                given.push(Some(reason), Vec::new(), Vec::new());
                self.say(all[trial], reason.word(), text.clone());
            }
        }
        Ok(given)
    }

    /// Takes what was made of some trials.
    fn take(&self, made: &Made, (x, y): (&mut [f64], &mut [f64]), given: &mut Given) {
        let (n, d) = (self.n, self.d.unwrap_or(1));
        let (width, points) = (n * d, made.points);
        for (k, status) in made.status.iter().enumerate() {
            let (from_x, from_y) = (&made.x[k * width..(k + 1) * width], &made.y[k * n..(k + 1) * n]);
            let (x, y) = (&mut x[k * width..(k + 1) * width], &mut y[k * n..(k + 1) * n]);
            let at = &made.at[k * points * d..(k + 1) * points * d];
            let truth = &made.truth[k * points..(k + 1) * points];
            let is_finite =
                [from_x, from_y, at, truth].iter().all(|all| all.iter().all(|one| one.is_finite()));
            match (*status, is_finite) {
                (0, true) => {
                    x.copy_from_slice(from_x);
                    y.copy_from_slice(from_y);
                    let (mut at, mut truth) = (at.to_vec(), truth.to_vec());
                    if self.d.is_none() {
                        sort(x, y);
                        sort(&mut at, &mut truth);
                    }
                    given.push(None, at, truth);
                }
                (status, _) => {
                    x.fill(0.0);
                    y.fill(0.0);
                    let why = if status == 0 { Degenerate::NotFinite(0) } else { Degenerate::Raised };
                    given.push(Some(why), Vec::new(), Vec::new());
                }
            }
        }
    }

    fn read(&self, answer: &Answer, count: usize) -> Result<Made, String> {
        let (n, d) = (self.n, self.d.unwrap_or(1));
        let points = answer.shape("truth").and_then(|shape| shape.get(1)).copied().unwrap_or(0);
        let least = if self.d.is_some() { 1 } else { 2 };
        if points < least {
            return Err(format!(
                "its answer has f* at {points} points; expected `truth` at {least} at least"
            ));
        }
        Ok(Made {
            status: answer.octets("status", &[count])?.to_vec(),
            x: answer.reals("x", &[count, n, d])?,
            y: answer.reals("y", &[count, n])?,
            at: answer.reals("at", &[count, points, d])?,
            truth: answer.reals("truth", &[count, points])?,
            points,
        })
    }

    /// Keeps what it said of trials that failed.
    fn complain(&self, answer: &Answer, trials: &[u64]) {
        for (place, text) in super::answers::texts(answer) {
            if let Some(trial) = trials.get(place) {
                self.say(*trial, Degenerate::Raised.word(), text);
            }
        }
    }

    fn say(&self, trial: u64, status: &'static str, text: String) {
        self.workers.complain(Complaint { content: self.content.clone(), trial, status, text });
    }
}

impl Given {
    fn push(&mut self, failed: Option<Degenerate>, at: Vec<f64>, truth: Vec<f64>) {
        self.failed.push(failed);
        self.at.push(at);
        self.truth.push(truth);
    }
}

/// Puts points on the line into ascending order, and what belongs to them with them.
fn sort(x: &mut [f64], y: &mut [f64]) {
    if x.is_sorted() {
        return;
    }
    let mut pairs: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    for ((x, y), (from_x, from_y)) in x.iter_mut().zip(y).zip(pairs) {
        (*x, *y) = (from_x, from_y);
    }
}
