//! Every series with what is said of it and what is true, one row each.

use crate::run::Row;
use crate::setting::Setting;
use crate::study::Study;
use crate::truth::{Known, Truth};
use crate::verdicts::SUMMARIES;
use std::path::Path;

/// Columns of the program that tell why.
const COPIED: [&str; 18] = [
    "reason_in_probability",
    "reason_in_expectation",
    "mean_exists",
    "growth",
    "benign",
    "tempered",
    "catastrophic",
    "limit",
    "limit_low",
    "limit_high",
    "exponent",
    "exponent_low",
    "exponent_high",
    "tail_index",
    "tail_index_low",
    "tail_index_high",
    "tail_index_edge_low",
    "tail_index_edge_high",
];

/// Rows to be written.
#[derive(Default)]
pub struct Listing {
    rows: Vec<Vec<String>>,
}

impl Listing {
    /// Adds a series.
    pub fn add(&mut self, study: &Study, setting: &Setting, truth: &Truth, row: &Row) {
        let Setting { design, noise, estimator, risk, domain } = setting;
        let n = study.n.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        let mut line = vec![study.name.to_owned(), study.seed.to_string(), study.trials.to_string(), n];
        line.extend([estimator.to_string(), design.to_string(), noise.to_string(), risk.to_string()]);
        line.push(domain.to_string());
        for (summary, known) in SUMMARIES.iter().zip([truth.in_probability, truth.in_expectation]) {
            let of = |text: &dyn Fn(&Known) -> String| known.as_ref().map_or(String::new(), text);
            line.extend([of(&|known| known.distance.to_string()), of(&|known| known.class.to_string())]);
            line.push(row.text(summary).to_owned());
        }
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        line.extend([truth.gaps, truth.edges, truth.risk, truth.limit, truth.exponent].map(number));
        line.extend(COPIED.map(|column| row.text(column).to_owned()));
        self.rows.push(line);
    }

    /// Writes all rows as CSV.
    pub fn write(&self, path: &Path) {
        let mut header = ["study", "seed", "trials", "n", "estimator", "design", "noise", "p", "domain"]
            .map(str::to_owned)
            .to_vec();
        for summary in SUMMARIES {
            header.extend(["distance", "truth", "says"].map(|column| format!("{column}_{summary}")));
        }
        header.extend(["gaps", "edges", "risk", "true_limit", "true_exponent"].map(str::to_owned));
        header.extend(COPIED.map(str::to_owned));
        let mut writer = csv::Writer::from_path(path).unwrap();
        writer.write_record(&header).unwrap();
        self.rows.iter().for_each(|row| writer.write_record(row).unwrap());
        writer.flush().unwrap();
    }
}
