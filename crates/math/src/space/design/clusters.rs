//! Labelled clusters of normal points.

use super::{Clusters, Design, features};
use crate::catalogue::{Entry, Invalid, Kind, Parameter, Value};
use crate::seed::unit;
use crate::space::design::quantile;
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

/// Which centres share a label: those on one side of their axes, or those on one axis.
const LABELS: &[&str] = &["sides", "xor"];
/// The most clusters: 4096 test points leave 64 to each.
const MOST: u64 = 64;

pub(super) const ENTRY: Entry<dyn Design> = Entry {
    name: "clusters",
    summary: "normal points about centres on both sides of the first axes, each centre with a label ±1",
    parameters: || {
        let count = Kind::Whole { low: 2, high: MOST };
        vec![
            features(),
            Parameter::positive("distance", "of each centre from 0"),
            Parameter {
                default: Some(Value::Real(1.0)),
                ..Parameter::positive("sd", "in each direction, about a centre")
            },
            Parameter {
                name: "count",
                summary: "centres, an even number",
                kind: count,
                default: Some(Value::Whole(2)),
            },
            Parameter {
                name: "labels",
                summary: "`sides`: +1 on the positive side of each axis; `xor`: +1 on the first axis, −1 on the second, in turns",
                kind: Kind::Word(LABELS),
                default: Some(Value::Word("sides")),
            },
        ]
    },
    build: |values| {
        let (count, xor) = (values[3].whole() as usize, values[4].word() == "xor");
        if count % 2 == 1 {
            return Err(Invalid {
                parameter: "count",
                expected: "must be even: centres lie on both sides of axes",
            });
        }
        if xor && count % 4 != 0 {
            let expected = "must be a multiple of 4 for `xor`, so that both labels have as many centres";
            return Err(Invalid { parameter: "count", expected });
        }
        Ok(Box::new(Mixture(Clusters { distance: values[1].real(), sd: values[2].real(), count, xor })))
    },
};

/// x = c_J + sd g with g ~ N(0, I) and J uniform; c_j lies on axis ⌊j/2⌋ + 1, at `distance` for even j and −`distance` for odd j.
///
/// The labels are those of the centres. E x = 0, and the covariance is diagonal: sd², and 2 distance²/count more along each
/// axis with centres.
struct Mixture(Clusters);

impl Mixture {
    fn component(&self, rng: &mut ChaCha8Rng) -> usize {
        (unit(rng) * self.0.count as f64) as usize
    }
}

impl Design for Mixture {
    /// Components of all points first, so that [`Design::label`] finds them again.
    fn fill(&self, rng: &mut ChaCha8Rng, d: usize, x: &mut [f64]) {
        let components: Vec<usize> = (0..x.len() / d).map(|_| self.component(rng)).collect();
        fill_normal(rng, self.0.sd, x);
        for (row, j) in x.chunks_exact_mut(d).zip(components) {
            let (axis, side) = self.0.centre(j);
            row[axis] += side;
        }
    }

    fn spectrum(&self, d: usize) -> Vec<f64> {
        let Clusters { distance, sd, count, .. } = self.0;
        let along = |k: usize| if 2 * k < count { 2.0 * distance * distance / count as f64 } else { 0.0 };
        (0..d).map(|k| sd * sd + along(k)).collect()
    }

    fn clusters(&self) -> Option<Clusters> {
        Some(self.0)
    }

    fn label(&self, rng: &mut ChaCha8Rng, y: &mut [f64]) -> bool {
        y.iter_mut().for_each(|y| *y += self.0.label(self.component(rng)));
        true
    }

    /// The first points belong to the first centre, as many to the second, and so on: blocks of a Sobol net are nets.
    fn map_uniform(&self, d: usize, u: &mut [f64]) -> bool {
        u.iter_mut().for_each(|u| *u = self.0.sd * quantile::normal(*u));
        let rows = u.len() / d;
        for (i, row) in u.chunks_exact_mut(d).enumerate() {
            let (axis, side) = self.0.centre(i * self.0.count / rows);
            row[axis] += side;
        }
        true
    }

    fn check(&self, d: usize) -> Result<(), String> {
        let axes = self.0.count / 2;
        if d < axes {
            return Err(format!("{} centres lie on {axes} axes, so d must be at least {axes}", self.0.count));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Choice;
    use crate::seed::{Key, Purpose};

    fn build(given: &[(&str, Value)]) -> Result<Box<dyn Design>, Invalid> {
        let distance = [("distance", Value::Real(3.0)), ("d", Value::Whole(3))];
        let given: Vec<(&str, Value)> = distance.iter().chain(given).cloned().collect();
        Choice::new(&ENTRY, &given)?.build(super::super::CATALOGUE)
    }

    #[test]
    fn points_lie_about_the_centre_of_their_label() {
        for xor in [false, true] {
            let word = if xor { "xor" } else { "sides" };
            let mixture =
                build(&[("count", Value::Whole(4)), ("labels", Value::Word(word)), ("sd", Value::Real(0.1))])
                    .unwrap();
            let key = Key::new(3, "clusters", Purpose::Design);
            let (mut x, mut y) = ([0.0; 3 * 400], [0.0; 400]);
            mixture.fill(&mut key.trial(5), 3, &mut x);
            assert!(mixture.label(&mut key.trial(5), &mut y));
            for (row, label) in x.chunks_exact(3).zip(y) {
                let expected = if xor == (row[0].abs() < row[1].abs()) { -1.0 } else { 1.0 };
                let side = if row[0].abs() > row[1].abs() { row[0] } else { row[1] };
                assert_eq!(label, if xor { expected } else { side.signum() });
                assert!((side.abs() - 3.0).abs() < 0.5);
            }
            let positive = y.iter().filter(|label| **label > 0.0).count();
            assert!((150..250).contains(&positive), "{positive}");
            assert_eq!(
                mixture.spectrum(3).iter().map(|v| (v * 100.0).round()).collect::<Vec<_>>(),
                [451.0, 451.0, 1.0]
            );
        }
    }

    #[test]
    fn odd_numbers_and_too_few_features_are_refused() {
        assert!(build(&[("count", Value::Whole(3))]).is_err());
        assert!(build(&[("count", Value::Whole(2)), ("labels", Value::Word("xor"))]).is_err());
        assert!(build(&[("count", Value::Whole(8))]).unwrap().check(3).is_err());
    }
}
