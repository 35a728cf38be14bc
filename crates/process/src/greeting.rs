//! What a worker says of itself.

use crate::answer::Answer;
use std::fmt::{self, Display, Formatter};

/// The version of the protocol that is spoken here.
pub const PROTOCOL: &str = "1";

/// What a worker answers to a greeting.
#[derive(Clone, Debug, PartialEq)]
pub struct Greeting {
    /// What it calls itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The names of its own metrics, in their order.
    pub metrics: Vec<String>,
    /// How equal its answers are when it is asked again.
    pub reproducible: Reproducible,
    /// What it answers of a fit.
    pub answers: Answers,
    /// Versions of languages and libraries, for logs.
    pub environment: String,
}

/// How equal two answers of one worker to one question are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reproducible {
    /// To the bit.
    Bits,
    /// To 1e-9, relative.
    Nearly,
    /// Not at all.
    No,
}

/// What a worker answers of a fit, or of a whole trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// Values of the predictor at the points that it is sent.
    Values,
    /// Knots of a piecewise-linear predictor on the line.
    Knots,
    /// Weights and intercept of a linear predictor.
    Weights,
    /// Metrics alone: it computes whole trials.
    Metrics,
    /// Samples: it makes the data of trials.
    Samples,
}

impl Reproducible {
    /// Each, by its word.
    pub const ALL: [Reproducible; 3] = [Reproducible::Bits, Reproducible::Nearly, Reproducible::No];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Reproducible::Bits => "bits",
            Reproducible::Nearly => "1e-9",
            Reproducible::No => "no",
        }
    }
}

impl Display for Reproducible {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Answers {
    /// Each, by its word.
    pub const ALL: [Answers; 5] =
        [Answers::Values, Answers::Knots, Answers::Weights, Answers::Metrics, Answers::Samples];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Answers::Values => "values",
            Answers::Knots => "knots",
            Answers::Weights => "weights",
            Answers::Metrics => "metrics",
            Answers::Samples => "samples",
        }
    }
}

impl Greeting {
    /// What an answer to a greeting says.
    ///
    /// # Errors
    /// What is missing or of another version.
    pub(crate) fn of(answer: &Answer) -> Result<Greeting, String> {
        let word = |name: &str| answer.word(name).ok_or_else(|| format!("its greeting lacks `{name}`"));
        if word("kind")? != "hello" {
            return Err(format!("it answered {:?} to a greeting; expected \"hello\"", word("kind")?));
        }
        let protocol = word("protocol")?;
        if protocol != PROTOCOL {
            return Err(format!("it speaks version {protocol} of the protocol; expected {PROTOCOL}"));
        }
        let or = |name: &str, default: &str| answer.word(name).unwrap_or(default).to_owned();
        let metrics = or("metrics", "[]");
        let metrics = serde_json::from_str(&metrics)
            .map_err(|_| format!("its `metrics` are {metrics}; expected a list of names as JSON"))?;
        let reproducible = or("reproducible", "no");
        let of_word = Reproducible::ALL.into_iter().find(|class| class.word() == reproducible);
        let reproducible = of_word
            .ok_or_else(|| format!("its `reproducible` is {reproducible}; expected bits, 1e-9 or no"))?;
        let answers = or("answers", "values");
        let of_word = Answers::ALL.into_iter().find(|one| one.word() == answers);
        let answers = of_word.ok_or_else(|| {
            format!("its `answers` is {answers}; expected values, knots, weights, metrics or samples")
        })?;
        Ok(Greeting {
            name: word("name")?.to_owned(),
            version: or("version", "0"),
            metrics,
            reproducible,
            answers,
            environment: or("environment", ""),
        })
    }
}
