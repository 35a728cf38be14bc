//! What lies in a directory besides what a plan asks for.

use crate::error::Error;
use crate::plan::{self, CELL_KEY, Cell, ESTIMATOR_KEY, Plan, Shard, VARIANT_KEY, trials};
use crate::spec::Estimator;
use std::collections::{BTreeMap, BTreeSet};
use tempered_store::{Found, Place, RunDirectory, Table, read_footer};

/// The plan with the estimators and cells of files that it does not ask for, and these files as shards of it, by cell and
/// trials. What they are stands in their footers; what this program cannot compute, or does not belong there, is left to
/// verifying.
pub(crate) fn with_left(plan: Plan, directory: &RunDirectory) -> Result<(Plan, Vec<(Shard, usize)>), Error> {
    let mut left = Left::new(&plan);
    for file in directory.listing()?.files.into_iter().filter(|file| file.table == Table::Metrics) {
        if left.is_planned(&plan, &file.place) {
            continue;
        }
        if let Found::File(footer) = read_footer(&directory.metrics_path(&file.place))?
            && let Some(trials) = trials(&footer)
            && let (Some(estimator), Some(cell)) = (footer.get(ESTIMATOR_KEY), footer.get(CELL_KEY))
            && let (Some(estimator), Some(cell)) = (
                left.estimator(&file.place, footer.get(VARIANT_KEY), estimator),
                left.cell(&file.place.cell, cell),
            )
        {
            // Files may lie in the places that they had when other parameters were swept, or in both.
            let is_new = left.seen.insert((estimator, cell, file.place.index));
            if is_new && !left.is_asked(&plan, (estimator, cell), file.place.index) {
                // Which group it belongs to is known when all estimators are.
                left.shards.push((Shard { cell, group: 0, index: file.place.index, trials }, estimator));
            }
        }
    }
    let Left { more_estimators, more_cells, mut shards, .. } = left;
    let plan = plan.with(more_estimators, more_cells);
    shards.retain_mut(|(shard, estimator)| {
        shard.group = plan.group_of(shard.cell, *estimator);
        let (full, trials) = (plan.full(shard), &shard.trials);
        // What says that it holds more than a shard does is none.
        trials.start == full.start && trials.end <= full.end
    });
    shards.sort_by_key(|(shard, estimator)| {
        (shard.cell, shard.group, shard.index, shard.trials.end, *estimator)
    });
    Ok((plan, shards))
}

/// What lies in a directory besides a plan.
struct Left {
    /// Positions of the plan's estimators and of those besides, and what they are, by name and key of the variant.
    estimators: BTreeMap<(String, Option<String>), (usize, String)>,
    more_estimators: Vec<Estimator>,
    /// Positions of the plan's estimators by name and rule.
    rules: BTreeMap<(String, String), usize>,
    /// Estimator, cell and number of shards that were found.
    seen: BTreeSet<(usize, usize, u32)>,
    /// Positions of cells by key.
    cells: BTreeMap<String, usize>,
    planned_cells: usize,
    more_cells: Vec<Cell>,
    shards: Vec<(Shard, usize)>,
}

impl Left {
    fn new(plan: &Plan) -> Left {
        let estimators = plan.study.estimators.iter().enumerate();
        let cells = plan.cells.iter().enumerate();
        Left {
            estimators: estimators
                .clone()
                .map(|(e, known)| ((known.name.to_string(), known.key()), (e, known.rule.to_string())))
                .collect(),
            more_estimators: Vec::new(),
            rules: estimators
                .map(|(e, known)| ((known.name.to_string(), known.rule.to_string()), e))
                .collect(),
            seen: BTreeSet::new(),
            cells: cells.map(|(position, cell)| (cell.key.clone(), position)).collect(),
            planned_cells: plan.cells.len(),
            more_cells: Vec::new(),
            shards: Vec::new(),
        }
    }

    fn is_planned(&self, plan: &Plan, place: &Place) -> bool {
        let of = (place.estimator.clone(), place.variant.clone());
        let estimator = self.estimators.get(&of).map(|(estimator, _)| *estimator);
        let cell = self.cells.get(&place.cell).copied();
        estimator.zip(cell).is_some_and(|of| self.is_asked(plan, of, place.index))
    }

    /// Whether a plan asks for a shard.
    fn is_asked(&self, plan: &Plan, (estimator, cell): (usize, usize), index: u32) -> bool {
        let is_known = estimator < plan.study.estimators.len() && cell < self.planned_cells;
        is_known && u64::from(index) < plan.shard_count(&plan.cells[cell], estimator)
    }

    /// Position of the estimator of a place, from the swept parameters and the estimator that its file states.
    fn estimator(&mut self, place: &Place, variant: Option<&str>, estimator: &str) -> Option<usize> {
        let of = (place.estimator.clone(), place.variant.clone());
        if let Some((position, known)) = self.estimators.get(&of) {
            return (known == estimator).then_some(*position);
        }
        if let Some(position) = self.rules.get(&(place.estimator.clone(), estimator.to_owned())) {
            return Some(*position);
        }
        let position = self.estimators.len();
        let left = plan::variant(&place.estimator, variant, estimator)?;
        if left.key() != place.variant {
            return None;
        }
        self.more_estimators.push(left);
        self.estimators.insert(of, (position, estimator.into()));
        Some(position)
    }

    /// Position of the cell of this key and content.
    fn cell(&mut self, key: &str, content: &str) -> Option<usize> {
        if let Some(position) = self.cells.get(key) {
            return Some(*position);
        }
        let position = self.cells.len();
        let cell = plan::cell(content).filter(|cell| cell.key == key)?;
        self.more_cells.push(cell);
        self.cells.insert(key.into(), position);
        Some(position)
    }
}
