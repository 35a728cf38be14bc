//! Sine waves.

use super::{Shape, Target};
use crate::catalogue::{Entry, Kind, Parameter, Value};

/// The bound limits the cost of risks, which are integrated and maximised period by period.
const FREQUENCY: Kind = Kind::Real { low: 0.0, closed: false, high: 1000.0 };

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "sine",
    summary: "f*(x) = amplitude · sin(2π · frequency · x)",
    parameters: || {
        let one = Some(Value::Real(1.0));
        let (frequency, amplitude) = ("periods per unit of x", "largest value");
        vec![
            Parameter { name: "frequency", summary: frequency, kind: FREQUENCY, default: one.clone() },
            Parameter { name: "amplitude", summary: amplitude, kind: Kind::POSITIVE, default: one },
        ]
    },
    build: |values| {
        Ok(Box::new(Sine { rate: std::f64::consts::TAU * values[0].real(), amplitude: values[1].real() }))
    },
};

struct Sine {
    rate: f64,
    amplitude: f64,
}

impl Target for Sine {
    fn value(&self, x: f64) -> f64 {
        self.amplitude * libm::sin(self.rate * x)
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Sine { amplitude: self.amplitude, rate: self.rate }
    }
}
