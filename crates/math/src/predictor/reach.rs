//! How far series of exponentials are taken.

/// The longest gap, in lengths of decay, on which f e^z is a power series. The terms are those of e^{2z}, so that rounding
/// costs a factor of twenty at most and thirty terms are enough; on longer gaps what decays from the two ends can be told
/// apart without harm.
pub(crate) const SERIES: f64 = 1.5;
/// Gaps are measured as if they had so many lengths of decay at least, or the powers of shorter ones would make coefficients
/// that overflow.
const SHORTEST: f64 = 1e-3;
/// Where values and states at the data are no larger, coefficients are finite: those of a series are at most 2/[`SHORTEST`]
/// times as large and times e^{2 SERIES}, and those of sums of decays some hundred times.
pub(crate) const SAFE: f64 = 1e280;
/// Terms below this share of the largest are left out.
const NEGLIGIBLE: f64 = 1e-18;
/// Each term follows from so many before it at most: where all of these are negligible, the rest is.
const ORDER: usize = 6;
/// Terms at most; more are never needed for [`SERIES`].
const TERMS: usize = 40;

/// The lengths of decay by which a gap of so many is measured.
pub(crate) fn measure(gap: f64) -> f64 {
    gap.max(SHORTEST)
}

/// The terms of a series up to those that count, from a function that makes one after the other, as coefficients of z^k
/// where the terms are those at this z.
pub(crate) fn series(at: f64, mut next: impl FnMut() -> f64) -> Vec<f64> {
    let (mut terms, mut largest, mut quiet) = (Vec::new(), 0.0f64, 0);
    while terms.len() < TERMS && quiet < ORDER {
        let term: f64 = next();
        largest = largest.max(term.abs());
        quiet = if term.abs() <= NEGLIGIBLE * largest { quiet + 1 } else { 0 };
        terms.push(term);
    }
    terms.truncate((terms.len() - quiet).max(1));
    let mut power = 1.0;
    for term in &mut terms {
        *term /= power;
        power *= at;
    }
    terms
}
