//! What the data are drawn from, sample size aside.

use crate::{Curve, DrawnTrial, Report, Series};

/// A design, a target and a noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting<'a> {
    pub(crate) design: &'a str,
    pub(crate) target: &'a str,
    pub(crate) noise: &'a str,
}

impl<'a> Setting<'a> {
    /// That of a series.
    pub(crate) fn of(series: &'a Series) -> Self {
        Setting { design: &series.design, target: &series.target, noise: &series.noise }
    }

    /// That of a curve; what it goes along is empty.
    pub(crate) fn of_curve(curve: &'a Curve) -> Self {
        Setting { design: &curve.design, target: &curve.target, noise: &curve.noise }
    }

    /// That of a trial.
    pub(crate) fn of_trial(trial: &'a DrawnTrial) -> Self {
        Setting { design: &trial.design, target: &trial.target, noise: &trial.noise }
    }
}

/// The settings of a report in order of first appearance, and which of their parts vary.
#[derive(Clone, Debug)]
pub(crate) struct Settings<'a> {
    pub(crate) all: Vec<Setting<'a>>,
}

impl<'a> Settings<'a> {
    /// Those of the series, then those of the trials.
    pub(crate) fn of(report: &'a Report) -> Self {
        let series = report.series.iter().map(Setting::of);
        let mut all = Vec::new();
        for setting in series.chain(report.trials.iter().map(Setting::of_trial)) {
            if !all.contains(&setting) {
                all.push(setting);
            }
        }
        Settings { all }
    }

    /// Those of the curves.
    pub(crate) fn of_curves(report: &'a Report) -> Self {
        let mut all = Vec::new();
        for setting in report.curves.iter().map(Setting::of_curve) {
            if !all.contains(&setting) {
                all.push(setting);
            }
        }
        Settings { all }
    }

    /// The parts that tell a setting from the others: the design, and target and noise where they vary.
    pub(crate) fn parts(&self, setting: Setting<'a>) -> Vec<String> {
        let varies = |part: fn(Setting<'a>) -> &'a str| self.all.iter().any(|&s| part(s) != part(setting));
        let mut parts = Vec::new();
        // What a curve goes along is no part of its setting.
        if !setting.design.is_empty() {
            parts.push(format!("{} design", setting.design));
        }
        if varies(|s| s.target) {
            parts.push(format!("target {}", setting.target));
        }
        if varies(|s| s.noise) {
            parts.push(format!("noise {}", setting.noise));
        }
        parts
    }

    /// The parts in one line.
    pub(crate) fn title(&self, setting: Setting<'a>) -> String {
        self.parts(setting).join(", ")
    }

    /// What all settings share, for the head of the page; empty where nothing is shared.
    pub(crate) fn shared(&self) -> Vec<String> {
        let Some(&first) = self.all.first() else { return Vec::new() };
        let mut parts = Vec::new();
        if self.all.iter().all(|s| s.target == first.target) {
            parts.push(format!("target {}", first.target));
        }
        if self.all.iter().all(|s| s.noise == first.noise) {
            parts.push(format!("noise {}", first.noise));
        }
        parts
    }
}
