//! `tempered plan`.

use crate::args::{Format, Plan as Options};
use crate::exit::{Ending, Failure};
use crate::{diff, output, study};
use tempered_pipeline::pilot;

/// Prints what a study amounts to.
pub fn plan(options: &Options) -> Result<Ending, Failure> {
    let plan = study::plan(&options.file)?;
    if let Some(directory) = &options.diff {
        return diff::diff(&plan, directory, options.format);
    }
    let pilot = pilot::estimate(&plan)?;
    if options.format == Format::Json {
        let mut text = plan.to_json();
        text["bytes"] = pilot.bytes.into();
        text["core_seconds"] = pilot.core_seconds.into();
        output::print(&format!("{text:#}"))?;
        return Ok(Ending::Done);
    }
    let mut text = format!("{}  seed {}\n", plan.study.name, plan.study.seed);
    for (label, estimator) in &plan.study.estimators {
        text += &format!("  {label}: {estimator}\n");
    }
    text += &format!("{:>16} {:>10} {:>8} {:>7}  design, target, noise\n", "cell", "n", "trials", "shards");
    for cell in &plan.cells {
        text += &format!(
            "{:>16} {:>10} {:>8} {:>7}  {}, {}, {}\n",
            cell.key,
            cell.n,
            plan.study.trials,
            plan.shard_count(cell),
            cell.design,
            cell.target,
            cell.noise
        );
    }
    text += &format!(
        "{} cells, {} trials, {} shards, about {:.1} MB and {:.0} core-seconds (from a short pilot)",
        plan.cells.len(),
        plan.cells.len() as u64 * plan.study.trials,
        plan.shards().count(),
        pilot.bytes / 1e6,
        pilot.core_seconds.ceil()
    );
    output::print(&text)?;
    Ok(Ending::Done)
}
