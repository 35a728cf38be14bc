//! Regression with Matérn kernels: the posterior mean of a Markov process.

mod paths;
mod process;
mod smoother;

use super::{Estimator, Report, bandwidth, cost, ridge};
use crate::catalogue::{Entry, Kind, Parameter};
use crate::predictor::Predictor;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::{all_finite, largest};
use crate::ties::Distinct;
use paths::{Forces, Paths};
use process::{FAR, Factor, Process, Vector, dot, mirrored};
use smoother::Smoother;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "matern",
    summary: "kernel regression with the Matérn kernel of smoothness ν",
    parameters: || {
        let nu = "ν: f̂ has 2ν − 1 continuous derivatives";
        vec![
            Parameter { name: "nu", summary: nu, kind: Kind::Word(&["3/2", "5/2"]), default: None },
            bandwidth(),
            ridge(),
        ]
    },
    build: |values| {
        let (h, ridge) = (values[1].real(), values[2].real());
        Ok(match values[0].word() {
            "3/2" => Box::new(Matern::<2>::new(h, ridge)),
            _ => Box::new(Matern::<3>::new(h, ridge)),
        })
    },
};

/// f̂ = Σ α_i k(·, x_i) with (K + ridge I) α = y and k the Matérn kernel of ν = M − ½.
///
/// # Formula
/// With z = √(2ν) |x − x'|/h, k = (1 + z) e^{−z} for ν = 3/2 and (1 + z + z²/3) e^{−z} for 5/2. f̂ is the posterior mean
/// of a process that is a Markov process together with its first M − 1 derivatives: a Kalman filter and its backward pass
/// give the states at the data, and on a gap f̂ is the mean given the states at both ends, a sum of two polynomials times
/// e^{−z}, one from either end. With a ridge, points that share an x are one unit whose α is the sum of theirs.
/// # Shapes, units
/// h in units of x; the breakpoints are the data. Units: φ(z) = k at z of either sign, outer α, inner √(2ν)/h, bias
/// −x_i √(2ν)/h. Expansion: `exponentials` of z from the ends of a gap, on gaps below 1.5h/√(2ν) from the left one alone.
/// # Errors
/// `Overflow` where a stored weight or a derivative is not finite, without ridge for gaps below about 1e-60 h at ν = 5/2;
/// `IllConditioned` where a covariance underflows, for gaps below 1e-120 h. f̂ interpolates by construction, so that no
/// residual is tested.
/// # Cost
/// O(n) a fit; two exponentials and a short series an evaluation.
/// # Accuracy
/// f̂ to 1e-13 of max |f̂| for any gaps, also for clusters of points 1e-12 h apart, and to 1e-12 for ridges of 100 n and
/// more. Without ridge f̂(x_i) = y_i to the bit. Weights to a few units of roundoff of |y| (h/ℓ)^{2ν}, ℓ the gap.
/// # Source
/// Hartikainen & Särkkä, Kalman filtering and smoothing solutions to temporal Gaussian process regression models, IEEE
/// MLSP (2010); kernels: Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), eq. 4.14.
struct Matern<const M: usize> {
    /// √(2ν)/h.
    rate: f64,
    ridge: f64,
    process: Process<M>,
    smoother: Smoother<M>,
    gaps: Vec<f64>,
    y: Vec<f64>,
}

impl<const M: usize> Matern<M> {
    fn new(h: f64, ridge: f64) -> Matern<M> {
        Matern {
            rate: ((2 * M - 1) as f64).sqrt() / h,
            ridge,
            process: Process::new(),
            smoother: Smoother::new(),
            gaps: Vec::new(),
            y: Vec::new(),
        }
    }

    /// Scales the labels by a power of two near the largest, so that no bit changes and no square overflows; returns its
    /// exponent.
    fn prepare(&mut self, Distinct { x, y, .. }: &Distinct<'_>) -> i32 {
        let (_, exponent) = libm::frexp(largest(y));
        self.y.clear();
        self.y.extend(y.iter().map(|y| libm::scalbn(*y, -exponent)));
        self.gaps.clear();
        self.gaps.extend(x.windows(2).map(|pair| ((pair[1] - pair[0]) * self.rate).min(FAR)));
        exponent
    }

    /// The forces ([`Forces`]) on each gap, and α in units of the scaled labels, given the variance of the noise at each
    /// point.
    fn forces(
        &self,
        states: &[Vector<M>],
        noise: impl Fn(usize) -> f64,
    ) -> Result<(Vec<Forces<M>>, Vec<f64>), Degenerate> {
        let stationary = self.process.stationary().ok_or(Degenerate::IllConditioned)?;
        let stiffness = |factor: &Factor<M>| factor.solve(unit())[0];
        let mut forces: Vec<Forces<M>> = Vec::with_capacity(self.gaps.len());
        let mut outer = Vec::with_capacity(states.len());
        let mut stiff = 0.0;
        for (i, z) in states.iter().enumerate() {
            let before = forces.last().map(|forces| forces.right);
            let mut stiff_here = stiff;
            if let Some(gap) = self.gaps.get(i) {
                let spread = self.process.noise(*gap).ok_or(Degenerate::IllConditioned)?;
                stiff = stiffness(&spread);
                stiff_here += stiff;
                forces.push(self.between(*gap, &spread, z, &states[i + 1]));
            }
            // α_i is (K⁻¹ f)_i and also (y_i − f(x_i))/noise; the one that suffers less from cancellation is taken.
            let after = self.gaps.get(i).map(|_| mirrored(&forces[i].left));
            let both = before.is_some() && after.is_some();
            let own = if both { stationary.solve(*z)[0] } else { 0.0 };
            let pull = before.map_or(0.0, |w| w[0]) + after.map_or(0.0, |w| w[0]) - own;
            let steep = noise(i) * (1.0 + stiff_here) > 1.0;
            outer.push(if steep { (self.y[i] - z[0]) / noise(i) } else { pull });
        }
        Ok((forces, outer))
    }

    /// The forces on a gap between two states.
    fn between(&self, gap: f64, noise: &Factor<M>, z: &Vector<M>, next: &Vector<M>) -> Forces<M> {
        let transition = self.process.transition(gap);
        let force = |from: &Vector<M>, to: &Vector<M>| {
            noise.solve(std::array::from_fn(|i| to[i] - dot(&transition[i], from)))
        };
        Forces { right: force(z, next), left: force(&mirrored(next), &mirrored(z)) }
    }
}

impl<const M: usize> Estimator for Matern<M> {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let points = sample.distinct();
        let x = &*points.x;
        let far = x[0].abs().max(x[x.len() - 1].abs());
        if !((1.0 + far) * self.rate).is_finite() {
            return Err(Degenerate::Overflow);
        }
        let exponent = self.prepare(&points);
        let mut states = Vec::with_capacity(x.len());
        // The mean of m labels at one x is one label whose noise has the variance ridge/m.
        let ridge = self.ridge;
        let noise = |i: usize| ridge / points.count(i);
        self.smoother.run(&self.process, (&self.gaps, &self.y, noise), &mut states)?;
        let (mut forces, mut outer) = self.forces(&states, noise)?;
        let finite = |rows: &[Vector<M>]| rows.iter().all(|row| all_finite(row));
        if !finite(&states) {
            return Err(Degenerate::IllConditioned);
        }
        let scale = |value: &mut f64| *value = libm::scalbn(*value, exponent);
        states.iter_mut().flatten().for_each(scale);
        outer.iter_mut().for_each(scale);
        forces.iter_mut().flat_map(|Forces { right, left }| right.iter_mut().chain(left)).for_each(scale);
        let finite = finite(&states)
            && all_finite(&outer)
            && forces.iter().all(|Forces { right, left }| all_finite(right) && all_finite(left));
        if !finite {
            return Err(Degenerate::Overflow);
        }
        let smooth = predictor.smooth();
        smooth.breaks.clear();
        smooth.breaks.extend_from_slice(x);
        let (process, rate, x) = (self.process.clone(), self.rate, x.to_vec());
        smooth.pieces = Box::new(Paths { process, rate, x, states, forces, outer });
        Ok(Report::default())
    }

    fn interpolates(&self) -> bool {
        self.ridge == 0.0
    }

    fn takes_ties(&self) -> bool {
        self.ridge > 0.0
    }

    fn is_local(&self) -> bool {
        self.ridge == 0.0
    }

    fn cost(&self, n: u64) -> f64 {
        // The filter and its backward pass, and two exponentials an evaluation.
        cost::TRIAL + (cost::POINT + cost::PIECE + 24.0 * cost::VALUES) * n as f64
    }
}

/// The first unit vector.
fn unit<const M: usize>() -> Vector<M> {
    std::array::from_fn(|i| if i == 0 { 1.0 } else { 0.0 })
}
