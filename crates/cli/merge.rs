//! `tempered merge`.

use crate::args::Merge;
use crate::exit::{Ending, Failure};
use crate::{output, study};
use tempered_pipeline::RunDirectory;
use tempered_pipeline::directory::Gaps;
use tempered_pipeline::merge::merge;

/// Joins run directories of one study into one, and says what is missing then.
pub fn run(options: &Merge) -> Result<Ending, Failure> {
    let Some(first) = options.directories.first() else {
        return Err(Failure::Usage("no directory to merge".into()));
    };
    let (plan, _) = study::recorded(first)?;
    let sources = options.directories.iter().map(|path| RunDirectory::open(path));
    let sources = sources.collect::<Result<Vec<_>, _>>()?;
    let target = RunDirectory::create(&options.out)?;
    let plan = plan.in_directory(&target)?;
    let merged = merge(&plan, &target, &sources, options.threads.count())?;
    let mut text = format!("{}: {} files of shards copied", options.out.display(), merged.copied);
    for (count, what) in [
        (merged.equal, "were there in several directories, with equal bytes"),
        (merged.shorter, "had fewer trials than others, which were taken"),
        (
            merged.elsewhere,
            "were made on several processors, or by several revisions of an estimator's arithmetic, of which the first was taken",
        ),
    ] {
        if count > 0 {
            text += &format!(", {count} {what}");
        }
    }
    if merged.complete {
        output::print(&format!("{text}\nthe study is complete\n"))?;
        return Ok(Ending::Done);
    }
    let of = options.of.unwrap_or(options.directories.len() as u64).max(1);
    let gaps = Gaps::new(&plan, &target, of)?;
    text += &format!("\n{}\n", missing(&gaps, of));
    output::print(&text)?;
    Ok(Ending::Unfinished)
}

/// Says what is missing, and which shares bring it.
pub fn missing(gaps: &Gaps, of: u64) -> String {
    format!(
        "{} of {} shards are missing; they are in these shares of `--shard K/{of}`, as Slurm's --array takes them: {}",
        gaps.missing,
        gaps.shards,
        gaps.ranges()
    )
}
