//! Diagnostics: what a fit says of itself and of its sample.

use std::fmt;

/// A number of a fit that is no risk, which a study asks for by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Diagnostic {
    /// The condition of the linear system that was solved.
    Condition,
    /// (1/n) Σ_i (y_i − f̂^{(−i)}(x_i))², f̂^{(−i)} fitted without point i: an estimate of E (f̂(x) − y)². Units of y².
    LeaveOneOut,
    /// P(|y_i − f̂^{(−i)}(x_i)| is larger for a wrong label than for a right one), over pairs of a sample: [`area`].
    Detection,
}

impl Diagnostic {
    /// All, in the order of their columns.
    pub const ALL: [Diagnostic; 3] = [Diagnostic::Condition, Diagnostic::LeaveOneOut, Diagnostic::Detection];

    /// Its word, which names its column.
    pub fn word(self) -> &'static str {
        match self {
            Diagnostic::Condition => "condition",
            Diagnostic::LeaveOneOut => "leave_one_out",
            Diagnostic::Detection => "detection",
        }
    }

    /// The one of this word.
    pub fn of_word(word: &str) -> Option<Diagnostic> {
        Diagnostic::ALL.into_iter().find(|known| known.word() == word)
    }

    /// Whether it is made of residuals of points that are left out.
    pub fn is_of_residuals(self) -> bool {
        matches!(self, Diagnostic::LeaveOneOut | Diagnostic::Detection)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The area under the curve of true against false alarms, where an alarm is a residual above a threshold in absolute value: the share of
/// pairs of a wrong and a right label in which the wrong one has the larger residual, half of those that are equal.
///
/// `None` where all labels are wrong, or none.
///
/// # Cost
/// n log n.
/// # Source
/// Hanley & McNeil, Radiology 143 (1982).
///
/// ```
/// use tempered_math::score::area;
///
/// assert_eq!(area(&[0.1, -3.0, 0.2, 0.1], &[false, true, false, true]), Some((2.0 + 0.5) / 4.0));
/// ```
pub fn area(residuals: &[f64], wrong: &[bool]) -> Option<f64> {
    let mut all: Vec<(f64, bool)> = residuals.iter().map(|r| r.abs()).zip(wrong.iter().copied()).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Twice the pairs that are told apart, right labels below being counted on the way up.
    let (mut below, mut told, mut alarms) = (0u64, 0u64, 0u64);
    for equal in all.chunk_by(|a, b| a.0 == b.0) {
        let wrong = equal.iter().filter(|(_, wrong)| *wrong).count() as u64;
        let right = equal.len() as u64 - wrong;
        told += wrong * (2 * below + right);
        (below, alarms) = (below + right, alarms + wrong);
    }
    (below > 0 && alarms > 0).then(|| told as f64 / (2 * below * alarms) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_shares_of_pairs() {
        let residuals = [0.5f64, -0.5, 2.0, 0.1, -2.0, 0.3, 0.5];
        for code in 0..128u32 {
            let wrong: Vec<bool> = (0..7).map(|i| code >> i & 1 == 1).collect();
            let (mut told, mut pairs) = (0.0, 0.0);
            for i in (0..7).filter(|i| wrong[*i]) {
                for j in (0..7).filter(|j| !wrong[*j]) {
                    let (a, b) = (residuals[i].abs(), residuals[j].abs());
                    told += if a > b {
                        1.0
                    } else if a == b {
                        0.5
                    } else {
                        0.0
                    };
                    pairs += 1.0;
                }
            }
            assert_eq!(area(&residuals, &wrong), (pairs > 0.0).then(|| told / pairs), "{code}");
        }
    }
}
