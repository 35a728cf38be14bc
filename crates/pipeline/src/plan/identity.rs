//! What decides the numbers in a file, and how its footer states it.

use super::columns::parameter_text;
use super::keys::{PROCESSOR_KEY, SIZE_KEY, TRIALS_KEY, VERSION_KEY};
use super::layout::Plan;
use super::shard::Shard;
use crate::generator::Generator;
use crate::spec::{Reproducibility, Space, Template, trains};
use tempered_math::space::{estimator::CATALOGUE, processor};
use tempered_store::key;

/// The parts of a cell besides n.
const PARTS: [&str; 3] = ["design", "target", "noise"];

impl Plan {
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
            let named: Vec<String> = parameters.iter().map(parameter_text).collect();
            identity.push(("parameters", named.join(", ")));
        }
        if !study.data_parameters.is_empty() {
            identity.push(("data_parameters", study.data_parameters.join(", ")));
        }
        if !study.metrics.is_empty() {
            identity.push(("metrics", study.metrics.join(", ")));
        }
        if !study.criteria.diagnostics.is_empty() {
            let words: Vec<&str> = study.criteria.diagnostics.iter().map(|one| one.word()).collect();
            identity.push(("diagnostics", words.join(", ")));
        }
        identity.extend(study.criteria.knots_within.map(|within| ("knots_per_gap", within.to_string())));
        identity.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
    }

    /// The footer of the files of (estimator, shard). No clock, host or thread count: bytes are reproducible, as far as
    /// [`Reproducibility`] says.
    pub fn footer(&self, estimator: usize, shard: &Shard) -> Vec<(String, String)> {
        let cell = &self.cells[shard.cell];
        let mut pairs = self.identity(estimator);
        pairs.push(("cell".into(), cell.content()));
        let joined: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.push(("plan".into(), key(&joined.join("\n"))));
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
            footer.push((SIZE_KEY.into(), self.cut_of(shard).to_string()));
        }
        footer.push((TRIALS_KEY.into(), format!("{}..{}", shard.trials.start, shard.trials.end)));
        footer.push((VERSION_KEY.into(), env!("CARGO_PKG_VERSION").into()));
        footer.extend(self.processor(estimator).map(|processor| (PROCESSOR_KEY.into(), processor)));
        footer
    }

    /// The processor that the last bits of an estimator's rows follow, where they follow one; with the revision of its arithmetic, where
    /// it had others.
    pub(crate) fn processor(&self, estimator: usize) -> Option<String> {
        if self.study.reproducibility() != Reproducibility::Processor {
            return None;
        }
        // Programs are in no catalogue, and what stands beside them on the line has pinned bits.
        let sample = self.study.estimators[estimator].rule.sample();
        let built = Some(sample).filter(|_| self.study.space() == Space::Features);
        let built = built.and_then(|sample| sample.build(CATALOGUE).ok());
        let revision = built.map_or(1, |estimator| estimator.revision());
        Some(if revision > 1 { format!("{}, revision {revision}", processor()) } else { processor() })
    }
}
