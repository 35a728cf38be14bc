//! Every figure against what is true: series with known answers, judged by what the program says of them. Slow: run with
//! `make truth`.
//!
//! `QUICK=1` takes fewer noises and smaller n, `SEEDS=5` five times as many series, `SEED=100` others, `STUDIES=lines,units` some
//! studies alone, and `TABLE=FILE` writes the tables as Markdown, `SERIES=FILE` all series as CSV. `KEEP=FOLDER` keeps the runs, so
//! that the next time they are only analysed, and `PROGRAM=FILE` judges another build than the one at hand.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod bounds;
mod claims;
mod count;
mod coverage;
mod listing;
mod moment;
mod pages;
mod run;
mod setting;
mod sheet;
mod study;
mod truth;
mod verdicts;

use claims::Claims;
use coverage::{Coverage, Place, Table};
use listing::Listing;
use run::{Row, Tables, run};
use setting::{Design, Estimator, Noise, Risk, Setting};
use std::collections::HashMap;
use std::fmt::Display;
use std::time::Instant;
use study::Study;
use truth::Truth;
use verdicts::Verdicts;

/// All that is counted.
#[derive(Default)]
struct Judged {
    verdicts: Verdicts,
    coverage: Coverage,
    claims: Claims,
    listing: Listing,
}

/// Rows of a run with many more trials, by what tells them from one another.
type References = HashMap<String, Row>;

/// What tells a row of levels or pairs from others.
fn key(row: &Row) -> String {
    ["estimator", "against", "design", "noise", "p", "n"].map(|column| row.text(column)).join(";")
}

/// The value that is written like this.
fn find<T: Display + Copy>(values: &[T], text: &str) -> T {
    *values.iter().find(|value| value.to_string() == text).unwrap()
}

/// The setting of a row, of the estimator named in this column.
fn setting(study: &Study, row: &Row, estimator: &str) -> Setting {
    let design: Design = find(&study.designs, row.text("design"));
    let noise: Noise = find(&study.noises, row.text("noise"));
    let estimator: Estimator = find(&study.estimators, row.text(estimator));
    let risk: Risk = find(&study.risks, row.text("p"));
    Setting { design, noise, estimator, risk, domain: study.domain }
}

impl Judged {
    /// Judges all that the tables of a study say.
    fn add(&mut self, study: &Study, tables: &Tables, references: &References) {
        let trials = study.trials;
        let size = study.size();
        assert_eq!(tables.verdicts.len(), study.series());
        for row in &tables.verdicts {
            let setting = setting(study, row, "estimator");
            let truth = truth::truth(&setting, size);
            // Two levels say nothing of growth, and are not asked.
            if study.n.len() > 2 {
                self.verdicts.add(study, &setting, &truth, row);
                self.listing.add(study, &setting, &truth, row);
                self.coverage.add(
                    Table::Verdicts,
                    trials,
                    row,
                    &Place { setting: &setting, truth: &truth, reference: None },
                );
                self.claims.add_series(row, &setting);
            }
        }
        for row in &tables.levels {
            let setting = setting(study, row, "estimator");
            let truth = truth::truth(&setting, size);
            let place = Place { setting: &setting, truth: &truth, reference: references.get(&key(row)) };
            self.coverage.add(Table::Levels, trials, row, &place);
            self.claims.add_level(study, row, &setting, &truth);
        }
        for row in &tables.pairs {
            let [first, second] = ["estimator", "against"].map(|column| setting(study, row, column));
            let [one, other] = [first, second].map(|setting| truth::truth(&setting, size));
            // A difference has the heavier tail of the two.
            let risk = one.risk.zip(other.risk).map(|(one, other)| one.min(other));
            let truth = Truth { risk, ..Truth::default() };
            let place = Place { setting: &first, truth: &truth, reference: references.get(&key(row)) };
            self.coverage.add(Table::Pairs, trials, row, &place);
        }
    }
}

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().filter(|text| !text.is_empty()).map_or(default, |text| text.parse().unwrap())
}

/// How often medians, quantiles, means and ratios are looked at, by trials, and the trials of their reference.
fn repetitions(quick: bool) -> (u64, &'static [(u64, u64)]) {
    if quick { (10_000, &[(100, 4)]) } else { (400_000, &[(100, 20), (400, 20), (10_000, 3)]) }
}

/// The reference has a seed of its own.
const REFERENCE: u64 = 1 << 40;

#[test]
#[ignore = "slow"]
fn every_figure_is_true() {
    let quick = number("QUICK", 0) > 0;
    let (first, seeds) = (number("SEED", 1), number("SEEDS", 1));
    let wanted = std::env::var("STUDIES").unwrap_or_default();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.split(',').any(|one| one == name);
    let start = Instant::now();
    let mut judged = Judged::default();
    let mut series = 0;
    let mut one = |study: &Study, references: &References, judged: &mut Judged| {
        let before = Instant::now();
        judged.add(study, &run(study), references);
        series += study.series();
        let (took, all) = (before.elapsed().as_secs_f64(), start.elapsed().as_secs_f64());
        println!(
            "{all:>7.1} s {took:>6.1} s  {:<14} seed {:<5} {} trials, {} series",
            study.name,
            study.seed,
            study.trials,
            study.series()
        );
    };
    for seed in first..first + seeds {
        for study in study::studies(quick, seed).iter().filter(|study| is_wanted(study.name)) {
            one(study, &References::new(), &mut judged);
        }
    }
    if is_wanted("covered") {
        let (trials, repetitions) = repetitions(quick);
        let reference = run(&study::covered(trials, REFERENCE + first));
        println!("{:>7.1} s            reference of {trials} trials", start.elapsed().as_secs_f64());
        let rows = reference.levels.into_iter().chain(reference.pairs);
        let references: References = rows.map(|row| (key(&row), row)).collect();
        for (trials, count) in repetitions {
            for seed in first..first + count * seeds {
                one(&study::covered(*trials, seed), &references, &mut judged);
            }
        }
    }
    let bounds = bounds::bounds(&judged);
    let title = format!(
        "{series} series, {} judged by their growth, seeds from {first}, {:.0} minutes",
        judged.verdicts.series,
        start.elapsed().as_secs_f64() / 60.0
    );
    let pages = pages::pages(&judged, &bounds);
    println!("\n{title}\n{}", pages.iter().map(|page| page.text()).collect::<String>());
    if let Some(path) = std::env::var_os("TABLE").filter(|path| !path.is_empty()) {
        let tables: String = pages.iter().map(|page| page.markdown()).collect();
        std::fs::write(path, format!("# {title}\n{tables}")).unwrap();
    }
    if let Some(path) = std::env::var_os("SERIES").filter(|path| !path.is_empty()) {
        judged.listing.write(path.as_ref());
    }
    for bound in &bounds {
        assert!(bound.holds || !bound.asserted, "{}: {}", bound.name, bound.found);
    }
}
