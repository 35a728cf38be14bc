//! An error that is provoked, to see how a program tells of one.

use super::answers::{check, read};
use super::program::{Batch, Program};
use super::samples::Samples;
use crate::error::Error;
use crate::plan::{Cell, Plan};
use std::time::Duration;
use tempered_math::sample::Degenerate;
use tempered_process::{Answers, Failure, Part};

/// How long an answer is waited for: nobody waits longer for a rehearsal.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a program made of a trial that cannot be computed.
pub struct Provoked {
    /// What it was asked.
    pub asked: &'static str,
    /// What it answered.
    pub answered: String,
    /// Whether it lives on: one that ends costs its whole batch.
    pub lives: bool,
}

impl Program {
    /// Asks about the first of these trials with labels that are no numbers; of a whole trial, without parameters and coordinates.
    ///
    /// # Errors
    /// There is no trial, or the points of its risks are not known.
    pub fn provoke(
        &self,
        plan: &Plan,
        cell: &Cell,
        (samples, content): (&mut Samples, &str),
    ) -> Result<Provoked, Error> {
        let is_whole = self.asked.answers == Answers::Metrics;
        let at = self.places(plan, cell, samples)?;
        samples.y.fill(f64::NAN);
        let numbers = at.len();
        let batch = Batch::new((plan, cell, content), samples, vec![0], (at, numbers));
        let request = |range| {
            let mut request = batch.request(range);
            request.word("parameters", if is_whole { "{}" } else { &self.parameters });
            if is_whole {
                request.word("coordinates", "{}");
            }
            request
        };
        let checked = |answer: &_, count| check(&self.asked, answer, (count, batch.shape()));
        let found = self.workers.pool.ask(&self.command, (1, &|_| PATIENCE), &request, &checked);
        let asked = match is_whole {
            true => "a trial without parameters and coordinates",
            false => "labels that are no numbers",
        };
        let (answered, lives) = match found.map(|parts| parts.into_iter().next()) {
            Ok(Some(Part { answer: Ok(answer), .. })) => {
                let (trials, texts) = read(&self.asked, &answer, (1, batch.shape()), |_| batch.x(0));
                let text = texts.first().map(|(_, text)| text.trim().to_owned());
                let status = trials.first().map(|one| one.fit.as_ref().map(drop).map_err(|why| *why));
                let told = match status {
                    Some(Err(Degenerate::Raised)) => {
                        format!("an error: {}", text.unwrap_or_else(|| "without a text".into()))
                    }
                    Some(Err(why)) => format!("numbers that are refused: {why}"),
                    _ => "numbers as of any other, so that such a trial would count".into(),
                };
                (told, true)
            }
            Ok(Some(Part { answer: Err(Failure::Crashed(why)), .. })) => (format!("nothing: {why}"), false),
            Ok(Some(Part { answer: Err(Failure::Malformed(why)), .. })) => {
                (format!("something else: {why}"), true)
            }
            Ok(None) => ("nothing".into(), false),
            Err(error) => (format!("nothing: {error}"), false),
        };
        Ok(Provoked { asked, answered, lives })
    }
}
