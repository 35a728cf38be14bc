//! Series in Legendre polynomials.

use super::{Shape, Target};
use crate::catalogue::{Entry, Invalid, Kind, Parameter};

/// Terms of a series at most: each evaluation costs as many steps.
const MOST_TERMS: usize = 1000;

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "legendre",
    summary: "f*(x) = Σ_k c_k P_k(2x − 1), a series in the Legendre polynomials of the unit interval",
    parameters: || {
        let summary = "c_0, c_1, …, up to 1000 numbers";
        vec![Parameter { name: "coefficients", summary, kind: Kind::Reals, default: None }]
    },
    build: |values| {
        let coefficients = values[0].reals();
        if coefficients.is_empty() || coefficients.len() > MOST_TERMS {
            return Err(Invalid {
                parameter: "coefficients",
                expected: "must be a list of 1 to 1000 numbers",
            });
        }
        Ok(Box::new(Legendre { coefficients: coefficients.to_vec(), cuts: cuts(coefficients.len() - 1) }))
    },
};

/// f*(x) = Σ_k c_k P_k(2x − 1), P_k(1) = 1.
///
/// ∫ f*² over the unit interval is Σ c_k²/(2k + 1). Values are by Clenshaw's recurrence: k roundings of the largest partial sum.
struct Legendre {
    coefficients: Vec<f64>,
    cuts: Vec<f64>,
}

/// Every second of the places between which a polynomial of this degree has about one zero: those of cosines, as P_k turns like
/// cos (k + ½)θ at 2x − 1 = −cos θ. An interval with two turns is what quadrature takes without halving.
fn cuts(degree: usize) -> Vec<f64> {
    let intervals = degree.div_ceil(2);
    let at = |k: usize| 0.5 - 0.5 * libm::cos(std::f64::consts::PI * k as f64 / intervals as f64);
    (1..intervals).map(at).collect()
}

impl Target for Legendre {
    fn value(&self, x: f64) -> f64 {
        let t = 2.0 * x - 1.0;
        let (mut here, mut after) = (0.0, 0.0);
        for (k, c) in self.coefficients.iter().enumerate().rev() {
            let k = k as f64;
            let next = c + (2.0 * k + 1.0) / (k + 1.0) * t * here - (k + 1.0) / (k + 2.0) * after;
            (after, here) = (here, next);
        }
        here
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Analytic { cuts: &self.cuts }
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue::{Choice, Value};
    use crate::target::CATALOGUE;

    #[test]
    fn series_have_their_values() {
        let entry = CATALOGUE.iter().find(|entry| entry.name == "legendre").unwrap();
        let coefficients = Value::Reals(vec![0.5, -1.0, 2.0, 0.0, 3.0]);
        let target = Choice::new(entry, &[("coefficients", coefficients)]).unwrap().build(CATALOGUE).unwrap();
        for x in [0.0, 0.1, 0.5, 0.77, 1.0f64] {
            let t = 2.0 * x - 1.0;
            let second = 1.5 * t * t - 0.5;
            let fourth = (35.0 * t.powi(4) - 30.0 * t * t + 3.0) / 8.0;
            assert!((target.value(x) - (0.5 - t + 2.0 * second + 3.0 * fourth)).abs() < 1e-14);
        }
        assert!(Choice::new(entry, &[("coefficients", Value::Reals(Vec::new()))]).is_err());
        assert!(Choice::new(entry, &[("coefficients", Value::Reals(vec![0.0; 1001]))]).is_err());
    }
}
