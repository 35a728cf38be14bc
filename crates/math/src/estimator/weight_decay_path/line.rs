//! The least-squares line.

use crate::ties::Distinct;

/// The least-squares line slope · (x − middle) + intercept, as (slope, intercept, middle); middle is the mean of the x,
/// about which slope and intercept are uncorrelated. Cost: O(n).
pub(super) fn line(points: &Distinct<'_>) -> (f64, f64, f64) {
    let Distinct { x, y, .. } = points;
    let count = |i| points.count(i);
    let n: f64 = (0..x.len()).map(count).sum();
    let mean = |list: &[f64]| list.iter().zip((0..).map(count)).map(|(value, m)| m * value).sum::<f64>() / n;
    let (middle, intercept) = (mean(x), mean(y));
    let moments = x.iter().zip(&**y).zip((0..).map(count)).fold((0.0, 0.0), |(xx, xy), ((x, y), m)| {
        let aside = m * (x - middle);
        (xx + aside * (x - middle), xy + aside * (y - intercept))
    });
    (moments.1 / moments.0, intercept, middle)
}
