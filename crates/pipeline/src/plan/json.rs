//! A plan as records and programs read it.

use super::cell::Cell;
use super::layout::Plan;
use crate::spec::{Group, Size};
use serde_json::json;
use std::sync::Arc;
use tempered_math::catalogue::Choice;

impl Plan {
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

    /// By size, which estimators share shards, and how large these are.
    fn layout_json(&self) -> serde_json::Value {
        let study = &self.study;
        let group = |group: &Group| {
            let labels = group.estimators.iter().map(|estimator| &study.estimators[*estimator].label);
            json!({"estimators": labels.collect::<Vec<_>>(), "shard_trials": group.cut.most(),
                "shards": group.cut.count(study.trials),
                "shard_seconds": group.shard_seconds(study.trials)})
        };
        let level = |(size, groups): (&Size, &Arc<[Group]>)| {
            let mut level = json!({"n": size.n, "groups": groups.iter().map(group).collect::<Vec<_>>()});
            if let Some(d) = size.d {
                level["d"] = d.into();
            }
            level
        };
        self.groups.iter().map(level).collect()
    }
}
