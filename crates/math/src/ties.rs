//! Points that share an x.

use std::borrow::Cow;

/// The distinct x of a sample, with the number of points and the mean of the labels at each.
///
/// A minimiser of Σ (f(x_i) − y_i)² plus a penalty depends on the sample through these alone: with m_k points of mean
/// label ȳ_k at the distinct x_k, the sum is Σ m_k (f(x_k) − ȳ_k)² plus a constant. Where x increases strictly, the lists
/// are those of the sample and every count is one, without computation, allocation or rounding.
///
/// Cost: O(n) where points share an x, else none. Accuracy: means to m units of roundoff of the range of their labels, plus
/// half a unit of their size.
pub(crate) struct Distinct<'a> {
    /// The distinct x, strictly increasing.
    pub x: Cow<'a, [f64]>,
    /// The means of the labels.
    pub y: Cow<'a, [f64]>,
    /// The number of points at each x; empty where no two share one.
    counts: Vec<f64>,
}

impl<'a> Distinct<'a> {
    /// Points of which no two share an x.
    pub fn untied(x: &'a [f64], y: &'a [f64]) -> Distinct<'a> {
        Distinct { x: Cow::Borrowed(x), y: Cow::Borrowed(y), counts: Vec::new() }
    }

    /// Points in ascending order of x.
    pub fn tied(x: &[f64], y: &[f64]) -> Distinct<'a> {
        let (mut at, mut means, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = y;
        for group in x.chunk_by(|a, b| a == b) {
            let (labels, after) = rest.split_at(group.len());
            rest = after;
            at.push(group[0]);
            means.push(mean(labels));
            counts.push(group.len() as f64);
        }
        Distinct { x: Cow::Owned(at), y: Cow::Owned(means), counts }
    }

    /// The number of points at the distinct x_k.
    #[inline(always)]
    pub fn count(&self, k: usize) -> f64 {
        self.counts.get(k).copied().unwrap_or(1.0)
    }
}

/// The mean, as the first label plus the mean of the differences from it, so that large labels keep their digits.
fn mean(labels: &[f64]) -> f64 {
    let (first, count) = (labels[0], labels.len() as f64);
    first + labels.iter().map(|label| (label - first) / count).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_at_one_x_are_counted_and_averaged() {
        let points = Distinct::tied(&[-1.0, 0.0, -0.0, 0.0, 2.0, 2.0], &[3.0, 1.0, 2.0, 6.0, 5.0, 7.0]);
        assert_eq!((&*points.x, &*points.y), (&[-1.0, 0.0, 2.0][..], &[3.0, 3.0, 6.0][..]));
        assert_eq!([0, 1, 2].map(|k| points.count(k)), [1.0, 3.0, 2.0]);
    }

    #[test]
    fn untied_points_are_borrowed() {
        let points = Distinct::untied(&[0.0, 1.0], &[2.0, 3.0]);
        assert!(matches!((&points.x, &points.y), (Cow::Borrowed(_), Cow::Borrowed(_))));
        assert_eq!((points.count(0), points.counts.capacity()), (1.0, 0));
    }

    /// Labels around 1e9 that differ in the seventh decimal place, which their sum would lose.
    #[test]
    fn means_of_large_labels_keep_their_digits() {
        let labels: Vec<f64> = (0..7).map(|k| 1e9 + f64::from(k) * 2f64.powi(-23)).collect();
        assert_eq!(mean(&labels), 1e9 + 3.0 * 2f64.powi(-23));
    }
}
