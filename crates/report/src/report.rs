//! What a page shows: the study, its series and the trials drawn from it.

use crate::{Curve, DrawnTrial, Map, Series};

/// Everything a page, its figures and its tables show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The study and how to run it again.
    pub study: Study,
    /// The labels of the risk exponents in the order of the selector, such as `1`, `1.5` or `sup`.
    pub risks: Vec<String>,
    /// What the study asks for along a coordinate; it stands first on the page.
    pub curves: Vec<Curve>,
    /// Quantities over two coordinates at once.
    pub maps: Vec<Map>,
    /// All estimators of a study that is too long for one page, whether they are shown or not.
    pub groups: Vec<Group>,
    /// The page that this one is a part of, relative to it; none where it is the whole.
    pub whole: Option<String>,
    /// One entry for each estimator, setting and risk; estimators keep the order in which they first appear.
    pub series: Vec<Series>,
    /// Trials to draw, such as the median one and the worst one.
    pub trials: Vec<DrawnTrial>,
    /// How the numbers came about, one paragraph each.
    pub methods: Vec<String>,
    /// What the page leaves out, and where it is; empty where it leaves out nothing.
    pub note: String,
}

/// The series of one estimator in a study that is too long for one page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// The estimator's name.
    pub name: String,
    /// The page that shows them, relative to this one.
    pub page: Option<String>,
    /// Variants and settings.
    pub series: usize,
    /// Risks with the numbers of series in each class, in the order of [`Class::ALL`](crate::Class::ALL).
    pub counts: Vec<(String, [usize; 4])>,
}

/// The study and how to run it again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Study {
    /// Its name.
    pub name: String,
    /// The YAML file that defines it.
    pub yaml: String,
    /// The seed of all random numbers.
    pub seed: u64,
    /// The command that runs it again.
    pub command: String,
    /// Programs and libraries with their versions.
    pub versions: Vec<(String, String)>,
    /// Fits in the files: trials times estimators, over all cells.
    pub trials: u64,
    /// Fits that failed.
    pub failed: u64,
    /// Which fits failed and why, an estimator a line.
    pub failures: Vec<String>,
    /// Whether every planned trial is there.
    pub finished: bool,
}

impl Report {
    /// The estimators in order of first appearance, which fixes their colour, dash and marker everywhere.
    pub(crate) fn estimators(&self) -> Vec<&str> {
        let fits = self.trials.iter().flat_map(|trial| &trial.fits).map(|fit| fit.estimator.as_str());
        let mut names = Vec::new();
        let curves = self.curves.iter().map(|curve| curve.estimator.as_str());
        for name in curves.chain(self.series.iter().map(|series| series.estimator.as_str())).chain(fits) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The quantities of the curves in order of first appearance.
    pub(crate) fn quantities(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for curve in &self.curves {
            if !names.contains(&curve.quantity.as_str()) {
                names.push(&curve.quantity);
            }
        }
        names
    }

    /// The sample sizes that have a distribution to show, ascending.
    pub(crate) fn sizes(&self) -> Vec<u64> {
        let mut sizes: Vec<u64> =
            self.series.iter().flat_map(|series| &series.distributions).map(|d| d.n).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// The risks of the selector: those listed, then any that only a series names.
    pub(crate) fn exponents(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.risks.iter().chain(self.series.iter().map(|series| &series.p)) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }
}
