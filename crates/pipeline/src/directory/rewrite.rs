//! Growth by columns in which all rows of a file agree, swept parameters above all: the rows that are there are encoded anew,
//! and no fit is done again.

use super::check::{Fault, Finding, Remedy, faults_of};
use super::judge::placing;
use super::read::read;
use super::recorded::Recorded;
use crate::error::Error;
use crate::plan::{PROCESSOR_KEY, Plan, Shard, files, layout, place};
use rayon::prelude::*;
use std::sync::Arc;
use tempered_flow::{Cancel, Pool};
use tempered_math::sample::Degenerate;
use tempered_store::{
    Buffers, EstimatorFiles, Found, Layout, Place, RunDirectory, ShardWriter, Table, read_footer,
    rewrite as rewrite_files,
};

/// Shards that are committed together: small files are synced side by side, and their folders once.
const TOGETHER: usize = 64;

/// Finished rows that are to be written anew.
pub(crate) struct Rewrite {
    pub shard: Shard,
    pub estimator: usize,
    /// Where they lie: in their own place, or in that which they had when other parameters were swept.
    pub from: Place,
}

/// What became of files that were to be written anew.
#[derive(Debug, Default)]
pub(crate) struct Rewritten {
    /// Shards of an estimator that were.
    pub shards: u64,
    /// What is wrong with others, one line a file: they are computed again.
    pub unfit: Vec<String>,
    /// Whether a stop came first.
    pub stopped: bool,
}

/// Writes files anew with the columns of a plan. Each is read whole first, as in verifying: what does not add up would
/// otherwise get a new checksum. What is wrong goes to quarantine.
///
/// Old files stay in place until new ones are durable, and then keep a second name among the former ones.
///
/// # Errors
/// The file system refuses.
pub(crate) fn rewrite(
    plan: &Plan,
    directory: &RunDirectory,
    rewrites: &[Rewrite],
    (pool, cancel): (&Pool, &Cancel),
) -> Result<Rewritten, Error> {
    let mut done = Rewritten::default();
    let Some(recorded) = read(directory)? else { return Ok(done) };
    let words = Degenerate::ALL.map(|reason| reason.word());
    let rewriting =
        Rewriting { plan, directory, recorded, layout: layout(plan), words: &words, buffers: Arc::default() };
    for together in rewrites.chunks(TOGETHER) {
        if cancel.is_requested() {
            done.stopped = true;
            return Ok(done);
        }
        rewriting.some(together, pool, &mut done)?;
    }
    Ok(done)
}

struct Rewriting<'a> {
    plan: &'a Plan,
    directory: &'a RunDirectory,
    recorded: Recorded,
    layout: Layout,
    words: &'a [&'static str],
    buffers: Arc<Buffers>,
}

impl Rewriting<'_> {
    /// Writes some files anew, and puts them into their places together.
    fn some(&self, rewrites: &[Rewrite], pool: &Pool, done: &mut Rewritten) -> Result<(), Error> {
        let written = pool
            .install(|| rewrites.par_iter().map(|part| self.one(part)).collect::<Result<Vec<_>, Error>>())?;
        let (mut writers, mut placed) = (Vec::new(), Vec::new());
        for (one, part) in written.into_iter().zip(rewrites) {
            match one {
                Ok(writer) => {
                    writers.push(writer);
                    placed.push(part);
                }
                Err(finding) => {
                    done.unfit.push(format!("{} {}", finding.path.display(), finding.fault));
                }
            }
        }
        done.shards += writers.len() as u64;
        ShardWriter::commit_all(writers, |position, _, table| {
            let Rewrite { shard, estimator, .. } = placed[position];
            placing(self.plan, self.directory, shard, *estimator, table)
        })?;
        for Rewrite { shard, estimator, from } in placed {
            if *from != place(self.plan, *estimator, shard) {
                self.directory.set_aside(from)?;
            }
        }
        Ok(())
    }

    /// The numbers stay those of the processor that computed them.
    fn keep_processor(&self, from: &Place, files: &mut EstimatorFiles) -> Result<(), Error> {
        if let Found::File(footer) = read_footer(&self.directory.metrics_path(from))?
            && let Some(processor) = footer.get(PROCESSOR_KEY)
        {
            let own = files.footer.iter_mut().filter(|(key, _)| key == PROCESSOR_KEY);
            own.for_each(|(_, value)| processor.clone_into(value));
        }
        Ok(())
    }

    /// Encodes the files of a shard of an estimator; the inner error is what is wrong with them.
    fn one(
        &self,
        Rewrite { shard, estimator, from }: &Rewrite,
    ) -> Result<Result<ShardWriter, Finding>, Error> {
        let mut found = faults_of(self.directory, &self.recorded, from)?;
        for finding in found.iter().filter(|finding| finding.fault.remedy() == Remedy::Quarantine) {
            self.directory.quarantine(&self.directory.root().join(&finding.path))?;
        }
        if !found.is_empty() {
            return Ok(Err(found.swap_remove(0)));
        }
        let mut files = files(self.plan, *estimator, shard);
        self.keep_processor(from, &mut files)?;
        let to = (&self.layout, &files, shard.index);
        match rewrite_files(self.directory, from, to, self.words, &self.buffers) {
            Ok(writer) => Ok(Ok(writer)),
            Err(error) if error.is_damage() => {
                let path = from.path(Table::Metrics);
                Ok(Err(Finding { path, fault: Fault::Damaged(error) }))
            }
            Err(error) => Err(error.into()),
        }
    }
}
