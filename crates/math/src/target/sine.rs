//! Sine waves.

use super::{Shape, Target};
use crate::catalogue::{Entry, Kind, Parameter, Value};

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "sine",
    summary: "f*(x) = amplitude · sin(2π · frequency · x)",
    parameters: || {
        let positive = |name, summary| Parameter {
            name,
            summary,
            kind: Kind::POSITIVE,
            default: Some(Value::Real(1.0)),
        };
        vec![positive("frequency", "periods per unit of x"), positive("amplitude", "largest value")]
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
