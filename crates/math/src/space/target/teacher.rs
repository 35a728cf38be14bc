//! Teachers: random networks.

use super::{Target, Teacher, Truth};
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::space::dense::{Matrix, dot, times};
use crate::ziggurat::fill_normal;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "teacher",
    summary: "a random two-layer network, drawn once a trial",
    parameters: || {
        vec![
            Parameter {
                name: "width",
                summary: "number of neurons",
                kind: Kind::Whole { low: 1, high: 1_000_000 },
                default: Some(Value::Whole(10)),
            },
            Parameter {
                name: "activation",
                summary: "of every neuron: max(z, 0) or tanh z",
                kind: Kind::Word(&["relu", "tanh"]),
                default: Some(Value::Word("relu")),
            },
            Parameter::positive("amplitude", "(Σ_j E a_j²)^½ of the outer weights"),
        ]
    },
    build: |values| {
        let (width, is_relu) = (values[0].whole() as usize, values[1].word() == "relu");
        Ok(Box::new(Networks { width, is_relu, amplitude: values[2].real() }))
    },
};

/// f*(x) = Σ_j a_j φ(u_j·x), u_j ~ N(0, I/Σλ_k) so that u_j·x has variance 1, a_j ~ N(0, amplitude²/width).
struct Networks {
    width: usize,
    /// Whether φ is max(z, 0) rather than tanh z.
    is_relu: bool,
    amplitude: f64,
}

impl Target for Networks {
    fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64]) -> Truth {
        let d = spectrum.len();
        let total: f64 = spectrum.iter().sum();
        let scale = if total > 0.0 { 1.0 / total.sqrt() } else { 1.0 };
        let (mut inner, mut outer) = (vec![0.0; self.width * d], vec![0.0; self.width]);
        fill_normal(rng, scale, &mut inner);
        fill_normal(rng, self.amplitude / (self.width as f64).sqrt(), &mut outer);
        if self.is_relu {
            return Truth::Relu(Teacher::new(inner, outer));
        }
        Truth::Function(Box::new(move |row| {
            let mut z = vec![0.0; outer.len()];
            times(Matrix::new(&inner, d), row, &mut z);
            z.iter_mut().for_each(|z| *z = libm::tanh(*z));
            dot(&outer, &z)
        }))
    }

    fn is_fixed(&self) -> bool {
        false
    }
}
