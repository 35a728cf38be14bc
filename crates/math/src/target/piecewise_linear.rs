//! Continuous piecewise-linear targets.

use super::{Shape, Target};
use crate::catalogue::{Entry, Invalid, Kind, Parameter};

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "piecewise_linear",
    summary: "linear between the given points, the outer slopes continuing beyond them",
    parameters: || {
        vec![
            Parameter {
                name: "knots",
                summary: "increasing x, at least two",
                kind: Kind::Reals,
                default: None,
            },
            Parameter { name: "values", summary: "f* at each knot", kind: Kind::Reals, default: None },
        ]
    },
    build: |values| {
        let (knots, values) = (values[0].reals().to_vec(), values[1].reals().to_vec());
        if knots.len() < 2 {
            return Err(Invalid { parameter: "knots", expected: "must hold at least two numbers" });
        }
        if knots.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(Invalid { parameter: "knots", expected: "must increase strictly" });
        }
        if knots.len() != values.len() {
            return Err(Invalid { parameter: "values", expected: "must be as many as knots" });
        }
        Ok(Box::new(PiecewiseLinear { knots, values }))
    },
};

struct PiecewiseLinear {
    knots: Vec<f64>,
    values: Vec<f64>,
}

impl Target for PiecewiseLinear {
    fn value(&self, x: f64) -> f64 {
        let (t, v) = (&self.knots, &self.values);
        let k = t.partition_point(|knot| *knot <= x).clamp(1, t.len() - 1);
        let slope = (v[k] - v[k - 1]) / (t[k] - t[k - 1]);
        // Computed from the nearer knot, so that the value at a knot is exact.
        if x - t[k - 1] <= t[k] - x { v[k - 1] + slope * (x - t[k - 1]) } else { v[k] - slope * (t[k] - x) }
    }

    fn shape(&self) -> Shape<'_> {
        Shape::PiecewiseLinear { knots: &self.knots }
    }
}
