//! Functions that are known at nodes alone, such as a program's answers.

use super::{Expansion, Form, Pieces, Smooth, Units};
use crate::risk::{Exponent, points};
use std::sync::LazyLock;

/// Nodes of an interval: the 15 of Kronrod's rule and both ends.
const NODES: usize = 17;
/// Nodes from the end of one interval to the next, the first end left out.
const STEP: usize = NODES - 1;

/// Polynomials through the nodes of a Gauss–Kronrod rule and both ends of each interval.
///
/// # Formula
/// On each interval the polynomial of degree 16 through its 17 values, in barycentric form. Nodes that are dense at both ends
/// make it well conditioned: its largest value is a few times the largest given.
///
/// # Accuracy
/// That of a polynomial of degree 16 where f̂ is analytic within intervals. [`Nodes::doubt`] says what is left where it is not.
///
/// # Source
/// Berrut & Trefethen, SIAM Rev. 46 (2004).
///
/// ```
/// use tempered_math::predictor::{Nodes, Pieces};
///
/// let at = Nodes::places(&[0.0, 0.5, 1.0]);
/// assert_eq!((at.len(), at[0], at[16], at[32]), (33, 0.0, 0.5, 1.0));
/// let values: Vec<f64> = at.iter().map(|x| x.exp()).collect();
/// let exponential = Nodes::through(&[0.0, 0.5, 1.0], &values).unwrap();
/// assert!((exponential.value(0.3) - 0.3f64.exp()).abs() < 1e-14);
/// ```
pub struct Nodes {
    ends: Vec<f64>,
    values: Vec<f64>,
}

/// Nodes on [−1, 1], their barycentric weights, and the weights of Kronrod's rule, 0 at the ends.
struct Rule {
    at: [f64; NODES],
    weights: [f64; NODES],
    kronrod: [f64; NODES],
    /// The barycentric weights of the nodes that Gauss's rule has too, 0 at all others.
    gauss: [f64; NODES],
}

static RULE: LazyLock<Rule> = LazyLock::new(|| {
    let at = points(-1.0, 1.0);
    let weights = |of: &dyn Fn(usize) -> bool| -> [f64; NODES] {
        std::array::from_fn(|j| {
            let others = (0..NODES).filter(|i| *i != j && of(*i));
            let product: f64 = others.map(|i| at[j] - at[i]).product();
            if of(j) { 1.0 / product } else { 0.0 }
        })
    };
    // Of Kronrod's nodes every second is Gauss's; the outer ones are Kronrod's own.
    let is_gauss = |i: usize| i.is_multiple_of(2) && (2..=NODES - 3).contains(&i);
    Rule { at, weights: weights(&|_| true), kronrod: kronrod(), gauss: weights(&is_gauss) }
});

/// The weights of Kronrod's rule in the order of the nodes.
fn kronrod() -> [f64; NODES] {
    let of = crate::risk::kronrod_weights();
    std::array::from_fn(|i| {
        let from_middle = i.abs_diff(NODES / 2);
        of.get(from_middle).copied().unwrap_or(0.0)
    })
}

impl Nodes {
    /// The nodes of the intervals between neighbouring ends, which ascend; neighbours share their end.
    ///
    /// Shapes: 16 k + 1 places for k intervals; none for fewer than two ends.
    pub fn places(ends: &[f64]) -> Vec<f64> {
        let mut places: Vec<f64> = ends.first().filter(|_| ends.len() > 1).copied().into_iter().collect();
        for pair in ends.windows(2) {
            places.extend_from_slice(&points(pair[0], pair[1])[1..]);
        }
        places
    }

    /// The function with these values at the nodes; `None` where there are not as many as nodes.
    pub fn through(ends: &[f64], values: &[f64]) -> Option<Nodes> {
        let fits = ends.len() > 1 && values.len() == STEP * (ends.len() - 1) + 1;
        fits.then(|| Nodes { ends: ends.to_vec(), values: values.to_vec() })
    }

    /// The predictor with these pieces.
    pub fn predictor(self) -> Smooth {
        Smooth { breaks: self.ends[1..self.ends.len() - 1].to_vec(), pieces: Box::new(self) }
    }

    /// The value at x; beyond the outer ends those at the ends.
    pub fn value(&self, x: f64) -> f64 {
        let piece = self.ends[1..self.ends.len() - 1].partition_point(|end| *end <= x);
        self.at(piece, x, &RULE.weights)
    }

    /// The polynomial of an interval through the nodes that have a weight.
    fn at(&self, piece: usize, x: f64, weights: &[f64; NODES]) -> f64 {
        let (low, high) = (self.ends[piece], self.ends[piece + 1]);
        let values = &self.values[STEP * piece..STEP * piece + NODES];
        let t = ((x - low) / (0.5 * (high - low)) - 1.0).clamp(-1.0, 1.0);
        let (mut above, mut below) = (0.0, 0.0);
        for ((value, weight), node) in values.iter().zip(weights).zip(&RULE.at) {
            if t == *node && *weight != 0.0 {
                return *value;
            }
            if *weight != 0.0 {
                above += value * (weight / (t - node));
                below += weight / (t - node);
            }
        }
        above / below
    }

    /// How far R_p may be from its value because f̂ is known at nodes alone, relative to it: the difference to what polynomials
    /// through Gauss's nodes say, far above the error where f̂ is analytic within intervals.
    ///
    /// # Formula
    /// Σ h Σ w_i | |e_i|^p − |g_i|^p | / Σ h Σ w_i |e_i|^p, with e = f̂ − f* at Kronrod's nodes and g the same of the
    /// polynomial through the seven that Gauss's rule has.
    pub fn doubt(&self, target: &dyn Fn(f64) -> f64, exponent: &Exponent) -> f64 {
        let (mut whole, mut differences) = (0.0, 0.0);
        for (piece, ends) in self.ends.windows(2).enumerate() {
            let half = 0.5 * (ends[1] - ends[0]);
            let nodes = points(ends[0], ends[1]);
            for (i, x) in nodes.iter().enumerate().filter(|(i, _)| RULE.kronrod[*i] > 0.0) {
                let truth = target(*x);
                let value = exponent.power((self.values[STEP * piece + i] - truth).abs());
                whole += half * RULE.kronrod[i] * value;
                if RULE.gauss[i] == 0.0 {
                    let other = exponent.power((self.at(piece, *x, &RULE.gauss) - truth).abs());
                    differences += half * RULE.kronrod[i] * (value - other).abs();
                }
            }
        }
        if differences == 0.0 { 0.0 } else { differences / whole }
    }
}

impl Pieces for Nodes {
    fn values(&self, piece: usize, x: &[f64], out: &mut [f64]) {
        out.iter_mut().zip(x).for_each(|(out, x)| *out = self.at(piece, *x, &RULE.weights));
    }

    /// It is none: directories by these rules begin before programs are estimators.
    fn units(&self) -> Units {
        Units::default()
    }

    fn expansion(&self) -> Expansion {
        let mut expansion = Expansion::new(Form::Values);
        expansion.coefficient.clone_from(&self.values);
        expansion.scale = vec![1.0; self.values.len()];
        expansion.at = Nodes::places(&self.ends);
        expansion
    }

    fn has_finite_expansion(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }

    fn nodes(&self) -> Option<&Nodes> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(ends: &[f64], f: impl Fn(f64) -> f64) -> Nodes {
        let values: Vec<f64> = Nodes::places(ends).into_iter().map(f).collect();
        Nodes::through(ends, &values).unwrap()
    }

    #[test]
    fn analytic_functions_are_met_between_nodes_and_beyond_the_ends_they_stay() {
        let ends = [0.0, 0.1, 0.4, 1.0];
        let sine = through(&ends, |x| (3.0 * x).sin());
        for step in 0..1000 {
            let x = f64::from(step) / 999.0;
            assert!(
                (sine.value(x) - (3.0 * x).sin()).abs() < 2e-15,
                "{x}: {}",
                sine.value(x) - (3.0 * x).sin()
            );
        }
        assert_eq!((sine.value(-1.0), sine.value(2.0)), (0.0, 3f64.sin()));
        assert_eq!(sine.value(0.4), (3.0f64 * 0.4).sin());
        assert!(Nodes::through(&ends, &[0.0; 48]).is_none() && Nodes::through(&[0.0], &[0.0]).is_none());
    }

    #[test]
    fn doubt_is_small_where_functions_are_analytic_and_large_where_they_jump() {
        let exponents = [1.0, 1.5, 2.0].map(|p| Exponent::new(p).unwrap());
        for exponent in &exponents {
            let smooth = through(&[0.0, 0.5, 1.0], |x| (3.0 * x).sin()).doubt(&|_| 0.0, exponent);
            let kink = through(&[0.0, 0.5, 1.0], |x| (x - 0.3).abs()).doubt(&|_| 0.0, exponent);
            let jump = through(&[0.0, 0.5, 1.0], |x| f64::from(x > 0.3)).doubt(&|_| 0.0, exponent);
            assert!(smooth < 1e-6 && smooth < kink && kink < jump && jump > 1e-2, "{smooth} {kink} {jump}");
        }
    }
}
