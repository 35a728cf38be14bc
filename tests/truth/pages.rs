//! What was found, as tables.

use crate::Judged;
use crate::bounds::Bound;
use crate::claims::MeanIs;
use crate::count::{Share, Tally};
use crate::coverage::INTERVALS;
use crate::sheet::Sheet;
use crate::truth::Distance;
use crate::verdicts::{KEYS, SUMMARIES, Wrong};

/// Groups of the finest kind that are listed.
const GROUPS: usize = 40;
/// Wrong verdicts that are listed, at most.
const OFFENDERS: usize = 40;

/// All tables, in order.
pub fn pages(judged: &Judged, bounds: &[Bound]) -> Vec<Sheet> {
    let mut all = vec![bound_sheet(bounds)];
    for (summary, name) in SUMMARIES.iter().enumerate() {
        all.push(by_key(judged, summary, name));
        all.push(by_group(judged, summary, name));
    }
    all.push(coverage(judged));
    all.push(trust(judged));
    all.push(offenders(judged));
    all
}

fn bound_sheet(bounds: &[Bound]) -> Sheet {
    let mut sheet = Sheet::new("Bounds", &["bound", "", "found"]);
    for bound in bounds {
        let says = if bound.holds { "holds" } else { "misses" };
        let says = if bound.asserted { format!("{says}, asserted") } else { says.to_owned() };
        sheet.push([bound.name.clone(), says, bound.found.clone()]);
    }
    sheet
}

fn row(name: String, tally: &Tally) -> [String; 6] {
    let Tally { right, undecided, wrong, no_truth } = tally;
    let share = if *wrong == 0 { String::new() } else { tally.wrong().to_string() };
    [name, right.to_string(), undecided.to_string(), wrong.to_string(), share, no_truth.to_string()]
}

const HEADER: [&str; 6] = ["group", "right", "undecided", "wrong", "share of wrong", "no truth"];

fn by_key(judged: &Judged, summary: usize, name: &str) -> Sheet {
    let mut sheet = Sheet::new(format!("Verdicts {name}"), &HEADER);
    sheet.push(row("all".into(), &judged.verdicts.all(summary)));
    for key in KEYS {
        for (group, tally) in judged.verdicts.by(summary, key) {
            sheet.push(row(format!("{key} {group}"), &tally));
        }
    }
    sheet
}

/// The groups of design, noise, estimator and distance with the most wrong, then undecided, verdicts.
fn by_group(judged: &Judged, summary: usize, name: &str) -> Sheet {
    let mut groups = judged.verdicts.by(summary, "group");
    let count = groups.len();
    groups.retain(|(_, tally)| tally.wrong + tally.undecided > 0);
    groups.sort_by_key(|(_, tally)| std::cmp::Reverse((tally.wrong, tally.undecided)));
    let title = format!(
        "Groups {name}: {} of {count} with a verdict that is not right, the first {GROUPS}",
        groups.len()
    );
    let mut sheet = Sheet::new(title, &HEADER);
    for (group, tally) in groups.iter().take(GROUPS) {
        sheet.push(row((*group).to_owned(), tally));
    }
    sheet
}

fn coverage(judged: &Judged) -> Sheet {
    let header = ["interval", "trials", "holds the truth", "below it", "above it", "none stated"];
    let mut sheet = Sheet::new("Coverage of intervals at nominal 95 %", &header);
    for (index, interval) in INTERVALS.iter().enumerate() {
        if !judged.coverage.is_seen(index) {
            sheet.push([interval.name, "", "no such column", "", "", ""].map(str::to_owned));
        }
        for (trials, found) in judged.coverage.of(index) {
            sheet.push([
                interval.name.to_owned(),
                trials.to_string(),
                found.holds.to_string(),
                found.below.to_string(),
                found.above.to_string(),
                found.none.to_string(),
            ]);
        }
    }
    sheet
}

fn trust(judged: &Judged) -> Sheet {
    let mut sheet = Sheet::new("Statements of means and indices", &["statement", "trials", "stated"]);
    let mut line = |name: &str, trials: String, share: Share| {
        sheet.push([name.to_owned(), trials, share.to_string()]);
    };
    for mean in MeanIs::ALL {
        for (trials, share) in judged.claims.trusted(mean) {
            line(mean.name(), trials.to_string(), share);
        }
        line(mean.name(), "all".into(), judged.claims.trusted_of_all(mean));
    }
    for (name, share) in &judged.claims.indices {
        line(name, "all".into(), *share);
    }
    sheet
}

/// Wrong verdicts with the commands that show them, those far from boundaries first.
fn offenders(judged: &Judged) -> Sheet {
    let mut wrong: Vec<&Wrong> = judged.verdicts.wrong.iter().collect();
    let place = |distance: Distance| match distance {
        Distance::Away => 0,
        Distance::Near => 1,
        Distance::On => 2,
        Distance::Slow => 3,
    };
    wrong.sort_by_key(|wrong| (place(wrong.distance), wrong.summary));
    // Some of each kind: the list is for reading.
    let each = wrong.len().div_ceil(OFFENDERS).max(1);
    let title = format!("Wrong verdicts, {} of {}", wrong.len().div_ceil(each), wrong.len());
    let header = ["summary", "at", "series", "says", "truth", "reason", "command"];
    let mut sheet = Sheet::new(title, &header);
    for wrong in wrong.iter().step_by(each) {
        let Wrong { summary, distance, series, says, truth, reason, command } = wrong;
        sheet.push([
            (*summary).to_owned(),
            distance.to_string(),
            series.clone(),
            says.clone(),
            truth.to_string(),
            reason.clone(),
            command.clone(),
        ]);
    }
    sheet
}
