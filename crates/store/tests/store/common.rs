//! Shards of made-up rows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempered_store::{
    Buffers, Error, EstimatorFiles, Format, Labels, Layout, MetricsChunk, Place, Placing, RunDirectory,
    ShardEncoder, ShardWriter, WeightsChunk,
};

pub const CELL: &str = "0123456789abcdef";

pub fn layout() -> Layout {
    Layout {
        format: Format::Four,
        parameters: vec!["noise_sd".into()],
        swept: Vec::new(),
        scores: vec!["norm".into(), "distance_l2".into()],
    }
}

pub fn files(label: &str) -> EstimatorFiles {
    EstimatorFiles {
        labels: Labels {
            estimator: label.into(),
            variant: None,
            n: 10,
            cell: CELL.into(),
            design: "uniform".into(),
            target: "zero".into(),
            noise: "normal(sd=1)".into(),
            parameters: vec![Some(1.0)],
            swept: Vec::new(),
        },
        footer: vec![("tempered.plan".into(), "abc".into()), ("tempered.trials".into(), "0..1000".into())],
        weights: Some(64),
        checkpoints: false,
        form: None,
    }
}

pub fn place(label: &str) -> Place {
    Place { estimator: label.into(), n: 10, cell: CELL.into(), variant: None, index: 0 }
}

/// A shard under way: its encoder and its files.
pub struct Shard {
    encoder: ShardEncoder,
    writer: ShardWriter,
}

impl Shard {
    pub fn begin(directory: &RunDirectory, files: Vec<EstimatorFiles>) -> Shard {
        Shard::of(directory, &layout(), files)
    }

    pub fn of(directory: &RunDirectory, layout: &Layout, files: Vec<EstimatorFiles>) -> Shard {
        let buffers = Arc::<Buffers>::default();
        let encoder = ShardEncoder::begin(0, layout, &files, &buffers).unwrap();
        Shard { encoder, writer: ShardWriter::begin(directory, 0, layout, &files).unwrap() }
    }

    pub fn push(
        &mut self,
        metrics: &[Vec<MetricsChunk>],
        weights: Vec<Vec<WeightsChunk>>,
    ) -> Result<(), Error> {
        self.writer.append(self.encoder.push_all(metrics, weights)?.groups)
    }

    pub fn commit(self) -> Result<(), Error> {
        self.commit_as(Placing::Replace)
    }

    pub fn commit_as(mut self, placing: Placing) -> Result<(), Error> {
        self.writer.append(self.encoder.finish()?.groups)?;
        self.writer.commit(|_, _| Ok(placing))
    }
}

/// Rows that differ; every seventh failed, every fifth network empty.
pub fn rows(trials: std::ops::Range<u64>) -> (MetricsChunk, WeightsChunk) {
    let mut metrics = MetricsChunk::default();
    let mut weights = WeightsChunk::default();
    for trial in trials {
        let failed = trial % 7 == 3;
        metrics.trial.push(trial);
        metrics.failure.push(failed.then_some("overflow"));
        metrics.kinks.push((!failed).then_some(trial % 5));
        metrics.scores.push((!failed).then_some((trial as f64).sqrt()));
        metrics.scores.push((!failed && trial % 2 == 0).then_some(1.0 / (trial as f64 + 1.0)));
        if failed {
            continue;
        }
        weights.trial.push(trial);
        weights.skip_slope.push(trial as f64);
        weights.skip_intercept.push(-0.5);
        for k in 0..trial % 5 {
            weights.outer.push((trial as f64 + k as f64).cos());
            weights.bias.push(-(k as f64) / 5.0);
        }
        weights.ends.push(weights.outer.len());
    }
    (metrics, weights)
}

/// Writes 1,000 trials of two estimators cut into chunks, each push holding `per_push` of them.
pub fn write(root: &Path, chunk: u64, per_push: usize, threads: usize) -> RunDirectory {
    let directory = RunDirectory::create(root).unwrap();
    let mut writer = Shard::begin(&directory, vec![files("a"), files("b")]);
    let starts: Vec<u64> = (0..1000).step_by(chunk as usize).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        for starts in starts.chunks(per_push) {
            let (metrics, weights): (Vec<_>, Vec<_>) =
                starts.iter().map(|start| rows(*start..(start + chunk).min(1000))).unzip();
            writer.push(&[metrics.clone(), metrics], vec![weights.clone(), weights]).unwrap();
        }
        writer.commit().unwrap();
    });
    directory
}

pub fn paths(directory: &RunDirectory, label: &str) -> [PathBuf; 2] {
    [directory.metrics_path(&place(label)), directory.weights_path(&place(label))]
}
