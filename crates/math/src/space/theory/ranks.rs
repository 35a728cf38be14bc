//! Effective ranks of a spectrum.

/// The effective ranks behind the first j directions, and what they say of n points.
///
/// # Formula
/// r_j = Σ_{i>j} λ_i/λ_{j+1}, R_j = (Σ_{i>j} λ_i)²/Σ_{i>j} λ_i², j* the least j with r_j ≥ b n. The minimum-norm interpolant of
/// noise has R_2 of the order σ² (j*/n + n/R_{j*}): benign where both parts vanish as n grows.
/// # Source
/// Bartlett, Long, Lugosi & Tsigler, PNAS 117 (2020).
///
/// ```
/// use tempered_math::space::theory::Ranks;
///
/// // Two spikes before 998 equal directions, 100 points.
/// let spectrum: Vec<f64> = (0..1000).map(|i| if i < 2 { 1.0 } else { 1e-3 }).collect();
/// let ranks = Ranks::new(&spectrum, 100, 1.0).unwrap();
/// assert_eq!(ranks.directions, 2);
/// assert!((ranks.first - 998.0).abs() < 1e-9 && (ranks.second - 998.0).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranks {
    /// j*: directions that are learned.
    pub directions: usize,
    /// r_{j*}.
    pub first: f64,
    /// R_{j*}.
    pub second: f64,
    /// j*/n + n/R_{j*}: the order of R_2/σ².
    pub variance: f64,
}

impl Ranks {
    /// For variances in any order; `None` where no j has r_j ≥ b n, as with few directions or a steep spectrum.
    pub fn new(spectrum: &[f64], n: usize, b: f64) -> Option<Ranks> {
        let mut lambda: Vec<f64> = spectrum.iter().copied().filter(|lambda| *lambda > 0.0).collect();
        lambda.sort_by(|a, b| b.total_cmp(a));
        // From the last on, so that small terms are summed first.
        let (mut sum, mut squares, mut found) = (0.0, 0.0, None);
        for (j, lambda) in lambda.iter().enumerate().rev() {
            sum += lambda;
            squares += lambda * lambda;
            if sum / lambda >= b * n as f64 {
                found = Some((j, sum / lambda, sum * sum / squares));
            }
        }
        let (directions, first, second) = found?;
        let variance = directions as f64 / n as f64 + n as f64 / second;
        Some(Ranks { directions, first, second, variance })
    }
}
