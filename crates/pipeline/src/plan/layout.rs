//! The plan: a checked study laid out as cells, shards and files. After it nobody reads YAML.

use super::cell::Cell;
use super::keys::Numbers;
use super::shard::Shard;
use super::tables::{Contents, Tables, add_content};
use super::widen::widen;
use super::workers::Workers;
use crate::error::Error;
use crate::generator::Generator;
use crate::spec::{
    Costs, Cut, Estimator, Formula, Group, Size, Space, Study, Template, is_generator, is_program,
    process_form, trains, truth_in_cell,
};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use tempered_math::catalogue::Choice;
use tempered_math::estimator::form;
use tempered_math::predictor::Form;
use tempered_math::space::rows::Table;
use tempered_store::ParameterKind;

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
    /// By size, which estimators share shards, and how large these are.
    pub(super) groups: Arc<BTreeMap<Size, Arc<[Group]>>>,
    /// The tables that its designs draw rows from.
    tables: Arc<Tables>,
    /// The programs that are its estimators, and what they said of trials that failed.
    pub workers: Arc<Workers>,
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
            tables: Arc::default(),
            workers: Arc::default(),
            growing: false,
        };
        plan.recording(&Numbers::new())
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
    pub(crate) fn recording(mut self, stored: &Numbers) -> Plan {
        let mut study = Study::clone(&self.asked);
        self.reference = widen(&mut study, self.generator, stored);
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

    /// Whether a program is among these estimators, or makes their samples.
    pub(crate) fn asks(&self, estimators: &[usize]) -> bool {
        let makes = self.study.designs.iter().any(is_generator);
        makes
            || estimators.iter().any(|estimator| is_program(self.study.estimators[*estimator].rule.sample()))
    }

    /// The form in which an estimator's predictors are stored; none by the rules under which they are sums of units.
    pub fn form(&self, estimator: usize) -> Option<Form> {
        let rule = self.study.estimators[estimator].rule.sample();
        let form = match self.study.space() {
            // There is no predictor.
            Space::Program => return None,
            _ if is_program(rule) => process_form(rule),
            Space::Line => form(rule),
            Space::Features => Form::Linear,
        };
        (self.generator >= Generator::Four).then_some(form)
    }

    /// The table that training sets of a cell are rows of, read at the first call; `None` where the design is a law.
    ///
    /// # Errors
    /// No file of its content lies where the study says, or in the current folder; it leaves no row to be judged by.
    pub fn table(&self, cell: &Cell) -> Result<Option<Arc<Table>>, Error> {
        self.tables.of(cell)
    }

    /// Reads the tables of all cells.
    ///
    /// # Errors
    /// See [`Plan::table`].
    pub fn read_tables(&self) -> Result<(), Error> {
        if self.contents().is_empty() {
            return Ok(());
        }
        self.cells.iter().try_for_each(|cell| self.table(cell).map(drop))
    }

    /// The contents of files that its designs read.
    pub(crate) fn contents(&self) -> Contents {
        let mut contents = Contents::new();
        self.study.designs.iter().for_each(|design| add_content(design, &mut contents));
        contents
    }

    /// Which estimators share shards in a cell, in the order of the study.
    pub fn groups(&self, cell: &Cell) -> &[Group] {
        self.groups.get(&cell.size()).map_or(&[], |groups| groups)
    }

    /// The sizes of training sets.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = Size> + '_ {
        self.groups.keys().copied()
    }

    /// The estimators of a shard.
    pub fn estimators(&self, shard: &Shard) -> &Arc<[usize]> {
        &self.groups(&self.cells[shard.cell])[shard.group].estimators
    }

    /// Every shard, cell by cell and group by group.
    pub fn shards(&self) -> impl Iterator<Item = Shard> + '_ {
        self.cells.iter().enumerate().flat_map(move |(position, cell)| {
            let groups = self.groups(cell).iter().enumerate();
            groups.flat_map(move |(group, Group { cut, .. })| {
                (0..cut.count(self.study.trials)).map(move |index| {
                    let full = cut.shard(index);
                    Shard {
                        cell: position,
                        group,
                        index: u32::try_from(index).unwrap_or(u32::MAX),
                        trials: full.start..full.end.min(self.study.trials),
                    }
                })
            })
        })
    }

    /// The shard of an estimator that holds this trial, whether the study asks for it or not.
    pub fn shard_of(&self, cell: usize, estimator: usize, trial: u64) -> Shard {
        let group = self.group_of(cell, estimator);
        let cut = self.groups(&self.cells[cell])[group].cut;
        let index = cut.index(trial);
        Shard { cell, group, index: u32::try_from(index).unwrap_or(u32::MAX), trials: cut.shard(index) }
    }

    /// Where the trials of its cell are cut for the estimators of a shard.
    pub(crate) fn cut_of(&self, shard: &Shard) -> Cut {
        self.groups(&self.cells[shard.cell])[shard.group].cut
    }

    /// The trials of a shard when it is full, whatever the study asks for.
    pub(crate) fn full(&self, shard: &Shard) -> Range<u64> {
        self.cut_of(shard).shard(shard.index.into())
    }

    /// The group of an estimator in a cell.
    pub(crate) fn group_of(&self, cell: usize, estimator: usize) -> usize {
        let groups = self.groups(&self.cells[cell]);
        groups.iter().position(|group| group.estimators.contains(&estimator)).unwrap_or(0)
    }

    /// Shards of an estimator in a cell.
    pub fn shard_count(&self, cell: &Cell, estimator: usize) -> u64 {
        let group = self.groups(cell).iter().find(|group| group.estimators.contains(&estimator));
        group.map_or(0, |group| group.cut.count(self.study.trials))
    }

    /// Shards of a cell, of all groups.
    pub fn shards_of(&self, cell: &Cell) -> u64 {
        self.groups(cell).iter().map(|group| group.cut.count(self.study.trials)).sum()
    }

    /// Swept parameters that have a column, in the order of their names.
    pub fn parameters(&self) -> &[(String, ParameterKind)] {
        &self.study.parameters
    }

    /// The true value of an estimand in each cell, by the key of the cell; cells in which its formula has no value have none.
    pub fn truths(&self, truth: &Formula) -> BTreeMap<String, f64> {
        let one = |cell: &Cell| {
            let parts = (cell.n, [&*cell.design, &*cell.target, &*cell.noise]);
            Some((cell.key.clone(), truth_in_cell(truth, &parts).ok()?))
        };
        self.cells.iter().filter_map(one).collect()
    }

    /// Names of the score columns: those of the criteria, then metrics that programs answer.
    pub fn scores(&self) -> Vec<String> {
        let mut columns = self.study.criteria.columns();
        columns.extend(self.study.metrics.iter().cloned());
        columns
    }
}

/// By size, which estimators share shards.
fn groups(study: &Study, cells: &[Cell], generator: Generator) -> Arc<BTreeMap<Size, Arc<[Group]>>> {
    let costs = Costs::new(study);
    let mut groups = BTreeMap::new();
    for cell in cells {
        let size = cell.size();
        groups.entry(size).or_insert_with(|| costs.groups(study, generator, size).into());
    }
    Arc::new(groups)
}
