//! What trials with d features cost: the parts that estimators have in common, in nanoseconds of a core of 2026 (AMD EPYC).

/// What a trial takes beside its numbers: seeds, a row of scores.
const TRIAL: f64 = 3_000.0;
/// A feature of a point: drawn, and read a few times.
const FEATURE: f64 = 5.0;
/// A multiplication and an addition of matrix products and factors.
const PRODUCT: f64 = 0.06;

/// Drawing n points with d features, and scoring a linear predictor.
pub(crate) fn sample(n: u64, d: u64) -> f64 {
    let (n, d) = (n as f64, d as f64);
    TRIAL + FEATURE * n * d + 20.0 * (n + d)
}

/// The smaller Gram matrix and its factor.
pub(crate) fn cholesky(n: u64, d: u64) -> f64 {
    let (least, most) = (n.min(d) as f64, n.max(d) as f64);
    PRODUCT * least * least * (0.5 * most + least / 6.0)
}

/// The smaller Gram matrix and its eigenvectors: many sweeps over small blocks, then products.
pub(crate) fn eigen(n: u64, d: u64) -> f64 {
    let (least, most) = (n.min(d) as f64, n.max(d) as f64);
    least * least * (PRODUCT * 0.5 * most + 80.0 + 0.15 * least)
}

/// A fit of n points with d features within a trial.
pub(crate) fn part(n: u64, d: u64) -> f64 {
    500.0 + 3.0 * n as f64 * d as f64 + cholesky(n, d)
}
