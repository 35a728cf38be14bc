//! The scores of a predictor, and the names of their columns.

use super::diagnostic::Diagnostic;
use crate::risk::{Domain, Risk};

/// Scores that come before the risks, in order.
const FIXED: [&str; 10] = [
    "rank",
    "steps",
    "converged",
    "hull_low",
    "hull_high",
    "norm",
    "variation",
    "depth_max",
    "train_error",
    "quadrature_error",
];
/// Position of the first risk among the scores of predictors on the line.
pub const FIRST_RISK: usize = FIXED.len();
/// Scores of predictors on R^d that come before the risks, in order.
const OF_FEATURES: [&str; 6] = ["rank", "route", "steps", "converged", "norm", "train_error"];
/// Scores of predictors on R^d that come last where risks are those of signs.
const OF_LABELS: [&str; 2] = ["margin", "train_mistakes"];
/// Columns for the shares of gaps by their number of knots.
const GAPS: [&str; 5] = ["gaps_with_0", "gaps_with_1", "gaps_with_2", "gaps_with_3", "gaps_with_more"];

/// Whether every table of metrics on the line, or on R^d, has a score of this name, for any criteria.
pub fn is_score(name: &str) -> bool {
    let diagnostic = Diagnostic::of_word(name).is_some();
    FIXED.contains(&name) || OF_FEATURES.contains(&name) || OF_LABELS.contains(&name) || diagnostic
}

/// The scores to compute for every predictor.
#[derive(Clone, Debug, PartialEq)]
pub struct Criteria {
    /// Functionals of (f̂, f*).
    pub risks: Vec<Risk>,
    /// The domain of the risks.
    pub domain: Domain,
    /// Whether distances from a reference predictor of the same sample are computed.
    pub distances: bool,
    /// Where given, the knots in each gap between data points are counted, and kinks that move the predictor by at most
    /// this share of the range of y do not count.
    pub knots_within: Option<f64>,
    /// What is told of fits in R^d beside risks, each once, in order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Criteria {
    /// Criteria with these risks and nothing beside them.
    pub fn risks(risks: &[Risk], domain: Domain) -> Criteria {
        let (risks, diagnostics) = (risks.to_vec(), Vec::new());
        Criteria { risks, domain, distances: false, knots_within: None, diagnostics }
    }

    /// Whether a risk is one of signs.
    pub fn are_of_labels(&self) -> bool {
        self.risks.iter().any(Risk::is_of_labels)
    }

    /// Position of the first risk among the scores.
    pub fn first_risk(&self) -> usize {
        match self.domain {
            Domain::Hull | Domain::Unit => FIRST_RISK,
            Domain::Population => OF_FEATURES.len(),
            Domain::None => 0,
        }
    }

    /// The names of the columns, in the order of the scores.
    ///
    /// Over the law of points of R^d these are the numerical rank; the route of the linear algebra, as
    /// [`Route::code`](crate::space::estimator::Route::code) has it; steps and convergence of an iteration; the norm of what
    /// decides f̂; the largest training error; each risk; and for each that is a mean its standard error over test points, none where a
    /// formula is known. With a risk of signs there are the least y_i f̂(x_i)/‖ŵ‖ of the training set, of planes, and the share of its
    /// labels whose sign f̂ has not. Diagnostics come last. Trials without a predictor have none.
    pub fn columns(&self) -> Vec<String> {
        if self.domain == Domain::None {
            return Vec::new();
        }
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_string()).collect::<Vec<_>>();
        let named = |part: &str, risks: &[&Risk]| {
            risks.iter().map(|risk| format!("{part}_{}", risk.suffix())).collect::<Vec<_>>()
        };
        let all: Vec<&Risk> = self.risks.iter().collect();
        let integrals: Vec<&Risk> = self.risks.iter().filter(|risk| risk.is_mean()).collect();
        if self.domain == Domain::Population {
            let mut columns = words(&OF_FEATURES);
            columns.extend(named("risk", &all));
            columns.extend(named("error", &integrals));
            if self.are_of_labels() {
                columns.extend(words(&OF_LABELS));
            }
            columns.extend(self.diagnostics.iter().map(Diagnostic::to_string));
            return columns;
        }
        let mut columns = words(&FIXED);
        columns.extend(named("risk", &all));
        columns.extend(named("gap_max", &integrals));
        if self.domain == Domain::Unit {
            columns.extend(named("edge", &integrals));
        }
        if self.distances {
            columns.extend(named("distance", &all));
        }
        if self.knots_within.is_some() {
            columns.extend(words(&GAPS));
        }
        columns
    }
}
