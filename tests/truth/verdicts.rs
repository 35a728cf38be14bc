//! Verdicts against the truth, by group.

use crate::count::Tally;
use crate::run::Row;
use crate::setting::Setting;
use crate::study::Study;
use crate::truth::{Class, Distance, Known, Truth};
use std::collections::BTreeMap;

/// The two verdicts of a series, in the order of their columns.
pub const SUMMARIES: [&str; 2] = ["in_probability", "in_expectation"];
/// What series are grouped by.
pub const KEYS: [&str; 8] = ["distance", "estimator", "design", "noise", "p", "domain", "trials", "study"];

/// Series away from boundaries, by their trials.
pub const AWAY: &str = "away, by trials";

/// Counts by group: the summary, what it is grouped by, and the group.
#[derive(Default)]
pub struct Verdicts {
    groups: BTreeMap<(usize, &'static str, String), Tally>,
    /// The same settings at different numbers of trials: summary, distance and setting, then trials.
    repeated: BTreeMap<(usize, Distance, String), BTreeMap<u64, Tally>>,
    pub wrong: Vec<Wrong>,
    pub series: u64,
}

/// A verdict that is not true.
pub struct Wrong {
    pub summary: &'static str,
    pub distance: Distance,
    pub series: String,
    pub says: String,
    pub truth: Class,
    pub reason: String,
    pub command: String,
}

impl Verdicts {
    /// Judges both verdicts of a series.
    pub fn add(&mut self, study: &Study, setting: &Setting, truth: &Truth, row: &Row) {
        self.series += 1;
        for (place, known) in [truth.in_probability, truth.in_expectation].into_iter().enumerate() {
            let says = row.text(SUMMARIES[place]);
            let tally = tally(says, known);
            let at = known.map_or("no truth".into(), |known| known.distance.to_string());
            for (key, group) in groups(study, setting, &at) {
                *self.groups.entry((place, key, group)).or_default() += tally;
            }
            let Some(known) = known else { continue };
            let repeated = self.repeated.entry((place, known.distance, format!("{setting:?}")));
            *repeated.or_default().entry(study.trials).or_default() += tally;
            if tally.wrong == 1 {
                self.wrong.push(wrong(study, setting, row, SUMMARIES[place], known));
            }
        }
    }

    /// Of settings that were simulated with fewer and with more trials: the two numbers, and the verdicts at each.
    pub fn with_more_trials(&self, summary: usize, distance: Distance) -> Vec<([u64; 2], [Tally; 2])> {
        let mut steps: BTreeMap<[u64; 2], [Tally; 2]> = BTreeMap::new();
        for ((place, at, _), tallies) in &self.repeated {
            if (*place, *at) != (summary, distance) {
                continue;
            }
            let tallies: Vec<_> = tallies.iter().collect();
            for pair in tallies.windows(2) {
                let sums = steps.entry([*pair[0].0, *pair[1].0]).or_default();
                sums[0] += *pair[0].1;
                sums[1] += *pair[1].1;
            }
        }
        steps.into_iter().collect()
    }

    /// All groups of one key, in the order of their names.
    pub fn by(&self, summary: usize, key: &str) -> Vec<(&str, Tally)> {
        let ours = self.groups.iter().filter(|((place, of, _), _)| *place == summary && *of == key);
        ours.map(|((.., group), tally)| (group.as_str(), *tally)).collect()
    }

    /// All series.
    pub fn all(&self, summary: usize) -> Tally {
        let mut all = Tally::default();
        self.by(summary, "distance").into_iter().for_each(|(_, tally)| all += tally);
        all
    }

    /// Those at this distance.
    pub fn at(&self, summary: usize, distance: Distance) -> Tally {
        let name = distance.to_string();
        let found = self.by(summary, "distance").into_iter().find(|(group, _)| *group == name);
        found.map_or(Tally::default(), |(_, tally)| tally)
    }
}

fn tally(says: &str, known: Option<Known>) -> Tally {
    let mut tally = Tally::default();
    match known {
        None => tally.no_truth = 1,
        Some(known) if says == known.class.to_string() => tally.right = 1,
        Some(_) if says == "undecided" => tally.undecided = 1,
        Some(_) => tally.wrong = 1,
    }
    tally
}

/// The groups that a series belongs to: one of every key, and the finest of which there are counts.
fn groups(study: &Study, setting: &Setting, at: &str) -> Vec<(&'static str, String)> {
    let Setting { design, noise, estimator, risk, domain } = setting;
    let mut groups = vec![
        ("distance", at.to_owned()),
        ("estimator", estimator.to_string()),
        ("design", design.to_string()),
        ("noise", format!("{noise:?}")),
        ("p", risk.to_string()),
        ("domain", domain.to_string()),
        ("trials", study.trials.to_string()),
        ("study", study.name.to_owned()),
    ];
    if at == Distance::Away.to_string() {
        groups.push((AWAY, study.trials.to_string()));
    }
    groups.push(("group", format!("{design} · {noise:?} · {estimator} · {at}")));
    groups
}

fn wrong(study: &Study, setting: &Setting, row: &Row, summary: &'static str, known: Known) -> Wrong {
    let Setting { design, noise, estimator, risk, domain } = *setting;
    let n = study.n.last().map_or(0, |n| *n);
    let trials = study.trials;
    let index = |name: &str| {
        let [value, low, high] = ["", "_low", "_high"].map(|end| row.number(&format!("{name}{end}")));
        value.map_or("–".into(), |value| {
            format!("{value:.3} [{:.3}, {:.3}]", low.unwrap_or(f64::NAN), high.unwrap_or(f64::NAN))
        })
    };
    Wrong {
        summary,
        distance: known.distance,
        series: format!("{estimator}, {design}, {noise:?}, p {risk}, {domain}, {trials} trials, n to {n}"),
        says: row.text(summary).to_owned(),
        truth: known.class,
        reason: format!(
            "{} (gaps {}, edges {})",
            row.text(&format!("reason_{summary}")),
            index("tail_index"),
            index("tail_index_edge")
        ),
        command: study.command(design, noise, estimator, risk),
    }
}
