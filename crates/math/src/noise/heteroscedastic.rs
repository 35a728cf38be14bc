//! Normal noise whose standard deviation depends on x.

use super::{Local, Noise};
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Noise> = Entry {
    name: "heteroscedastic",
    summary: "normal with mean 0 and standard deviation sd (1 + growth |x_1|) in the first feature",
    parameters: || {
        let kind = Kind::Real { low: 0.0, closed: true, high: f64::INFINITY };
        let summary = "how the standard deviation grows with |x_1|, in multiples of sd";
        vec![
            Parameter::positive("sd", "standard deviation at x_1 = 0"),
            Parameter { name: "growth", summary, kind, default: Some(Value::Real(1.0)) },
        ]
    },
    build: |values| Ok(Box::new(Heteroscedastic { sd: values[0].real(), growth: values[1].real() })),
};

/// N(0, sd² (1 + growth |x_1|)²).
struct Heteroscedastic {
    sd: f64,
    growth: f64,
}

impl Heteroscedastic {
    fn scale(&self, x: &[f64]) -> f64 {
        1.0 + self.growth * x.first().map_or(0.0, |x| x.abs())
    }
}

impl Noise for Heteroscedastic {
    /// Noise at x_1 = 0.
    fn fill(&self, rng: &mut ChaCha8Rng, out: &mut [f64]) {
        fill_normal(rng, self.sd, out);
    }

    /// Not a number: it depends on x.
    fn absolute_moment(&self, _: f64) -> f64 {
        f64::NAN
    }

    fn local(&self) -> Option<&dyn Local> {
        Some(self)
    }
}

impl Local for Heteroscedastic {
    fn at(&self, draw: f64, x: &[f64], _: f64) -> f64 {
        draw * self.scale(x)
    }

    fn mean(&self, _: &[f64], _: f64) -> f64 {
        0.0
    }

    /// sd² (1 + growth |x_1|)².
    fn variance(&self, x: &[f64], _: f64) -> f64 {
        let sd = self.sd * self.scale(x);
        sd * sd
    }
}
