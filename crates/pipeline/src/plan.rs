//! The plan: a checked study laid out as cells, shards and files. After it nobody reads YAML.

use crate::columns;
use crate::error::Error;
use crate::generator::Generator;
use crate::record::{self, Numbers};
use crate::shards::{Costs, Group};
use crate::spec::{Combination, Estimator, Scalar, Study, Template, trains};
use serde_json::json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use tempered_math::catalogue::Choice;
use tempered_math::estimator::{self, form};
use tempered_math::predictor::Form;
use tempered_math::seed::{Key, Purpose};
use tempered_store::{ParameterKind, RunDirectory};

/// Footer key of the version that wrote a file.
pub(crate) const VERSION_KEY: &str = "tempered.version";
/// Footer key of the hash of what decides the numbers.
pub(crate) const HASH_KEY: &str = "tempered.plan";
/// Footer key of the range of trials in a file, `from..to` without `to`.
pub(crate) const TRIALS_KEY: &str = "tempered.trials";
/// Footer key of how many trials a full shard of the file's estimator and n holds, since generator 4.
pub(crate) const SIZE_KEY: &str = "tempered.shard_size";

/// The parts of a cell besides n.
const PARTS: [&str; 3] = ["design", "target", "noise"];

/// One combination of the data axes.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Points a trial.
    pub n: u64,
    /// Law of x. Cells share their choices: there may be a million of them.
    pub design: Arc<Choice>,
    /// f*.
    pub target: Arc<Choice>,
    /// Law of ε.
    pub noise: Arc<Choice>,
    /// Sixteen hexadecimal digits that name the cell's content.
    pub key: String,
    /// What design, target and noise are called in series where their arguments depend on other coordinates.
    pub labels: Option<Arc<[Option<String>; 3]>>,
}

impl Cell {
    pub(crate) fn new(n: u64, design: &Arc<Choice>, target: &Arc<Choice>, noise: &Arc<Choice>) -> Cell {
        let mut cell = Cell {
            n,
            design: design.clone(),
            target: target.clone(),
            noise: noise.clone(),
            key: String::new(),
            labels: None,
        };
        cell.key = hash(&cell.content());
        cell
    }

    /// What the cell is, by value: seeds and file names derive from it, so position in a sweep does not matter.
    pub fn content(&self) -> String {
        format!("n={};design={};target={};noise={}", self.n, self.design, self.target, self.noise)
    }

    fn of(Combination { n, choices: [design, target, noise], labels }: &Combination) -> Cell {
        Cell { labels: labels.clone(), ..Cell::new(*n, design, target, noise) }
    }

    /// The value of a coordinate that formulas of estimators mention.
    fn coordinate(&self, name: &str) -> Option<Scalar> {
        (name == "n").then_some(Scalar::Number(self.n as f64))
    }

    /// What an estimator is in this cell.
    ///
    /// # Errors
    /// A formula has no value here.
    pub fn choice<'a>(&self, rule: &'a Template) -> Result<Cow<'a, Choice>, Error> {
        rule.at(estimator::CATALOGUE, &|name| self.coordinate(name)).map_err(|unfit| Error::Formula {
            cell: self.content(),
            parameter: unfit.parameter,
            message: unfit.fault.message,
        })
    }

    /// What an estimator fits here, by value: its random numbers derive from it.
    pub fn fit_content(&self, estimator: &Choice) -> String {
        format!("{};estimator={estimator}", self.content())
    }

    /// The stream key of one purpose in this cell.
    pub fn stream(&self, seed: u64, purpose: Purpose) -> Key {
        Key::new(seed, &self.content(), purpose)
    }
}

/// A range of trials of one cell and a group of its estimators: the unit of work, of files and of resume.
#[derive(Clone, Debug, PartialEq)]
pub struct Shard {
    /// Position of its cell in [`Plan::cells`].
    pub cell: usize,
    /// Position of its group in [`Plan::groups`].
    pub group: usize,
    /// Number within the cell, counted for each estimator.
    pub index: u32,
    /// Its trials.
    pub trials: Range<u64>,
}

/// A study laid out. Clones share it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The study, recording of each trial what the directory does.
    pub study: Arc<Study>,
    /// The study as it was written.
    asked: Arc<Study>,
    /// The estimator that distances are measured from, one of the study's or of an earlier one.
    pub reference: Option<Template>,
    /// Every combination of the data axes, n slowest.
    pub cells: Arc<[Cell]>,
    /// The rules by which files are made.
    pub generator: Generator,
    /// Which estimators train step by step.
    trained: Vec<bool>,
    /// By n, which estimators share shards, and how large these are.
    groups: Arc<BTreeMap<u64, Arc<[Group]>>>,
    /// Whether files of its directory may still lack columns, or have such as are taken back.
    pub(crate) growing: bool,
}

impl Plan {
    /// Lays out a checked study for a new directory.
    pub fn new(study: Study) -> Plan {
        let shared =
            |choices: &[Choice]| -> Vec<Arc<Choice>> { choices.iter().cloned().map(Arc::new).collect() };
        let (designs, targets, noises) =
            (shared(&study.designs), shared(&study.targets), shared(&study.noises));
        let product = || {
            let count = study.n.len() * designs.len() * targets.len() * noises.len();
            let mut cells = Vec::with_capacity(count);
            for n in &study.n {
                for design in &designs {
                    for target in &targets {
                        cells.extend(noises.iter().map(|noise| Cell::new(*n, design, target, noise)));
                    }
                }
            }
            cells
        };
        let cells =
            study.cells.as_ref().map_or_else(product, |cells| cells.list.iter().map(Cell::of).collect());
        let trained = study.estimators.iter().map(|estimator| trains(estimator.rule.sample())).collect();
        let study = Arc::new(study);
        let plan = Plan {
            asked: study.clone(),
            groups: groups(&study, &cells, Generator::NEWEST),
            study,
            reference: None,
            cells: cells.into(),
            generator: Generator::NEWEST,
            trained,
            growing: false,
        };
        plan.recording(&Numbers::new())
    }

    /// The same study by the rules that a directory was begun with, recording of each trial what is recorded there; by those
    /// of a new one where nothing is recorded.
    ///
    /// # Errors
    /// The record of what decided the numbers cannot be read.
    pub fn in_directory(self, directory: &RunDirectory) -> Result<Plan, Error> {
        let Some(recorded) = record::read(directory)? else { return Ok(self) };
        let plan = match record::generator(&recorded) {
            Some(generator) => self.by(generator),
            None => self,
        };
        Ok(Plan { growing: recorded.is_growing(), ..plan }.recording(recorded.base()))
    }

    /// The same study by other rules.
    pub fn by(self, generator: Generator) -> Plan {
        if generator == self.generator {
            return self;
        }
        let plan = Plan { groups: groups(&self.study, &self.cells, generator), generator, ..self };
        plan.recording(&Numbers::new())
    }

    /// The same study with all that is stored of trials besides what it asks for.
    fn recording(mut self, stored: &Numbers) -> Plan {
        let mut study = Study::clone(&self.asked);
        self.reference = columns::widen(&mut study, self.generator, stored);
        self.study = Arc::new(study);
        self
    }

    /// The same plan with estimators and cells that its study does not ask for behind those that it does.
    pub(crate) fn with(mut self, estimators: Vec<Estimator>, cells: Vec<Cell>) -> Plan {
        self.trained.extend(estimators.iter().map(|estimator| trains(estimator.rule.sample())));
        Arc::make_mut(&mut self.study).estimators.extend(estimators);
        self.cells = self.cells.iter().cloned().chain(cells).collect();
        self.groups = groups(&self.study, &self.cells, self.generator);
        self
    }

    /// The study as it was written.
    pub fn asked(&self) -> &Study {
        &self.asked
    }

    /// Position of the reference of distances among the estimators, where it is one of them.
    pub fn reference_position(&self) -> Option<usize> {
        let reference = self.reference.as_ref()?;
        self.study.estimators.iter().position(|estimator| estimator.rule == *reference)
    }

    /// The checkpoints of an estimator; none where it does not train.
    pub fn checkpoints(&self, estimator: usize) -> &[u64] {
        if self.trained[estimator] { &self.study.checkpoints } else { &[] }
    }

    /// The form in which an estimator's predictors are stored; none by the rules under which they are sums of units.
    pub fn form(&self, estimator: usize) -> Option<Form> {
        (self.generator >= Generator::Four).then(|| form(self.study.estimators[estimator].rule.sample()))
    }

    /// Which estimators share shards in a cell, in the order of the study.
    pub fn groups(&self, cell: &Cell) -> &[Group] {
        self.groups.get(&cell.n).map_or(&[], |groups| groups)
    }

    /// The estimators of a shard.
    pub fn estimators(&self, shard: &Shard) -> &Arc<[usize]> {
        &self.groups(&self.cells[shard.cell])[shard.group].estimators
    }

    /// Every shard, cell by cell and group by group.
    pub fn shards(&self) -> impl Iterator<Item = Shard> + '_ {
        self.cells.iter().enumerate().flat_map(move |(position, cell)| {
            let groups = self.groups(cell).iter().enumerate();
            groups.flat_map(move |(group, Group { trials: size, .. })| {
                (0..self.study.trials.div_ceil(*size)).map(move |index| Shard {
                    cell: position,
                    group,
                    index: u32::try_from(index).unwrap_or(u32::MAX),
                    trials: index * size..((index + 1) * size).min(self.study.trials),
                })
            })
        })
    }

    /// The shard of an estimator that holds this trial, whether the study asks for it or not.
    pub fn shard_of(&self, cell: usize, estimator: usize, trial: u64) -> Shard {
        let group = self.group_of(cell, estimator);
        let size = self.groups(&self.cells[cell])[group].trials;
        let (index, start) = (trial / size, trial / size * size);
        Shard { cell, group, index: u32::try_from(index).unwrap_or(u32::MAX), trials: start..start + size }
    }

    /// Trials in a full shard of its group.
    pub(crate) fn size_of(&self, shard: &Shard) -> u64 {
        self.groups(&self.cells[shard.cell])[shard.group].trials
    }

    /// The group of an estimator in a cell.
    pub(crate) fn group_of(&self, cell: usize, estimator: usize) -> usize {
        let groups = self.groups(&self.cells[cell]);
        groups.iter().position(|group| group.estimators.contains(&estimator)).unwrap_or(0)
    }

    /// Shards of an estimator in a cell.
    pub fn shard_count(&self, cell: &Cell, estimator: usize) -> u64 {
        let group = self.groups(cell).iter().find(|group| group.estimators.contains(&estimator));
        group.map_or(0, |group| self.study.trials.div_ceil(group.trials))
    }

    /// What decides the numbers in the files of one estimator, as name and value.
    pub fn identity(&self, estimator: usize) -> Vec<(String, String)> {
        self.identity_of(&self.study.estimators[estimator].rule)
    }

    /// The same for an estimator of this or another study.
    pub(crate) fn identity_of(&self, estimator: &Template) -> Vec<(String, String)> {
        let study = &self.study;
        let risks: Vec<String> = study.criteria.risks.iter().map(ToString::to_string).collect();
        let mut identity = vec![
            ("generator", self.generator.to_string()),
            ("seed", study.seed.to_string()),
            ("risks", risks.join(", ")),
            ("domain", study.criteria.domain.to_string()),
            ("weights", study.weights.label()),
            ("shard_points", study.shard_points.to_string()),
            ("estimator", estimator.to_string()),
        ];
        let checkpoints: Vec<String> = study.checkpoints.iter().map(u64::to_string).collect();
        if !checkpoints.is_empty() && trains(estimator.sample()) {
            identity.push(("checkpoints", checkpoints.join(", ")));
        }
        identity.extend(study.shard_trials.map(|trials| ("shard_trials", trials.to_string())));
        identity.extend(self.reference.as_ref().map(|reference| ("reference", reference.to_string())));
        let parameters = self.parameters();
        if !parameters.is_empty() {
            let named: Vec<String> = parameters.iter().map(columns::parameter_text).collect();
            identity.push(("parameters", named.join(", ")));
        }
        if !study.data_parameters.is_empty() {
            identity.push(("data_parameters", study.data_parameters.join(", ")));
        }
        identity.extend(study.criteria.knots_within.map(|within| ("knots_per_gap", within.to_string())));
        identity.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
    }

    /// The footer of the files of (estimator, shard). No clock, host or thread count: bytes are reproducible.
    pub fn footer(&self, estimator: usize, shard: &Shard) -> Vec<(String, String)> {
        let cell = &self.cells[shard.cell];
        let mut pairs = self.identity(estimator);
        pairs.push(("cell".into(), cell.content()));
        let joined: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.push(("plan".into(), hash(&joined.join("\n"))));
        let planned = &self.study.estimators[estimator];
        pairs.push(("label".into(), planned.name.to_string()));
        pairs.extend(planned.variant_text().map(|variant| ("variant".into(), variant)));
        if let Some(labels) = &cell.labels {
            let named = PARTS.iter().zip(labels.iter());
            pairs
                .extend(named.filter_map(|(part, label)| Some((format!("template.{part}"), label.clone()?))));
        }
        pairs.extend(self.form(estimator).map(|form| ("form".into(), form.word().into())));
        let mut footer: Vec<(String, String)> =
            pairs.into_iter().map(|(name, value)| (format!("tempered.{name}"), value)).collect();
        if self.generator >= Generator::Four {
            footer.push((SIZE_KEY.into(), self.size_of(shard).to_string()));
        }
        footer.push((TRIALS_KEY.into(), format!("{}..{}", shard.trials.start, shard.trials.end)));
        footer.push((VERSION_KEY.into(), env!("CARGO_PKG_VERSION").into()));
        footer
    }

    /// Name, estimators, axes, the number of shards and how large they are; cells are the product of the axes.
    pub fn to_json(&self) -> serde_json::Value {
        let study = &self.study;
        let texts = |choices: &[Choice]| choices.iter().map(ToString::to_string).collect::<Vec<_>>();
        let estimators: Vec<_> = study
            .estimators
            .iter()
            .map(|estimator| json!({"label": estimator.label, "estimator": estimator.rule.to_string()}))
            .collect();
        let mut plan = json!({"name": study.name, "seed": study.seed, "trials": study.trials, "estimators": estimators,
            "n": study.n, "design": texts(&study.designs), "target": texts(&study.targets),
            "noise": texts(&study.noises),
            "shards": self.cells.iter().map(|cell| self.shards_of(cell)).sum::<u64>(),
            "layout": self.layout_json()});
        if let Some(cells) = &study.cells {
            // They are no product of the values above.
            plan["generate"] = serde_json::to_value(&cells.source).unwrap_or_default();
            plan["cells"] = cells.list.len().into();
        }
        plan
    }

    /// One cell and its shards.
    pub fn cell_json(&self, cell: &Cell) -> serde_json::Value {
        json!({"key": cell.key, "n": cell.n, "design": cell.design.to_string(),
            "target": cell.target.to_string(), "noise": cell.noise.to_string(), "shards": self.shards_of(cell)})
    }

    /// Shards of a cell, of all groups.
    pub fn shards_of(&self, cell: &Cell) -> u64 {
        self.groups(cell).iter().map(|group| self.study.trials.div_ceil(group.trials)).sum()
    }

    /// By n, which estimators share shards, and how large these are.
    fn layout_json(&self) -> serde_json::Value {
        let group = |group: &Group| {
            let labels = group.estimators.iter().map(|estimator| &self.study.estimators[*estimator].label);
            json!({"estimators": labels.collect::<Vec<_>>(), "shard_trials": group.trials,
                "shards": self.study.trials.div_ceil(group.trials),
                "shard_seconds": group.trials.min(self.study.trials) as f64 * group.seconds})
        };
        let level = |(n, groups): (&u64, &Arc<[Group]>)| json!({"n": n, "groups": groups.iter().map(group).collect::<Vec<_>>()});
        self.groups.iter().map(level).collect()
    }

    /// Swept parameters that have a column, in the order of their names.
    pub fn parameters(&self) -> &[(String, ParameterKind)] {
        &self.study.parameters
    }

    /// Names of the score columns.
    pub fn scores(&self) -> Vec<String> {
        self.study.criteria.columns()
    }
}

/// By n, which estimators share shards.
fn groups(study: &Study, cells: &[Cell], generator: Generator) -> Arc<BTreeMap<u64, Arc<[Group]>>> {
    let costs = Costs::new(study);
    let mut groups = BTreeMap::new();
    for cell in cells {
        groups.entry(cell.n).or_insert_with(|| costs.groups(study, generator, cell.n).into());
    }
    Arc::new(groups)
}

/// A footer key without the program's name.
pub(crate) fn bare(key: &str) -> &str {
    key.strip_prefix("tempered.").unwrap_or(key)
}

/// Whether a footer key tells what decides the numbers, apart from checksums and what others write.
pub(crate) fn decides(key: &str) -> bool {
    key.starts_with("tempered.") && key != tempered_store::CHECKSUM_KEY
}

/// What names a content in file names and footers.
pub(crate) fn hash(text: &str) -> String {
    tempered_store::key(text)
}
