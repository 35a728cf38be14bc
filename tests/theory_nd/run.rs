//! Runs of studies, and what their files hold.

use crate::finished::named;
pub use crate::finished::{Mean, Run};
use std::collections::BTreeMap;
use tempered_store::{Found, Table, read_footer, read_metrics};

impl Run {
    /// Runs a study: what stands under `generate`, `train` and `evaluate`, each on one line.
    pub fn new(trials: u64, generate: &str, train: &str, evaluate: &str) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "version: 1\nname: figures\nseed: 20261129\ntrials: {trials}\ngenerate: {{{generate}}}\ntrain: {{{train}}}\n\
             evaluate: {{{evaluate}}}\nstore: {{weights: none}}\n"
        );
        let study = folder.path().join("study.yaml");
        std::fs::write(&study, text).unwrap();
        Run::of(folder, study, &[])
    }

    /// A column of one estimator by trial, in the one cell whose content holds all of these words; failed trials are left out.
    /// `label` is a name, or that of a variant, `ridge[lambda=2]`.
    pub fn by_trial(&self, label: &str, words: &[&str], column: &str) -> BTreeMap<u64, f64> {
        let (name, variant) = named(label);
        let directory = self.directory();
        let mut values = BTreeMap::new();
        let mut cells = Vec::new();
        for file in directory.listing().unwrap().files {
            if file.table != Table::Metrics || file.place.estimator != name {
                continue;
            }
            let path = directory.metrics_path(&file.place);
            let Found::File(footer) = read_footer(&path).unwrap() else { panic!("{}", path.display()) };
            let cell = footer.get("tempered.cell").unwrap();
            let parts: Vec<&str> = cell.split([';', '(', ')', ',']).map(str::trim).collect();
            if footer.get("tempered.variant") != variant || !words.iter().all(|word| parts.contains(word)) {
                continue;
            }
            if !cells.contains(&file.place.cell) {
                cells.push(file.place.cell.clone());
            }
            let table = read_metrics(&path).unwrap();
            let score = table.names.iter().position(|name| name == column).unwrap();
            let done = table.trial.iter().enumerate().filter(|(row, _)| table.status[*row] == "ok");
            // Some scores do not apply to every trial, as the detection of wrong labels where there are none.
            values.extend(done.filter_map(|(row, trial)| Some((*trial, table.scores[score][row]?))));
        }
        assert_eq!(cells.len(), 1, "{label} in cells with {words:?}");
        values
    }

    /// The same in the order of trials.
    pub fn column(&self, label: &str, words: &[&str], column: &str) -> Vec<f64> {
        self.by_trial(label, words, column).into_values().collect()
    }

    /// The mean of a column.
    pub fn mean(&self, label: &str, words: &[&str], column: &str) -> Mean {
        Mean::of(&self.column(label, words, column))
    }

    /// The mean of R_2.
    pub fn risk(&self, label: &str, words: &[&str]) -> Mean {
        self.mean(label, words, "risk_l2")
    }
}

/// The column of R_p.
pub fn power_column(p: f64) -> String {
    format!("risk_l{}", p.to_string().replace('.', "_"))
}

impl Mean {
    /// Fails unless the mean is this figure, up to four standard errors and a share by which a formula is known to be off.
    ///
    /// One comparison of honest normal errors in 16,000 fails.
    pub fn is(self, what: &str, figure: f64, off: f64) {
        println!("{what}: {:.5} ± {:.5}, {figure:.5}", self.value, self.error);
        let within = 4.0 * self.error + off * figure.abs();
        assert!(
            (self.value - figure).abs() < within,
            "{what}: {} ± {}, expected {figure}",
            self.value,
            self.error
        );
    }
}

/// Fails unless so many of these values lie below a figure as this share says, up to four standard errors.
pub fn share_below(what: &str, values: &[f64], figure: f64, share: f64) {
    let count = values.len() as f64;
    let found = values.iter().filter(|value| **value <= figure).count() as f64 / count;
    let error = (share * (1.0 - share) / count).sqrt();
    println!("{what}: {found:.4} below {figure}, {share:.4} ± {error:.4}");
    // Figures have three digits; a quartile moved by half of the last one moves its share by .002 or less.
    assert!(
        (found - share).abs() < 4.0 * error + 2e-3,
        "{what}: {found} below {figure}, expected {share} ± {error}"
    );
}

/// The middle one of these values.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
