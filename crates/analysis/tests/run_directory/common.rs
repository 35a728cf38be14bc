//! Run directories that are written for a test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use polars_core::prelude::*;
use polars_io::prelude::{KeyValueMetadata, ParquetWriter};
use tempered_analysis::{Known, Options, Risk, Series, Summary, analyze};
use tempered_store::key;

/// Fixed pseudo-random numbers in (0, 1): a Weyl sequence, shuffled by its own digits.
pub fn uniforms(count: usize, seed: u64) -> Vec<f64> {
    (0..count as u64)
        .map(|k| {
            let mut z = (k + 1).wrapping_add(seed << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        })
        .collect()
}

/// A shard's contents.
#[derive(Clone)]
pub struct Shard<'a> {
    pub estimator: &'a str,
    pub n: u64,
    pub index: usize,
    /// The number of its first trial.
    pub from: usize,
    pub labels: [&'a str; 3],
    /// Swept parameters of the estimator.
    pub variant: Option<&'a str>,
    /// Column names with a value for each trial.
    pub risks: Vec<(&'a str, Vec<Option<f64>>)>,
    /// Status of a trial that lacks the first of them.
    pub failure: &'a str,
}

impl Default for Shard<'_> {
    fn default() -> Self {
        Shard {
            estimator: "spline",
            n: 100,
            index: 0,
            from: 0,
            labels: LABELS,
            variant: None,
            risks: Vec::new(),
            failure: "panicked",
        }
    }
}

impl Shard<'_> {
    pub fn content(&self) -> String {
        let [design, target, noise] = self.labels;
        format!("n={};design={design};target={target};noise={noise}", self.n)
    }

    /// The key of its cell.
    pub fn cell(&self) -> String {
        key(&self.content())
    }

    /// The estimator with its parameters.
    fn rule(&self) -> String {
        match self.variant {
            Some(variant) => format!("linear_spline({variant})"),
            None => "linear_spline".into(),
        }
    }

    pub fn footer(&self) -> Vec<(String, String)> {
        let trials = format!("{}..{}", self.from, self.from + self.risks[0].1.len());
        let risks = self.risks.iter().filter_map(|(name, _)| name.strip_prefix("risk_"));
        let risks =
            risks.map(|risk| risk.trim_start_matches('l').replace('_', ".")).collect::<Vec<_>>().join(", ");
        let estimator = self.rule();
        let pairs = [
            ("risks", risks.as_str()),
            ("generator", "4"),
            ("seed", "7"),
            ("domain", "hull"),
            ("estimator", &estimator),
            ("cell", &self.content()),
            ("label", self.estimator),
            ("trials", &trials),
        ];
        let variant = self.variant.map(|variant| ("variant", variant));
        pairs
            .into_iter()
            .chain(variant)
            .map(|(name, value)| (format!("tempered.{name}"), value.to_owned()))
            .collect()
    }

    pub fn path(&self, run: &Path) -> PathBuf {
        let variant = self.variant.map_or_else(String::new, |_| format!("-{}", key(&self.rule())));
        let name = format!("{}{variant}-{:06}.parquet", self.cell(), self.index);
        run.join(format!("metrics/estimator={}/n={}", self.estimator, self.n)).join(name)
    }

    pub fn write(self, run: &Path) {
        let footer = self.footer();
        self.write_with(run, &footer);
    }

    pub fn write_with(self, run: &Path, footer: &[(String, String)]) {
        let path = self.path(run);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let rows = self.risks[0].1.len();
        let ok = self.risks[0].1.iter().map(Option::is_some).collect::<Vec<_>>();
        let word = |name: &str, word: &str| Column::new(name.into(), vec![word; rows]);
        let status = ok.iter().map(|ok| if *ok { "ok" } else { self.failure });
        let trials = (self.from..self.from + rows).map(|trial| trial as i64);
        let mut columns = vec![
            word("cell", "unread"),
            Column::new("trial".into(), trials.collect::<Vec<_>>()),
            Column::new("status".into(), status.collect::<Vec<_>>()),
            word("design", self.labels[0]),
            word("target", self.labels[1]),
            word("noise", self.labels[2]),
            Column::new("kinks".into(), ok.iter().map(|&ok| ok.then_some(7i64)).collect::<Vec<_>>()),
            Column::new("norm".into(), ok.iter().map(|&ok| ok.then_some(7.0)).collect::<Vec<_>>()),
        ];
        columns.extend(self.risks.into_iter().map(|(name, values)| Column::new(name.into(), values)));
        let mut frame = DataFrame::new_infer_height(columns).unwrap();
        let pairs = KeyValueMetadata::from_static(footer.to_vec());
        let writer = ParquetWriter::new(File::create(path).unwrap()).with_key_value_metadata(Some(pairs));
        writer.finish(&mut frame).unwrap();
    }
}

pub const LABELS: [&str; 3] = ["uniform", "zero", "normal(sd=1)"];
pub const SIZES: [u64; 4] = [100, 1000, 10_000, 100_000];

/// Four levels of 1000 trials in two shards each, whose medians follow a law; log-uniform noise of ± 50 %.
pub fn write_law(run: &Path, estimator: &str, law: impl Fn(f64) -> f64) {
    write_tailed_law(run, estimator, law, None);
}

/// The same with maxima over gaps that follow Fréchet's law of this index.
pub fn write_tailed_law(run: &Path, estimator: &str, law: impl Fn(f64) -> f64, index_of_gaps: Option<f64>) {
    for (place, n) in SIZES.into_iter().enumerate() {
        for index in 0..2 {
            let noise = uniforms(500, 17 * place as u64 + index as u64);
            let values = noise.iter().map(|u| Some(law(n as f64) * (u - 0.5).exp())).collect();
            let mut risks = vec![("risk_l2", values)];
            if let Some(alpha) = index_of_gaps {
                let maxima = uniforms(500, 1000 + 17 * place as u64 + index as u64);
                let maxima = maxima.iter().map(|u| Some((-1.0 / u.ln()).powf(1.0 / alpha)));
                risks.push(("gap_max_l2", maxima.collect()));
            }
            Shard { estimator, n, index, from: 500 * index, risks, ..Shard::default() }.write(run);
        }
    }
}

/// Few bootstrap rounds: the numbers here are not about them.
pub fn options() -> Options {
    Options { bootstrap: 200, ..Options::default() }
}

pub fn plain(run: &Path) -> Summary {
    analyze(run, &options(), &silent).unwrap()
}

pub fn silent(_: &str, _: &str, _: &str, _: &str, _: Risk) -> Known {
    Known::default()
}

pub fn of<'a>(summary: &'a Summary, estimator: &str) -> &'a Series {
    summary.series.iter().find(|series| series.estimator == estimator).unwrap()
}
