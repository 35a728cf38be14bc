//! Risks of sums of periodic kernels on a torus, by formula.

use super::table::Table;
use super::zonal::{CONDITION, LEFT, Sphere, symmetric_times};
use crate::sample::Degenerate;
use crate::space::dense::dot;
use crate::space::estimator::{KernelAverages, lower_product};
use crate::space::kernel::Kernel;
use crate::space::target::Truth;
use crate::space::{KernelSum, Points};
use std::f64::consts::TAU;

/// The torus [0, 1)^d with the uniform law, as d circles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Torus {
    pub d: usize,
}

impl Torus {
    /// R_2 of Σ_i c_i k(x_i, ·) against the target 0; `None` for other targets, and where the formula is not accurate or there is none.
    ///
    /// # Formula
    /// cᵀGc with G(x, x') = Π_k g(x_k − x'_k), g being the square of the kernel on a circle ([`Table`]): of one feature for every
    /// function of the chord, of more for the Gaussian, which is a product.
    /// # Errors
    /// `Lengths` for points of another dimension.
    /// # Cost
    /// n² d/2 values of a table.
    /// # Accuracy
    /// 1e-4 of itself up to a condition of 1e9.
    /// # Source
    /// Elementary, as for [`Sphere`].
    pub fn square(&self, sum: &KernelSum<'_>, truth: &Truth) -> Result<Option<f64>, Degenerate> {
        let is_zero = truth.weights().is_some_and(|weights| weights.iter().all(|w| *w == 0.0));
        let gram = self.gram(sum.kernel, sum.x, sum.condition)?.filter(|_| is_zero);
        let square = gram.map(|gram| {
            let mut image = vec![0.0; sum.x.n()];
            symmetric_times(&gram, sum.coefficients, &mut image);
            // The terms of the sum are at most this together.
            let terms: f64 = sum.coefficients.iter().zip(&image).map(|(c, v)| (c * v).abs()).sum();
            (dot(sum.coefficients, &image), terms)
        });
        Ok(square.filter(|(risk, terms)| risk > &(LEFT * terms)).map(|(risk, _)| risk))
    }

    /// E Σ_j v_j s_j(x)² of weights s(x) = A⁻¹ k(x): ⟨G, A⁻¹ diag(v) A⁻¹⟩; `None` as that of [`square`](Torus::square).
    pub fn spread(
        &self,
        averages: &KernelAverages<'_>,
        variances: &[f64],
    ) -> Result<Option<f64>, Degenerate> {
        let KernelAverages { kernel, x, condition, .. } = *averages;
        let Some(gram) = self.gram(kernel, x, condition)? else { return Ok(None) };
        let spread = lower_product(&gram, &averages.middle(variances), x.n());
        Ok((spread > 0.0 || variances.iter().all(|v| *v == 0.0)).then_some(spread))
    }

    /// G between the points, the lower triangle, column by column.
    fn gram(&self, kernel: &Kernel, x: Points<'_>, condition: f64) -> Result<Option<Vec<f64>>, Degenerate> {
        if x.d() != self.d {
            return Err(Degenerate::Lengths);
        }
        let (n, d) = (x.n(), self.d);
        let Some(factor) = kernel.on_circles(d).filter(|_| condition <= CONDITION) else { return Ok(None) };
        // A circle of length 1, and so many points as there are for each coordinate.
        let circle = Sphere { d: 2, radius: 1.0 / TAU };
        let along = libm::pow(n as f64, 1.0 / d as f64).ceil() as usize;
        let Some(table) = Table::of(&factor, &circle, along) else { return Ok(None) };
        let places: Vec<[f64; 2]> =
            x.values().iter().map(|x| [libm::cos(TAU * x), libm::sin(TAU * x)]).collect();
        let mut gram = vec![1.0; n * n];
        for (j, column) in gram.chunks_exact_mut(n).enumerate() {
            let own = &places[j * d..(j + 1) * d];
            for (entry, other) in column[j..].iter_mut().zip(places[j * d..].chunks_exact(d)) {
                for ([a, b], [u, v]) in own.iter().zip(other) {
                    *entry *= table.at((a - u) * (a - u) + (b - v) * (b - v));
                }
            }
        }
        Ok(Some(gram))
    }
}
