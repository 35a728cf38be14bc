//! Tail indices from excesses, by the generalised Pareto law.

use crate::tail::excesses::{Excesses, Likelihood};
use crate::tail::index::{Index, TailIndex};
use crate::zero::zero;

/// The least number of excesses, over all samples, for an estimate.
const LEAST: usize = 20;
/// The range of shapes: below −½ maximum likelihood is not regular, and at 5 no moment above order 1/5 exists.
const SHAPES: (f64, f64) = (-0.5, 5.0);
/// The accuracy of shapes: 1e-5 of the standard error of ten thousand excesses.
const WIDTH: f64 = 1e-7;

/// The common shape ξ = 1/α of several samples with different scales, with its likelihood.
#[derive(Clone, Debug)]
pub(crate) struct Shape<'a> {
    samples: Vec<&'a Excesses>,
    /// The maximum likelihood estimate of ξ; at most 0 where the tail is lighter than any power.
    pub value: f64,
    most: f64,
}

impl<'a> Shape<'a> {
    /// Fits the generalised Pareto law, P(X − u > x | X > u) = (1 + ξ x/σ)^(−1/ξ), with one ξ for all samples and a σ
    /// for each.
    ///
    /// The fit depends on excesses alone, which a constant added to the values does not change. Where the largest
    /// values of all samples are tied, the law has an upper end that is attained, and the index is infinite.
    ///
    /// Errors: `None` for fewer than 20 excesses or, where the largest values are tied, fewer than 20 values. Cost:
    /// about a hundred sums over the values. Accuracy: the standard error of ξ is (1 + ξ)/√k; the law is exact in the
    /// limit of large u, and at the top quarter of Fréchet's law it holds to second order, since 1 − exp(−1/x) = 1/(x +
    /// ½) + O(x^(−3)).
    ///
    /// Source: Pickands (1975), Ann. Statist. 3; likelihood ratios: Coles (2001), section 4.3.
    pub fn of(samples: Vec<&'a Excesses>) -> Option<Shape<'a>> {
        let is_bounded = samples.iter().all(|sample| sample.values.is_empty());
        let count = |sample: &&Excesses| if is_bounded { sample.of } else { sample.values.len() };
        if samples.iter().map(count).sum::<usize>() < LEAST {
            return None;
        }
        let mut shape = Shape { samples, value: 0.0, most: 0.0 };
        // The likelihood is unimodal, so that its slope has one zero.
        let slope = |value: f64| shape.likelihood(value).slope;
        let (first, last) = (slope(SHAPES.0), slope(SHAPES.1));
        shape.value = match (first > 0.0, last < 0.0) {
            (false, _) => SHAPES.0,
            (true, false) => SHAPES.1,
            (true, true) => zero([(SHAPES.0, first), (SHAPES.1, last)], WIDTH, slope),
        };
        shape.most = shape.likelihood(shape.value).value;
        shape.most.is_finite().then_some(shape)
    }

    fn likelihood(&self, shape: f64) -> Likelihood {
        self.samples.iter().map(|sample| sample.likelihood(shape)).sum()
    }

    /// The signed root of the likelihood ratio between the estimate and another shape, in standard errors.
    pub fn above(&self, other: f64) -> f64 {
        let errors = (2.0 * (self.most - self.likelihood(other).value)).max(0.0).sqrt();
        if self.value < other { -errors } else { errors }
    }

    /// The tail index, with a stated interval of `reach` standard errors.
    pub fn sure(&self, reach: f64) -> Index {
        Index { stated: self.index(reach), sure: self.index(Index::SURE) }
    }

    /// The tail index with the interval of all shapes within `reach` standard errors.
    fn index(&self, reach: f64) -> TailIndex {
        if self.samples.iter().all(|sample| sample.values.is_empty()) {
            let values = self.samples.iter().map(|sample| sample.of as u64).sum();
            return TailIndex { value: f64::INFINITY, low: f64::INFINITY, high: f64::INFINITY, values };
        }
        let index = |shape: f64| if shape > 0.0 { 1.0 / shape } else { f64::INFINITY };
        // The distance is nearly linear in the shape; the end is the limit of the range where that is within reach.
        let end = |side: f64, limit: f64| {
            let over = |shape: f64| side * -self.above(shape) - reach;
            zero([(self.value, -reach), (limit, over(limit))], WIDTH, over)
        };
        let values = self.samples.iter().map(|sample| sample.values.len() as u64).sum();
        let (low, high) = (index(end(1.0, SHAPES.1)), index(end(-1.0, SHAPES.0)));
        TailIndex { value: index(self.value), low, high, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::ordered::Ordered;
    use crate::sample::point::{generator, normal, uniform};

    fn sample(count: usize, mut value: impl FnMut() -> f64) -> Ordered {
        Ordered::all((0..count).map(|_| value()).collect())
    }

    /// Every shape and every scale of a fine grid: none is likelier, and none outside of the interval is within reach.
    #[test]
    fn no_shape_of_a_grid_is_likelier() {
        let mut rng = generator(8, &["twin"]);
        let laws: [fn(f64, f64) -> f64; 6] = [
            |u, _| u,
            |u, _| -libm::log(u),
            |u, _| u.powf(-2.5),
            |u, v| 1.0 / u + 30.0 * v,
            |u, v| libm::exp(4.0 * (u + v)),
            |u, _| (9.0 * u).round() + u / 50.0,
        ];
        for (place, law) in laws.into_iter().enumerate() {
            let counts = [90, 120, 400];
            let samples = counts.map(|count| {
                let values = sample(count, || law(1.0 - uniform(&mut rng), uniform(&mut rng)));
                Excesses::of(&values, 0.25, 1.0).unwrap()
            });
            let shape = Shape::of(samples.iter().collect()).unwrap();
            let index = shape.index(1.96);
            let (low, high) = (1.0 / index.high, 1.0 / index.low);
            for step in 0..=55 {
                let other = SHAPES.0 + 0.1 * f64::from(step);
                let twin: f64 = samples.iter().map(|sample| slow(sample, other)).sum();
                let found = shape.likelihood(other).value;
                assert!(
                    twin <= found + 1e-9 * found.abs() && found < twin + 3e-2,
                    "{place} {other}: {found} {twin}"
                );
                assert!(twin <= shape.most + 1e-9, "{place} {other}");
                let within = (2.0 * (shape.most - found)).sqrt() <= 1.96;
                let inside = low <= other.max(0.0) + 1e-6 && other <= high + 1e-6;
                assert!(!within || inside, "{place} {other}: {index:?}");
                assert!(
                    within || other <= 0.0 || !(low < other - 1e-6 && other < high - 1e-6),
                    "{place} {other}: {index:?}"
                );
            }
        }
    }

    /// ℓ at the best of many scales, term by term.
    fn slow(sample: &Excesses, shape: f64) -> f64 {
        let at = |scale: f64| -> f64 {
            let term = |x: &f64| {
                let z = x / scale;
                if shape.abs() < 1e-9 { z } else { (1.0 + 1.0 / shape) * libm::log1p(shape * z) }
            };
            -(sample.values.len() as f64) * libm::log(scale) - sample.values.iter().map(term).sum::<f64>()
        };
        // Below zero from where the law holds the largest value.
        let end = -shape * sample.values[sample.values.len() - 1];
        let (least, most) = if end > 20.0 { (0.0, 1e9) } else { (0.02, 20.0) };
        let scales = (0..1500).map(|step| end.max(0.0) + libm::exp(f64::from(step) * 0.018 - 9.0));
        let ends = [least, most].into_iter().filter(|scale| *scale > end);
        let scales = scales.filter(|scale| (least..most).contains(scale)).chain(ends);
        scales.map(at).filter(|found| !found.is_nan()).fold(f64::NEG_INFINITY, f64::max)
    }

    /// The slope is that of the likelihood, on either side of 0 and at 0.
    #[test]
    fn slopes_are_those_of_the_likelihood() {
        let mut rng = generator(9, &["slope"]);
        let values = sample(400, || (1.0 - uniform(&mut rng)).powf(-0.3));
        let excesses = Excesses::of(&values, 0.25, 1.0).unwrap();
        for shape in [-0.49, -0.2, -1e-5, 0.0, 1e-5, 0.1, 1.0, 4.9] {
            let [below, above] = [-1e-4, 1e-4].map(|step| excesses.likelihood(shape + step).value);
            let (slope, expected) = (excesses.likelihood(shape).slope, (above - below) / 2e-4);
            assert!((slope - expected).abs() < 1e-4 * (1.0 + expected.abs()), "{shape}: {slope} {expected}");
        }
    }

    /// The estimate does not depend on constants added to the values and on their scale.
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

    /// Atoms of a bounded law have an upper end, those of a law without a mean do not; an attained end means no tail.
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
        // Half of them apart from the threshold by rounding alone.
        let near: Vec<f64> =
            (0..100).map(|k| 1.0 + f64::from(k % 7) * f64::EPSILON).chain([1.5; 15]).collect();
        let rounding = Excesses::of(&Ordered::all([vec![0.5; 300], near].concat()), 0.25, 1.0).unwrap();
        assert!(Shape::of(vec![&rounding; 3]).unwrap().index(3.0).low > 0.8);
        let few = Excesses::of(&Ordered::all(vec![1.0; 40]), 0.25, 1.0).unwrap();
        assert!(Shape::of(vec![&few]).is_none() && Shape::of(vec![&few, &few]).is_some());
    }
}
