//! The truncation of the power series of kernel predictors on short gaps.

/// The longest gap, in decay lengths, on which f e^z is stored as a power series. Its terms are of the size of those of
/// e^{2z}, so that rounding errors grow by a factor of e³ = 20 at most and thirty terms suffice; on longer gaps the parts
/// that decay from the two ends are separated without much cancellation.
pub(crate) const SERIES: f64 = 1.5;
/// The least scale of a gap, in decay lengths: coefficients contain negative powers of the scale, which would overflow for
/// shorter gaps.
const SHORTEST: f64 = 1e-3;
/// A bound on values and states at the data below which coefficients are finite: those of a series are at most
/// 2 e^{2 SERIES}/[`SHORTEST`] times as large, and those of sums of exponentials some hundred times.
pub(crate) const SAFE: f64 = 1e280;
/// Terms below this share of the largest are left out: it is a hundredth of a unit of roundoff.
const NEGLIGIBLE: f64 = 1e-18;
/// The most preceding terms on which a term depends: once so many in a row are negligible, all that follow are.
const ORDER: usize = 6;
/// The most terms; no gap up to [`SERIES`] needs more.
const TERMS: usize = 40;

/// The scale of a gap of this length, both in decay lengths.
pub(crate) fn measure(gap: f64) -> f64 {
    gap.max(SHORTEST)
}

/// The coefficients of z^k of a series, up to negligible ones, from a function that returns its terms at z = `at` one after
/// the other.
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
