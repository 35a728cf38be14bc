//! `tempered plan`.

use crate::args::{Format, Plan as Options};
use crate::exit::{Ending, Failure};
use crate::{diff, output, study, theory};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;
use std::time::Duration;
use tempered_analysis::short;
use tempered_math::space;
use tempered_math::space::theory::Ranks;
use tempered_pipeline::pilot::{self, Estimate};
use tempered_pipeline::plan::{Cell, Plan};
use tempered_pipeline::spec::{Group, Merged, Reproducibility, Size, Space};

/// Cells that are listed one by one at most: a screen or two.
const MOST_CELLS: usize = 100;
/// Cells that are shown where there are more.
const FEW_CELLS: usize = 10;
/// Values of an axis that are listed one by one at most, and those that are shown where there are more: about a line.
const MOST_VALUES: usize = 10;
const FEW_VALUES: usize = 5;

/// Variants of a name that are named one by one in a list of estimators.
const FEW_VARIANTS: usize = 4;
/// Sizes n of which shards are listed one by one at most.
const MOST_LEVELS: usize = 20;
/// Seconds of a core that a shard may take without a warning: ten minutes are lost where a run is killed.
const LONG: f64 = 600.0;

/// Prints what a study amounts to.
pub fn plan(options: &Options) -> Result<Ending, Failure> {
    let plan = study::plan(&options.file, options.diff.as_deref())?;
    if let Some(directory) = &options.diff {
        return diff::diff(&plan, directory, options.format);
    }
    let pilot = pilot::estimate(&plan)?;
    let warnings = warnings(&plan);
    if options.format == Format::Json {
        let mut head = plan.to_json();
        head["bytes"] = pilot.bytes.into();
        head["core_seconds"] = pilot.core_seconds.into();
        head["warnings"] = json!(warnings);
        head["reproducibility"] = plan.study.reproducibility().to_string().into();
        let head = head.as_object().cloned().unwrap_or_default();
        output::json_with_list(&head, "cells", plan.cells.iter().map(|cell| plan.cell_json(cell)))?;
        return Ok(Ending::Done);
    }
    output::print(&(cells(&plan) + &shards(&plan) + &total(&plan, &pilot) + &bits(&plan)))?;
    warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    Ok(Ending::Done)
}

/// The study's head and a line a cell.
fn cells(plan: &Plan) -> String {
    let mut text = format!("{}  seed {}\n", plan.study.name, plan.study.seed);
    text += &estimators(plan);
    let shown = if plan.cells.len() > MOST_CELLS { FEW_CELLS } else { plan.cells.len() };
    if shown < plan.cells.len() {
        text += &axes(plan);
    }
    text += &format!("{:>16} {:>10} {:>8} {:>7}  design, target, noise\n", "cell", "n", "trials", "shards");
    for cell in &plan.cells[..shown] {
        let Cell { key, n, design, target, noise, .. } = cell;
        let (trials, shards) = (plan.study.trials, plan.shards_of(cell));
        text += &format!("{key:>16} {n:>10} {trials:>8} {shards:>7}  {design}, {target}, {noise}\n");
    }
    if shown < plan.cells.len() {
        let more = plan.cells.len() - shown;
        text += &format!("{:>16} {more} cells more: --format json lists all\n", "…");
    }
    text
}

/// A line for each name, with the axes of its variants where it has several.
fn estimators(plan: &Plan) -> String {
    let mut text = String::new();
    for variants in plan.study.estimators.chunk_by(|one, other| one.name == other.name) {
        let Some(first) = variants.first() else { continue };
        if first.swept.is_empty() {
            text += &format!("  {}: {}\n", first.name, first.rule);
            continue;
        }
        let axes: Vec<&str> = first.swept.iter().map(|(name, _)| *name).collect();
        let arguments = first.rule.sample().arguments().iter().map(|(name, _)| {
            let value = first.rule.argument(name).unwrap_or_default();
            format!("{name}={}", if axes.contains(name) { "…" } else { &value })
        });
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        let rule = first.rule.sample().name();
        text += &format!("  {}: {rule}({arguments}), {} variants\n", first.name, variants.len());
        for (place, axis) in axes.iter().enumerate() {
            let mut values: Vec<String> = Vec::new();
            for variant in variants {
                let value = variant.swept[place].1.to_string();
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            text += &format!("    {axis}: {}\n", few(&values));
        }
    }
    text
}

/// Every size once, with the estimators that share shards there.
fn levels(plan: &Plan) -> impl Iterator<Item = (&Cell, &Group)> {
    let mut seen = BTreeSet::new();
    let first = plan.cells.iter().filter(move |cell| seen.insert(cell.size()));
    first.flat_map(|cell| plan.groups(cell).iter().map(move |group| (cell, group)))
}

/// The estimators of a group; of a name with many variants how many there are.
fn labels(plan: &Plan, group: &Group) -> String {
    let estimators = &plan.study.estimators;
    let same = |one: &usize, other: &usize| estimators[*one].name == estimators[*other].name;
    let told = |variants: &[usize]| match variants {
        [first, ..] if variants.len() > FEW_VARIANTS => {
            format!("{} ({} variants)", estimators[*first].name, variants.len())
        }
        _ => variants.iter().map(|e| estimators[*e].label.as_str()).collect::<Vec<_>>().join(", "),
    };
    group.estimators.chunk_by(same).map(told).collect::<Vec<_>>().join(", ")
}

/// A line for each size of samples and of shards; where there are many sizes, those of the largest, whose trials take longest.
fn shards(plan: &Plan) -> String {
    let of_space = plan.study.space() == Space::Features;
    let header = if of_space { "n × d" } else { "n" };
    let mut text =
        format!("{header:>10} {:>14} {:>8} {:>14}  estimators\n", "trials a shard", "a cell", "core time");
    let sizes: BTreeSet<Size> = plan.cells.iter().map(Cell::size).collect();
    let largest = sizes.iter().max_by_key(|size| size.numbers());
    let all = sizes.len() <= MOST_LEVELS;
    for (cell, group) in levels(plan).filter(|(cell, _)| all || Some(&cell.size()) == largest) {
        let Size { n, d, .. } = cell.size();
        let size = d.map_or(n.to_string(), |d| format!("{n} × {d}"));
        let (trials, shards) = (shard_trials(plan, group), group.cut.count(plan.study.trials));
        let time = time(group.shard_seconds(plan.study.trials));
        text += &format!("{size:>10} {trials:>14} {shards:>8} {time:>14}  {}\n", labels(plan, group));
    }
    text + &ranks(plan)
}

/// Trials of the shards of a cell: of the first and the largest where they grow.
fn shard_trials(plan: &Plan, group: &Group) -> String {
    let trials = plan.study.trials;
    let (first, largest) = (group.cut.shard(0).end.min(trials), group.cut.largest(trials));
    if first == largest { first.to_string() } else { format!("{first} to {largest}") }
}

/// The effective ranks of each design of R^d at its largest size, which say without a trial what noise will do (Bartlett et al., PNAS 117, 2020).
fn ranks(plan: &Plan) -> String {
    // In the order of the study.
    let mut largest: Vec<(String, &Cell)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for cell in plan.cells.iter().filter(|cell| cell.size().d.is_some()) {
        let [design, ..] = theory::labels(cell);
        let place = *known.entry(design.clone()).or_insert(largest.len());
        match largest.get_mut(place) {
            Some((_, before)) if cell.size() > before.size() => *before = cell,
            Some(_) => {}
            None => largest.push((design, cell)),
        }
    }
    let mut text = String::new();
    for (design, cell) in largest.iter().take(MOST_LEVELS) {
        let size = cell.size();
        let Some(ranks) = size.d.and_then(|d| space::theory::ranks(&cell.design, (size.n, d))) else {
            continue;
        };
        let Ranks { directions, second, variance, .. } = ranks;
        text += &format!(
            "  {}: at {size}: {directions} directions are learned, the others have the effective rank {second:.0}; variance of the \
             order {variance:.2} of the noise\n",
            short(design)
        );
    }
    text
}

/// Seconds as people read them, by the catalogue's costs, which are right within a factor of about three.
fn time(seconds: f64) -> String {
    match seconds {
        _ if seconds < 0.1 => "below 0.1 s".into(),
        // Tenths of more than ten seconds would claim what a cost model does not know.
        _ if seconds < 9.5 => format!("{seconds:.1} s"),
        // Beyond thirty million years a duration has no words.
        _ if seconds < 1e15 => {
            humantime::format_duration(Duration::from_secs(seconds.round() as u64)).to_string()
        }
        _ => format!("{seconds:.0e} s"),
    }
}

fn total(plan: &Plan, pilot: &Estimate) -> String {
    let counted = |count: u64, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    format!(
        "{}, {}, {}, about {:.1} MB and {:.0} core-seconds (from a short pilot)\n",
        counted(plan.cells.len() as u64, "cell"),
        counted(plan.cells.len() as u64 * plan.study.trials, "trial"),
        counted(plan.shards().count() as u64, "shard"),
        pilot.bytes / 1e6,
        pilot.core_seconds.ceil()
    )
}

/// What the last bits of numbers depend on, where they depend on anything.
fn bits(plan: &Plan) -> String {
    match plan.study.reproducibility() {
        Reproducibility::Bits => String::new(),
        Reproducibility::Processor => {
            let model = space::processor();
            format!(
                "the last bits of dense fits and of programs follow the processor: equal on others of the model {model}\n"
            )
        }
    }
}

/// Shards that take long: what a kill loses.
fn warnings(plan: &Plan) -> Vec<String> {
    let long = |(cell, group): (&Cell, &Group)| {
        let seconds = group.shard_seconds(plan.study.trials);
        let advice = match (group.cut.largest(plan.study.trials), plan.study.shard_trials) {
            (1, _) => "one trial takes that long, and is done again where a run ends before it does",
            (_, Some(_)) => "leave out store.shard_trials, or lower it",
            // Sizes follow an estimator's own cost, so that a reference moves no shard.
            (_, None) => "the reference is fitted in each of their trials again; set store.shard_trials",
        };
        let said = || {
            format!(
                "a shard of {} at {} takes a core about {}: {advice}",
                labels(plan, group),
                cell.size(),
                time(seconds)
            )
        };
        (seconds > LONG).then(said)
    };
    levels(plan).filter_map(long).chain(paths(plan)).chain(merged(plan)).collect()
}

/// Cells that several formulas make.
fn merged(plan: &Plan) -> Option<String> {
    let Merged { count, first } = plan.study.cells.as_ref()?.merged.as_ref()?;
    let cells = if *count == 1 { "one cell comes".into() } else { format!("{count} cells come") };
    Some(format!(
        "{cells} from several formulas ({first}): each is computed once, and is in the series of the formula that stands first"
    ))
}

/// So many penalties of one ridge take longer by Cholesky factors than by one decomposition: at (200, 400) a decomposition costs three.
const PATH: usize = 4;

/// Ridges that would be quicker as a path.
fn paths(plan: &Plan) -> Vec<String> {
    let ridges = || plan.study.estimators.iter().filter(|one| one.rule.sample().name() == "ridge");
    let names: BTreeSet<&str> = ridges().map(|one| &*one.name).collect();
    let variants = |name: &str| ridges().filter(|one| *one.name == *name).count();
    let said = |name: &str| {
        let count = variants(name);
        let advice = "`ridge_path` has the same parameters and fits all of them by one decomposition";
        (count >= PATH).then(|| format!("`{name}` fits {count} ridges one by one: {advice}"))
    };
    names.into_iter().filter_map(said).collect()
}

/// The axes whose product the cells are, a line each.
fn axes(plan: &Plan) -> String {
    let study = &plan.study;
    let axes = [
        ("n", few(&study.n)),
        ("design", few(&study.designs)),
        ("target", few(&study.targets)),
        ("noise", few(&study.noises)),
    ];
    axes.into_iter().map(|(name, values)| format!("  {name}: {values}\n")).collect()
}

/// The first values of an axis and the last, and how many there are where that is not all.
fn few<T: Display>(values: &[T]) -> String {
    let texts = |values: &[T]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match values {
        [first @ .., last] if values.len() > MOST_VALUES => {
            format!("{}, …, {last} ({} values)", texts(&first[..FEW_VALUES]), values.len())
        }
        _ => texts(values),
    }
}
