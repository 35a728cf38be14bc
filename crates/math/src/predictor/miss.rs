//! The largest residual of a function.

/// The largest |f(x_i) − y_i|.
pub(super) fn worst_miss(x: &[f64], y: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    x.iter().zip(y).map(|(x, y)| (f(*x) - y).abs()).fold(0.0, |worst, miss| {
        // NaN is kept, which `max` would drop.
        if miss <= worst { worst } else { miss }
    })
}
