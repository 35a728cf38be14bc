//! Rehearsals: whether a program is what it says of itself, by a few trials.

use crate::error::Error;
use crate::plan::{Complaint, Plan};
use crate::spec::{is_generator, is_program};
use crate::trial::{Answered, Data, Estimator, Judge, Laws, Predictor, Program, Provoked, Row, Samples};
use std::time::Instant;
use tempered_math::catalogue::Choice;

/// Trials of a rehearsal: the fewest in which a batch is told from single trials, and a first trial from others.
const TRIALS: u64 = 3;

/// What a program did in a rehearsal.
pub struct Rehearsal {
    /// The estimator.
    pub label: String,
    /// "ok" or why each trial failed.
    pub statuses: Vec<&'static str>,
    /// Whether the same batch had the same rows a second time.
    pub is_repeated: bool,
    /// Whether trials had the same rows one by one.
    pub is_alone: bool,
    /// Seconds of a trial, within a batch that the program has seen before.
    pub seconds: f64,
    /// What it said of trials that failed.
    pub complaints: Vec<Complaint>,
    /// What it made of a trial that cannot be computed; none of a program that makes samples, which is asked nothing of the kind.
    pub provoked: Option<Provoked>,
}

/// Asks the first variant of every program of a study about three trials of its first cell: together, together again, and one by one; then
/// about one that cannot be computed.
///
/// # Errors
/// A program cannot be used, or is not what the study says of it.
pub fn rehearse(plan: &Plan) -> Result<Vec<Rehearsal>, Error> {
    let mut done: Vec<Rehearsal> = generator(plan)?.into_iter().collect();
    for variants in plan.study.estimators.chunk_by(|one, other| one.name == other.name) {
        let Some(first) = variants.first().filter(|first| is_program(first.rule.sample())) else { continue };
        let Some(cell) = plan.cells.first() else { continue };
        done.push(one(plan, first.label.clone(), &*cell.choice(&first.rule)?)?);
    }
    Ok(done)
}

fn one(plan: &Plan, label: String, choice: &Choice) -> Result<Rehearsal, Error> {
    let built = Estimator::build(choice, plan)?;
    let Some(program) = built.program() else { return Err(Error::Pool(format!("{label} is no program"))) };
    let status = |(row, _): &Scored| row.status.map_or_else(|why| why.word(), |()| "ok");
    let asked = |trials| rows(plan, program, choice, trials);
    let rehearsal = compared(plan, label, &asked, &status)?;
    Ok(Rehearsal { provoked: Some(provoke(plan, program, choice)?), ..rehearsal })
}

/// The rehearsal of a program that makes samples, in the first cell; none where there is no such program.
fn generator(plan: &Plan) -> Result<Option<Rehearsal>, Error> {
    let Some(cell) = plan.cells.first().filter(|cell| is_generator(&cell.design)) else { return Ok(None) };
    let laws = Laws::of(plan, cell)?;
    let asked = |trials: std::ops::Range<u64>| {
        let mut samples = Samples { trials, ..Samples::default() };
        laws.draw(&mut samples)?;
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>();
        let one = |(place, (x, y)): (usize, (&[f64], &[f64]))| {
            let (at, truth) = samples.truth(place).unwrap_or_default();
            (samples.failed(place).map_err(|why| why.word()), [x, y, at, truth].map(bits))
        };
        Ok(samples.pairs().enumerate().map(one).collect())
    };
    compared(plan, "generate".into(), &asked, &|(status, _): &Drawn| status.err().unwrap_or("ok")).map(Some)
}

/// Why a trial has no sample, and the bits of what it has.
type Drawn = (Result<(), &'static str>, [Vec<u64>; 4]);

/// Asks about three trials together, together again, and one by one.
fn compared<T: PartialEq>(
    plan: &Plan,
    label: String,
    ask: &dyn Fn(std::ops::Range<u64>) -> Result<Vec<T>, Error>,
    status: &dyn Fn(&T) -> &'static str,
) -> Result<Rehearsal, Error> {
    let together = ask(0..TRIALS)?;
    let complaints = plan.workers.complaints();
    let begun = Instant::now();
    let again = ask(0..TRIALS)?;
    let seconds = begun.elapsed().as_secs_f64() / TRIALS as f64;
    let mut alone = Vec::new();
    for trial in 0..TRIALS {
        alone.extend(ask(trial..trial + 1)?);
    }
    plan.workers.complaints();
    let statuses = together.iter().map(status).collect();
    let (is_repeated, is_alone) = (together == again, together == alone);
    Ok(Rehearsal { label, statuses, is_repeated, is_alone, seconds, complaints, provoked: None })
}

/// What the program makes of a trial of the first cell that cannot be computed.
fn provoke(plan: &Plan, program: &Program, choice: &Choice) -> Result<Provoked, Error> {
    let cell = plan.cells.first().ok_or_else(|| Error::Pool("a study has cells".into()))?;
    let mut samples = Samples { trials: 0..1, ..Samples::default() };
    Laws::of(plan, cell)?.draw(&mut samples)?;
    program.provoke(plan, cell, (&mut samples, &cell.fit_content(choice)))
}

/// A row and its scores.
type Scored = (Row, Vec<Option<u64>>);

/// The rows of trials of the first cell, scores as bits.
fn rows(
    plan: &Plan,
    program: &Program,
    choice: &Choice,
    trials: std::ops::Range<u64>,
) -> Result<Vec<Scored>, Error> {
    let Some(cell) = plan.cells.first() else { return Ok(Vec::new()) };
    let mut samples = Samples { trials: trials.clone(), ..Samples::default() };
    Laws::of(plan, cell)?.draw(&mut samples)?;
    let content = cell.fit_content(choice);
    let answered = program.fit(plan, cell, (&samples, &content), None)?;
    let mut judge = Judge::of(plan, cell)?;
    let mut all = Vec::new();
    let pairs = trials.zip(samples.pairs()).zip(answered).enumerate();
    for (place, ((trial, (x, y)), Answered { fit, own })) in pairs {
        let mut scores = Vec::new();
        let (predictor, report) = match fit {
            Ok((predictor, report)) => (predictor, Ok(report)),
            Err(why) => (Predictor::default(), Err(why)),
        };
        let row = judge.row(
            Data { trial, x, y, truth: samples.truth(place) },
            (&predictor, report),
            None,
            (&mut scores, 0),
        );
        scores.extend(own);
        all.push((row, scores.into_iter().map(|score| score.map(f64::to_bits)).collect()));
    }
    Ok(all)
}
