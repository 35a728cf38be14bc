//! Tails of excesses over high order statistics, by Pareto's generalised law.

use crate::sample::ordered::Ordered;
use crate::tail::index::{Index, TailIndex};
use libm::{exp, log, log1p, pow};

/// Fewer excesses than this, over all samples, say nothing.
const LEAST: usize = 20;
/// Larger samples take a smaller share: the further out, the closer excesses are to the law.
const MOST: usize = 500;
/// Shapes that are looked at: beyond ½ below 0 the likelihood has no maximum, and at 5 a law has no moments to speak of.
const SHAPES: (f64, f64) = (-0.5, 5.0);
/// Scales that are looked at, in units of the median excess: that of the shape −½ is 1.7 of it, that of 5 is .16.
const SCALES: (f64, f64) = (0.02, 20.0);
/// Steps of a golden section: each leaves .618 of a range.
const STEPS: usize = 26;

/// Excesses of one sample over one of its values, in units of their median; none of them where the largest values are tied.
#[derive(Clone, Debug)]
pub(crate) struct Excesses {
    values: Vec<f64>,
    /// How many values they were taken from.
    of: usize,
}

impl Excesses {
    /// Those of the largest share of the p-th roots of a sample over the next value. A law raised to a power looks heavy as far
    /// as a sample sees; its root does not. Tied values stand at the middle of their run, and what is between lies on a line:
    /// atoms have no density to compare. Where all of them are one value the law ends there, and nothing exceeds it.
    pub fn of(sample: &Ordered, share: f64, p: f64) -> Option<Excesses> {
        let count = ((sample.count() as f64 * share) as usize).min(MOST);
        let held = sample.largest(count + 1).len() == count + 1;
        let first = sample.count().checked_sub(count as u64 + 1).filter(|_| held)?;
        let value = |rank: u64| Some(pow(sample.at_middle(rank as f64)?, 1.0 / p));
        let largest: Vec<f64> = (first..sample.count()).map(value).collect::<Option<_>>()?;
        let threshold = *largest.first()?;
        let above = largest.partition_point(|value| *value <= threshold);
        let Some(middle) = largest[above..].get((largest.len() - above) / 2) else {
            return threshold.is_finite().then(|| Excesses { values: Vec::new(), of: count });
        };
        let scale = middle - threshold;
        let values: Vec<f64> = largest[above..].iter().map(|value| (value - threshold) / scale).collect();
        values.iter().all(|value| value.is_finite()).then_some(Excesses { values, of: count })
    }

    /// The largest of ℓ = −k ln σ − (1 + 1/ξ) Σ ln(1 + ξ x/σ) over the scale σ.
    fn likelihood(&self, shape: f64) -> f64 {
        let largest = self.values.last().copied().unwrap_or(0.0);
        // Below zero the law ends at −σ/ξ.
        let least = if shape < 0.0 { SCALES.0.max(-shape * largest * (1.0 + 1e-9)) } else { SCALES.0 };
        let at = |log_scale: f64| {
            let scale = exp(log_scale);
            let sum: f64 = if shape.abs() < 1e-6 {
                self.values.iter().map(|x| x / scale).sum()
            } else {
                (1.0 + 1.0 / shape) * logarithms(&self.values, shape / scale)
            };
            -(self.values.len() as f64) * log_scale - sum
        };
        largest_of(log(least), log(SCALES.1.max(4.0 * least)), at).1
    }
}

/// Σ ln(1 + r x). A logarithm of a product takes an eighth of the time of its factors' logarithms, and rounds to the same
/// 10^−16 of a value for each factor; where r is so small that the sum is divided by as little, those of 1 + r x keep the
/// digits that a product loses.
fn logarithms(values: &[f64], ratio: f64) -> f64 {
    if ratio.abs() < 1e-3 {
        return values.iter().map(|x| log1p(ratio * x)).sum();
    }
    let eight = |values: &[f64]| {
        let product: f64 = values.iter().map(|x| 1.0 + ratio * x).product();
        // Eight factors of up to 10^37, or down to 10^−37, are a normal number.
        if (1e-300..1e300).contains(&product) {
            log(product)
        } else {
            values.iter().map(|x| log1p(ratio * x)).sum()
        }
    };
    values.chunks(8).map(eight).sum()
}

/// The place and the value of the maximum of a function with one, by golden section.
fn largest_of(mut low: f64, mut high: f64, of: impl Fn(f64) -> f64) -> (f64, f64) {
    const SHARE: f64 = 0.618_033_988_749_895;
    let (mut a, mut b) = (high - SHARE * (high - low), low + SHARE * (high - low));
    let (mut at_a, mut at_b) = (of(a), of(b));
    for _ in 0..STEPS {
        if at_a < at_b {
            (low, a, at_a) = (a, b, at_b);
            b = low + SHARE * (high - low);
            at_b = of(b);
        } else {
            (high, b, at_b) = (b, a, at_a);
            a = high - SHARE * (high - low);
            at_a = of(a);
        }
    }
    if at_a < at_b { (b, at_b) } else { (a, at_a) }
}

/// The common shape ξ = 1/α of several samples of different scale, with its likelihood.
#[derive(Clone, Debug)]
pub(crate) struct Shape<'a> {
    samples: Vec<&'a Excesses>,
    /// The likeliest shape; at most 0 where the tail is lighter than any power.
    pub value: f64,
    most: f64,
}

impl<'a> Shape<'a> {
    /// Fits Pareto's generalised law, P(X − u > x | X > u) = (1 + ξ x/σ)^(−1/ξ), with one ξ for all samples and a σ for each.
    ///
    /// It sees excesses alone: a constant beside a heavy tail changes nothing.
    ///
    /// Where the largest values of all samples are tied the law has an end that is met, and an infinite index without doubt.
    ///
    /// Errors: none for fewer than 20 excesses, or values that they were taken from. Cost: O(700 values). Accuracy: the standard error of ξ is (1 + ξ)/√k; the law
    /// itself is that of the tail far out, and at the top quarter that of Fréchet's maxima to second order, since
    /// 1 − exp(−1/x) = 1/(x + ½) + O(x^(−3)).
    ///
    /// Source: Pickands (1975), Ann. Statist. 3; likelihood ratios: Coles (2001), section 4.3.
    pub fn of(samples: Vec<&'a Excesses>) -> Option<Shape<'a>> {
        let is_bounded = samples.iter().all(|sample| sample.values.is_empty());
        let count = |sample: &&Excesses| if is_bounded { sample.of } else { sample.values.len() };
        if samples.iter().map(count).sum::<usize>() < LEAST {
            return None;
        }
        let mut shape = Shape { samples, value: 0.0, most: 0.0 };
        (shape.value, shape.most) = largest_of(SHAPES.0, SHAPES.1, |value| shape.likelihood(value));
        shape.most.is_finite().then_some(shape)
    }

    fn likelihood(&self, shape: f64) -> f64 {
        self.samples.iter().map(|sample| sample.likelihood(shape)).sum()
    }

    /// By how many standard errors the shape is above another one, from their likelihood ratio.
    pub fn above(&self, other: f64) -> f64 {
        let errors = (2.0 * (self.most - self.likelihood(other))).max(0.0).sqrt();
        if self.value < other { -errors } else { errors }
    }

    /// The tail index, stated with an interval of so many standard errors.
    pub fn sure(&self, reach: f64) -> Index {
        Index { stated: self.index(reach), sure: self.index(Index::SURE) }
    }

    /// The tail index with the interval of all shapes within so many standard errors.
    fn index(&self, reach: f64) -> TailIndex {
        if self.samples.iter().all(|sample| sample.values.is_empty()) {
            let values = self.samples.iter().map(|sample| sample.of as u64).sum();
            return TailIndex { value: f64::INFINITY, low: f64::INFINITY, high: f64::INFINITY, values };
        }
        let index = |shape: f64| if shape > 0.0 { 1.0 / shape } else { f64::INFINITY };
        let end = |side: f64, limit: f64| {
            let (mut inside, mut outside) = (self.value, limit);
            for _ in 0..STEPS {
                let middle = (inside + outside) / 2.0;
                if side * -self.above(middle) > reach { outside = middle } else { inside = middle }
            }
            outside
        };
        let values = self.samples.iter().map(|sample| sample.values.len() as u64).sum();
        let (low, high) = (index(end(1.0, SHAPES.1)), index(end(-1.0, SHAPES.0)));
        TailIndex { value: index(self.value), low, high, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::point::{generator, normal, uniform};

    fn sample(count: usize, mut value: impl FnMut() -> f64) -> Ordered {
        Ordered::all((0..count).map(|_| value()).collect())
    }

    #[test]
    fn logarithms_of_products_are_sums_of_logarithms() {
        let mut rng = generator(3, &["logarithms"]);
        for power in [0, 3, 20, 50] {
            let values: Vec<f64> = (0..203).map(|_| uniform(&mut rng).powi(-power)).collect();
            for ratio in [-0.999, -0.2, -1e-5, 1e-9, 1e-3, 0.7, 40.0, 1e8] {
                // Below zero the law ends where the largest value is.
                let ratio =
                    if ratio < 0.0 { ratio / values.iter().copied().fold(0.0, f64::max) } else { ratio };
                let sum: f64 = values.iter().map(|x| log1p(ratio * x)).sum();
                let error = (logarithms(&values, ratio) - sum).abs();
                assert!(error <= 1e-13 * (1.0 + sum.abs()), "{power} {ratio}: {error}");
            }
        }
    }

    /// Whatever is added to the values and whatever their scale is.
    #[test]
    fn shapes_of_power_tails_are_found() {
        let mut rng = generator(1, &["shape"]);
        for alpha in [0.7, 1.0, 2.0, 4.0] {
            let samples = [(0.0, 1.0), (1e3, 2.0), (5.0, 1e-9)].map(|(shift, scale)| {
                let value = || shift + scale * (1.0 - uniform(&mut rng)).powf(-1.0 / alpha);
                Excesses::of(&sample(2000, value), 0.25, 1.0).unwrap()
            });
            let shape = Shape::of(samples.iter().collect()).unwrap();
            let error = (1.0 + 1.0 / alpha) / 1500f64.sqrt();
            assert!((shape.value - 1.0 / alpha).abs() < 3.0 * error, "{alpha}: {}", shape.value);
            let index = shape.index(1.96);
            assert!(index.low < alpha && alpha < index.high && index.values == 1500, "{alpha}: {index:?}");
            // One standard error further is further by one.
            let above = shape.above(shape.value - error);
            assert!((above - 1.0).abs() < 0.15, "{alpha}: {above}");
        }
    }

    #[test]
    fn light_tails_are_light() {
        let mut rng = generator(2, &["shape"]);
        let excesses = Excesses::of(&sample(1000, || normal(&mut rng)), 0.25, 1.0).unwrap();
        let shape = Shape::of(vec![&excesses]).unwrap();
        assert!(shape.value < 0.1 && shape.above(0.5) < -4.0 && shape.index(1.96).high == f64::INFINITY);
        let excesses = Excesses::of(&sample(1000, || uniform(&mut rng)), 0.25, 1.0).unwrap();
        assert!(Shape::of(vec![&excesses]).unwrap().above(0.5) < -4.0);
    }

    /// |ε|^12 has all moments, and at 400 trials an upper quarter like that of a law without a mean.
    #[test]
    fn roots_of_powers_are_light() {
        let mut rng = generator(4, &["shape"]);
        let powers = sample(2000, || normal(&mut rng).powi(12));
        let [plain, root] = [1.0, 12.0].map(|p| Excesses::of(&powers, 0.25, p).unwrap());
        assert!(Shape::of(vec![&plain]).unwrap().value > 1.0);
        assert!(Shape::of(vec![&root]).unwrap().value < 1.0 / 12.0);
    }

    #[test]
    fn few_values_say_nothing() {
        let mut rng = generator(3, &["shape"]);
        let few = Excesses::of(&sample(76, || uniform(&mut rng)), 0.25, 1.0).unwrap();
        assert!(Shape::of(vec![&few]).is_none() && Shape::of(vec![&few, &few]).is_some());
        assert!(Excesses::of(&Ordered::all(Vec::new()), 0.25, 1.0).is_none());
        assert!(Excesses::of(&Ordered::all(vec![f64::INFINITY; 100]), 0.25, 1.0).is_none());
    }

    /// Atoms of a bounded law end, those of one without a mean do not; a law whose end is met has no tail.
    #[test]
    fn atoms_have_the_tail_of_their_law() {
        let mut rng = generator(5, &["shape"]);
        let mut rounded = |law: fn(f64) -> f64| {
            let values = sample(1000, || (4.0 * law(1.0 - uniform(&mut rng))).round());
            Shape::of(vec![&Excesses::of(&values, 0.25, 1.0).unwrap()]).unwrap().index(3.0)
        };
        assert!(rounded(|u| 1.0 - u).low > 2.0);
        let heavy = rounded(|u| 1.0 / u);
        assert!(heavy.low < 1.0 && 1.0 < heavy.high && heavy.high < 1.6, "{heavy:?}");
        let met = Excesses::of(&Ordered::all([[1.0; 60], [2.0; 60]].concat()), 0.25, 1.0).unwrap();
        assert_eq!(Shape::of(vec![&met]).unwrap().index(3.0).low, f64::INFINITY);
        let few = Excesses::of(&Ordered::all(vec![1.0; 40]), 0.25, 1.0).unwrap();
        assert!(Shape::of(vec![&few]).is_none() && Shape::of(vec![&few, &few]).is_some());
    }
}
