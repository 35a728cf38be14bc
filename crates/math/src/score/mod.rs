//! Scores: what is stored of a predictor.

mod difference;
mod exact;
mod smooth;

use crate::estimator::Report;
use crate::predictor::Predictor;
use crate::risk::{Domain, Risk};
use crate::sample::Degenerate;
use crate::target::Target;
use crate::wide::wide;

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
/// Position of the first risk among the scores.
pub const FIRST_RISK: usize = FIXED.len();

/// Computes the scores of predictors against one target.
///
/// Columns: the numerical rank of the linear system solved; steps of training, and whether a stopping rule ended it (1)
/// or their limit (0); the hull's ends; norm; variation of the slope; the largest depth of a kink away from the chord of
/// its gap; the largest training error; the largest error estimate of a risk, relative to it, 0 where risks are exact;
/// each risk; for each R_p the largest contribution of a single gap
/// between neighbouring data points; on the unit interval, for each R_p, what lies outside the hull of the data.
///
/// Predictors that are not piecewise linear have no norm, variation, depth or kinks; rank, steps and convergence are
/// those of the fit's [`Report`].
///
/// Errors: `Overflow` where a score is not finite. Cost: one pass over the knots a risk; by quadrature, 17 or more
/// evaluations a piece.
/// Accuracy: ≤ 1e-12 relative for piecewise-linear predictors and targets, [`crate::risk::QUADRATURE_TOLERANCE`] for
/// others as long as `quadrature_error` says so.
pub struct Scorer {
    risks: Vec<Risk>,
    domain: Domain,
    target: Box<dyn Target>,
    scratch: Scratch,
}

/// Buffers, kept from trial to trial.
#[derive(Default)]
struct Scratch {
    merger: difference::Merger,
    intervals: smooth::Intervals,
    integrals: smooth::Integrals,
    pieces: Vec<f64>,
    gaps: Vec<f64>,
    edges: Vec<f64>,
}

/// The names of the columns, for these risks on this domain.
pub fn columns(risks: &[Risk], domain: Domain) -> Vec<String> {
    let fixed = FIXED.iter().map(|name| (*name).to_string());
    let risk = risks.iter().map(|risk| format!("risk_{}", risk.suffix()));
    let parts: &[&str] = match domain {
        Domain::Hull => &["gap_max"],
        Domain::Unit => &["gap_max", "edge"],
    };
    let integrals = || risks.iter().filter(|risk| risk.p().is_some());
    let parts =
        parts.iter().flat_map(|part| integrals().map(move |risk| format!("{part}_{}", risk.suffix())));
    fixed.chain(risk).chain(parts).collect()
}

impl Scorer {
    /// A scorer for these risks on this domain.
    pub fn new(risks: &[Risk], domain: Domain, target: Box<dyn Target>) -> Scorer {
        Scorer { risks: risks.to_vec(), domain, target, scratch: Scratch::default() }
    }

    /// Appends the scores of a predictor, fitted to the sample (x, y), to `out`, in the order of [`columns`], `None`
    /// where a score does not apply; returns the number of kinks of a piecewise-linear predictor.
    pub fn score(
        &mut self,
        data: (&[f64], &[f64]),
        (predictor, report): (&Predictor, Report),
        out: &mut Vec<Option<f64>>,
    ) -> Result<Option<u64>, Degenerate> {
        let start = out.len();
        let Report { rank, steps, converged } = report;
        out.extend([rank.map(|rank| rank as f64), steps.map(|steps| steps as f64)]);
        out.push(converged.map(|converged| f64::from(u8::from(converged))));
        let kinks = match predictor {
            Predictor::PiecewiseLinear(knots) => Some(wide(exact::Score { scorer: self, data, knots, out })?),
            Predictor::Smooth(smooth) => {
                smooth::score(self, data, smooth, out);
                None
            }
        };
        let finite = out[start..].iter().flatten().all(|score| score.is_finite());
        if finite { Ok(kinks) } else { Err(Degenerate::Overflow) }
    }
}
