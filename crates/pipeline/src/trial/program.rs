//! Estimators that are programs: trials go to a worker in batches, and predictors come back.

use super::answers::{Answered, Asked, check, read};
use super::places::Places;
use super::samples::Samples;
use super::space::TrainingSet;
use crate::error::Error;
use crate::plan::{Cell, Complaint, Plan, Workers};
use crate::spec::{self, Space, column};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tempered_math::catalogue::{Choice, Value};
use tempered_math::sample::Degenerate;
use tempered_math::seed::{Draws, Purpose};
use tempered_process::{Answers, Failure, Greeting, Part, Program as Command, Reproducible, Request};

/// Seconds after which a batch is late, where no limit is given: far longer than anybody waits for a program that hangs.
pub(super) const LATE: f64 = 600.0;
/// By how much a program may take longer than the study says.
const SLOWER: f64 = 100.0;
/// Numbers of a request that are drawn for each trial: a seed of 256 bits.
pub(super) const SEED: usize = 4;

/// An estimator that is a program.
pub struct Program {
    pub(super) command: Command,
    pub(super) workers: Arc<Workers>,
    pub(super) asked: Asked,
    /// Its parameters as JSON.
    pub(super) parameters: String,
    seconds: f64,
    pub(super) reproducible: Reproducible,
}

impl Program {
    /// The one of a choice. Its worker is started, and must be what the study says.
    ///
    /// # Errors
    /// Its files have changed since the study was recorded; it cannot be started, or says something else of itself.
    pub fn build(choice: &Choice, plan: &Plan) -> Result<Program, Error> {
        let (words, folder) = spec::command(choice);
        let command = Command { words, folder };
        let differs = |message| Error::Program { program: command.to_string(), message };
        plan.workers.once(&choice.to_string(), || spec::check_files(choice)).map_err(differs)?;
        let greeting = plan.workers.pool.greeting(&command)?;
        agree(choice, &greeting).map_err(differs)?;
        let metrics = greeting.metrics;
        let place = |name: &String| plan.study.metrics.iter().position(|known| *known == column(name));
        let columns = metrics.iter().map(place).collect();
        let asked = Asked { answers: greeting.answers, metrics, columns, own: plan.study.metrics.len() };
        let parameters: Map<String, Json> =
            spec::own_parameters(choice).map(|(name, value)| ((*name).to_owned(), json(value))).collect();
        Ok(Program {
            command,
            workers: plan.workers.clone(),
            asked,
            parameters: Json::Object(parameters).to_string(),
            seconds: spec::seconds(choice),
            reproducible: greeting.reproducible,
        })
    }

    /// Fits all samples; one answer a trial, in their order. `content` decides its random numbers, `limit` is what a trial may take.
    ///
    /// # Errors
    /// The machine ended the worker, it is late, or it ends in every trial.
    pub fn fit(
        &self,
        plan: &Plan,
        cell: &Cell,
        (samples, content): (&Samples, &str),
        limit: Option<Duration>,
    ) -> Result<Vec<Answered>, Error> {
        let mut places = match self.asked.answers {
            Answers::Values => Some(Places::of(plan, cell)?),
            Answers::Knots | Answers::Weights | Answers::Samples => None,
            Answers::Metrics => return self.whole(plan, cell, (samples, content), limit),
        };
        let sets = samples.rows();
        let mut answered: Vec<Answered> = Vec::with_capacity(sets.len());
        // Trials by how many points they are asked for: nearly always one number for all.
        let mut alike: BTreeMap<usize, (Vec<usize>, Vec<f64>)> = BTreeMap::new();
        for (row, ((trial, set), (x, _))) in
            samples.trials.clone().zip(sets.iter()).zip(samples.pairs()).enumerate()
        {
            let sound = match set {
                TrainingSet::Line(sample) => sample.map(drop),
                TrainingSet::Features(sample) => sample.map(drop),
            };
            if sound.is_ok() {
                let given = samples.given.as_ref().and_then(|given| given.at.get(row));
                let given = given.map(Vec::as_slice);
                let at = places.as_mut().map_or_else(Vec::new, |places| places.of_trial(trial, x, given));
                let (rows, all) = alike.entry(at.len()).or_default();
                rows.push(row);
                all.extend(at);
            }
            answered.push(self.asked.failed(sound.err().unwrap_or(Degenerate::Crashed)));
        }
        for (numbers, (rows, at)) in alike {
            let batch = Batch::new((plan, cell, content), samples, rows, (at, numbers));
            self.ask(&batch, limit, &mut answered)?;
        }
        Ok(answered)
    }

    /// The points at which the risks of the first of these trials need f̂, row by row; none where it does not answer values.
    pub(super) fn places(&self, plan: &Plan, cell: &Cell, samples: &Samples) -> Result<Vec<f64>, Error> {
        if self.asked.answers != Answers::Values {
            return Ok(Vec::new());
        }
        let mut places = Places::of(plan, cell)?;
        let first = samples.pairs().next();
        let given = samples.given.as_ref().and_then(|given| given.at.first()).map(Vec::as_slice);
        Ok(first.map_or_else(Vec::new, |(x, _)| places.of_trial(samples.trials.start, x, given)))
    }

    /// Asks about whole trials, of which there is no sample.
    fn whole(
        &self,
        plan: &Plan,
        cell: &Cell,
        (samples, content): (&Samples, &str),
        limit: Option<Duration>,
    ) -> Result<Vec<Answered>, Error> {
        let rows: Vec<usize> = samples.trials.clone().enumerate().map(|(row, _)| row).collect();
        let mut answered: Vec<Answered> =
            rows.iter().map(|_| self.asked.failed(Degenerate::Crashed)).collect();
        let batch = Batch::new((plan, cell, content), samples, rows, (Vec::new(), 0));
        self.ask(&batch, limit, &mut answered)?;
        Ok(answered)
    }

    fn ask(
        &self,
        batch: &Batch<'_>,
        limit: Option<Duration>,
        answered: &mut [Answered],
    ) -> Result<(), Error> {
        let time = |count: usize| {
            let count_seconds = LATE + SLOWER * self.seconds * count as f64;
            let own = Duration::try_from_secs_f64(count_seconds).unwrap_or(Duration::MAX);
            limit.map_or(own, |limit| limit.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX)))
        };
        let request = |range: Range<usize>| {
            let mut request = batch.request(range);
            request.word("parameters", &self.parameters);
            request
        };
        let check = |answer: &tempered_process::Answer, count: usize| {
            check(&self.asked, answer, (count, batch.shape()))
        };
        let parts = self.workers.pool.ask(&self.command, (batch.rows.len(), &time), &request, &check)?;
        for Part { trials, answer } in parts {
            let rows = &batch.rows[trials.clone()];
            let (read, texts) = match answer {
                Ok(answer) => read(&self.asked, &answer, (rows.len(), batch.shape()), |place| {
                    batch.x(trials.start + place)
                }),
                Err(Failure::Crashed(why)) => (vec![self.asked.failed(Degenerate::Crashed)], vec![(0, why)]),
                Err(Failure::Malformed(why)) => {
                    (vec![self.asked.failed(Degenerate::Malformed)], vec![(0, why)])
                }
            };
            for (place, text) in texts {
                let status =
                    read.get(place).and_then(|one| one.fit.as_ref().err()).map_or("ok", Degenerate::word);
                let trial = batch.trials.get(trials.start + place).copied().unwrap_or_default();
                self.workers.complain(Complaint { content: batch.content.to_owned(), trial, status, text });
            }
            for (row, one) in rows.iter().zip(read) {
                answered[*row] = one;
            }
        }
        Ok(())
    }
}

/// Samples as a worker is asked about them.
pub(super) struct Batch<'a> {
    content: &'a str,
    coordinates: String,
    /// Where its samples live; whole trials have none.
    space: Option<&'static str>,
    /// Their places in the slab.
    rows: Vec<usize>,
    trials: Vec<u64>,
    seeds: Vec<u64>,
    x: Cow<'a, [f64]>,
    y: Cow<'a, [f64]>,
    at: Vec<f64>,
    n: usize,
    d: usize,
    /// Numbers of the points at which values of a trial are asked for.
    numbers: usize,
    domain: crate::spec::Domain,
}

impl<'a> Batch<'a> {
    pub fn new(
        (plan, cell, content): (&Plan, &Cell, &'a str),
        samples: &'a Samples,
        rows: Vec<usize>,
        (at, numbers): (Vec<f64>, usize),
    ) -> Batch<'a> {
        let (n, d) = (samples.n, samples.d.unwrap_or(1));
        let trials: Vec<u64> = rows.iter().map(|row| samples.trials.start + *row as u64).collect();
        // All programs of a cell compute whole trials from the same seeds, so that methods are compared on the same draws.
        let of_cell = cell.content();
        let drawn = if cell.size().space == Space::Program { of_cell.as_str() } else { content };
        let seed = |trial: &u64| Draws::new(plan.study.seed, drawn, *trial).words::<SEED>(Purpose::Worker);
        let all = rows.len() * n == samples.y.len();
        let pick = |values: &'a [f64], width: usize| -> Cow<'a, [f64]> {
            if all {
                return Cow::Borrowed(values);
            }
            rows.iter().flat_map(|row| values[row * width..(row + 1) * width].iter().copied()).collect()
        };
        Batch {
            content,
            coordinates: coordinates(cell),
            space: match cell.size().space {
                Space::Line => Some("line"),
                Space::Features => Some("features"),
                Space::Program => None,
            },
            seeds: trials.iter().flat_map(seed).collect(),
            x: pick(&samples.x, n * d),
            y: pick(&samples.y, n),
            trials,
            rows,
            at,
            n,
            d,
            numbers,
            domain: plan.study.criteria.domain,
        }
    }

    /// Training points of a trial, of n rows of d numbers.
    pub fn x(&self, place: usize) -> &[f64] {
        &self.x[place * self.n * self.d..(place + 1) * self.n * self.d]
    }

    pub fn shape(&self) -> super::answers::Shape {
        let is_line = self.space != Some("features");
        super::answers::Shape {
            n: self.n,
            d: self.d,
            points: self.numbers / self.d,
            is_line,
            domain: self.domain,
        }
    }

    pub fn request(&self, range: Range<usize>) -> Request<'_> {
        let (count, n, d, m) = (range.len(), self.n, self.d, self.numbers / self.d);
        let of = |width: usize| range.start * width..range.end * width;
        let mut request = Request::new(if self.space.is_some() { "fit" } else { "trial" });
        request.word("coordinates", &self.coordinates);
        request.wholes("trial", &[count], &self.trials[of(1)]);
        request.wholes("seed", &[count, SEED], &self.seeds[of(SEED)]);
        let Some(space) = self.space else { return request };
        request.word("space", space);
        request.reals("x", &[count, n, d], &self.x[of(n * d)]);
        request.reals("y", &[count, n], &self.y[of(n)]);
        request.reals("at", &[count, m, d], &self.at[of(self.numbers)]);
        request
    }
}

/// What tells a cell from others, as JSON.
pub(super) fn coordinates(cell: &Cell) -> String {
    let mut all = Map::new();
    all.insert("n".into(), cell.n.into());
    if let Some(d) = cell.size().d {
        all.insert("d".into(), d.into());
    }
    if spec::is_generator(&cell.design) || cell.size().space == Space::Program {
        let own = spec::own_coordinates(&cell.design);
        all.extend(own.map(|(name, value)| ((*name).to_owned(), json(value))));
        return Json::Object(all).to_string();
    }
    for (part, choice) in [("design", &cell.design), ("target", &cell.target), ("noise", &cell.noise)] {
        all.insert(part.into(), choice.name().into());
        for (name, value) in choice.arguments() {
            all.insert(spec::coordinate(part, choice.name(), name), json(value));
        }
    }
    Json::Object(all).to_string()
}

fn json(value: &Value) -> Json {
    match value {
        Value::Real(x) => (*x).into(),
        Value::Whole(x) => (*x).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Word(word) => (*word).into(),
        Value::Reals(xs) => xs.clone().into(),
        Value::Wholes(xs) => xs.clone().into(),
        Value::Text(text) => text.as_str().into(),
        Value::Texts(texts) => texts.clone().into(),
        Value::File(file) => file.path().display().to_string().into(),
        Value::Files(files) => {
            files.iter().map(|file| file.path().display().to_string()).collect::<Vec<_>>().into()
        }
        Value::Unset => Json::Null,
    }
}

/// Compares what a worker says of itself with what the study says of it.
fn agree(choice: &Choice, greeting: &Greeting) -> Result<(), String> {
    let metrics = spec::own_metrics(choice);
    let said = [
        ("answers", greeting.answers.word().to_owned(), spec::stated(choice, "answers").to_owned()),
        (
            "reproducible",
            greeting.reproducible.word().to_owned(),
            spec::stated(choice, "reproducible").to_owned(),
        ),
        ("metrics", greeting.metrics.join(", "), metrics.join(", ")),
    ];
    match said.iter().find(|(_, is, stated)| is != stated) {
        Some((name, is, stated)) => {
            Err(format!("says `{name}: {is}`, but the study says `{name}: {stated}`; make them agree"))
        }
        None => Ok(()),
    }
}
