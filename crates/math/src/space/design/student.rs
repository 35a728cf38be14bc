//! Coordinates with heavy tails.

use super::{Design, features};
use crate::catalogue::{Entry, Invalid, Kind, Parameter, Value};
use crate::noise::{self, Noise};
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Design> = Entry {
    name: "student",
    summary: "independent coordinates with Student's t law, scaled to variance 1",
    parameters: || {
        let kind = Kind::Real { low: 2.0, closed: false, high: f64::INFINITY };
        vec![features(), Parameter { name: "df", summary: "degrees of freedom", kind, default: None }]
    },
    build: |values| {
        let df = values[1].real();
        let scale = (1.0 - 2.0 / df).sqrt();
        let entry = noise::CATALOGUE.iter().find(|entry| entry.name == "student_t");
        let entry = entry.ok_or(Invalid { parameter: "df", expected: "needs the noise student_t" })?;
        Ok(Box::new(Student { law: (entry.build)(&[Value::Real(df), Value::Real(scale)])? }))
    },
};

/// x_k = √((df − 2)/df) t_df.
struct Student {
    law: Box<dyn Noise>,
}

impl Design for Student {
    fn fill(&self, rng: &mut ChaCha8Rng, _: usize, x: &mut [f64]) {
        self.law.fill(rng, x);
    }

    fn spectrum(&self, d: usize) -> Vec<f64> {
        vec![1.0; d]
    }
}
