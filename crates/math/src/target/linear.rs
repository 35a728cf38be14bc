//! Straight lines.

use super::{Shape, Target};
use crate::catalogue::{Entry, Kind, Parameter, Value};

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "linear",
    summary: "f*(x) = intercept + slope · x",
    parameters: || {
        let real = |name, summary, default| Parameter {
            name,
            summary,
            kind: Kind::ANY_REAL,
            default: Some(Value::Real(default)),
        };
        vec![real("slope", "df*/dx", 1.0), real("intercept", "f*(0)", 0.0)]
    },
    build: |values| Ok(Box::new(Linear { slope: values[0].real(), intercept: values[1].real() })),
};

struct Linear {
    slope: f64,
    intercept: f64,
}

impl Target for Linear {
    fn value(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    fn shape(&self) -> Shape<'_> {
        Shape::PiecewiseLinear { knots: &[] }
    }
}
