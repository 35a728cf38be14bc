//! Averages of fits to parts of a sample.

use super::linear::Linear;
use super::parts::{self, Scheme};
use super::{Estimator, Report, cost, intercept};
use crate::catalogue::{Entry, Invalid, Kind, Parameter, Value};
use crate::sample::Degenerate;
use crate::seed::{Draws, Purpose};
use crate::space::dense::{Cholesky, Matrix, gram_of_rows};
use crate::space::{Predictor, Sample};
use crate::sum::all_finite;

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "ensemble",
    summary: "a weighted mean of ridge regressions, or least squares, on parts of the sample",
    parameters: || {
        let whole = |name, low, summary, default| Parameter {
            name,
            summary,
            kind: Kind::Whole { low, high: 1_000_000 },
            default,
        };
        let word = |name, summary, words: &'static [&'static str]| Parameter {
            name,
            summary,
            kind: Kind::Word(words),
            default: Some(Value::Word(words[0])),
        };
        let schemes = &["disjoint", "subsample", "bootstrap"];
        vec![
            whole("members", 1, "how many fits", None),
            whole(
                "points",
                0,
                "points of each; 0: all for bootstrap, n over members for disjoint",
                Some(Value::Whole(0)),
            ),
            word(
                "scheme",
                "parts without common points, or distinct points at random, or any at random",
                schemes,
            ),
            word(
                "weights",
                "equal, or those of sum 1 that minimise the sum of squares over the whole sample",
                &["equal", "stacked"],
            ),
            Parameter {
                name: "lambda",
                summary: "ridge of each fit; 0 is least squares, or the minimum norm",
                kind: Kind::Real { low: 0.0, closed: true, high: f64::INFINITY },
                default: Some(Value::Real(0.0)),
            },
            intercept(),
        ]
    },
    build: |values| {
        let scheme = match values[2].word() {
            "subsample" => Scheme::Subsample,
            "bootstrap" => Scheme::Bootstrap,
            _ => Scheme::Disjoint,
        };
        let (members, points) = (values[0].whole() as usize, values[1].whole() as usize);
        if scheme == Scheme::Subsample && points == 0 {
            return Err(Invalid { parameter: "points", expected: "must be given for subsamples" });
        }
        let linear = Linear::new(values[4].real(), values[5].flag());
        Ok(Box::new(Ensemble { members, points, scheme, stacked: values[3].word() == "stacked", linear }))
    },
};

/// f̂ = Σ_m c_m f̂_m, f̂_m the ridge regression on part m; Σ c_m = 1.
///
/// # Formula
/// c_m = 1/M; or c = C⁻¹1/(1ᵀC⁻¹1) with C_ml = Σ_i r_mi r_li over the residuals of all points, which minimises
/// Σ_i (Σ_m c_m f̂_m(x_i) − y_i)² among all c of sum 1.
/// # Errors
/// Those of a fit to a part; `Scarce` where there are fewer points than the parts ask for; `IllConditioned` where residuals do not
/// decide stacked weights, as those of several interpolants of one sample.
/// # Cost
/// M times that of least squares with j points.
/// # Accuracy
/// That of each fit.
/// # Source
/// Breiman, Machine Learning 24 (1996), twice; LeJeune, Javadi & Baraniuk, arXiv 1910.04743 (2020).
struct Ensemble {
    members: usize,
    points: usize,
    scheme: Scheme,
    stacked: bool,
    linear: Linear,
}

impl Ensemble {
    /// The points of each part.
    fn size(&self, n: usize) -> usize {
        match self.scheme {
            _ if self.points > 0 => self.points,
            Scheme::Disjoint => n / self.members,
            _ => n,
        }
    }
}

impl Estimator for Ensemble {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        out: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let (n, d) = (sample.n(), sample.d());
        let size = self.size(n);
        let asked = if self.scheme == Scheme::Disjoint { size * self.members } else { size };
        if size == 0 || (asked > n && self.scheme != Scheme::Bootstrap) {
            return Err(Degenerate::Scarce);
        }
        let mut rng = draws.rng(Purpose::Optimiser);
        let mut planes = Vec::with_capacity(self.members * (d + 1));
        for member in 0..self.members {
            let places = parts::places(self.scheme, member, size, n, &mut rng);
            parts::fit(&mut self.linear, sample, &places, out)?;
            if let Predictor::Linear { weights, intercept } = &*out {
                planes.extend_from_slice(weights);
                planes.push(*intercept);
            }
        }
        let shares = if self.stacked {
            stacked(sample, &planes)?
        } else {
            vec![1.0 / self.members as f64; self.members]
        };
        let mut mean = vec![0.0; d + 1];
        crate::space::dense::transposed_times(Matrix::new(&planes, d + 1), &shares, &mut mean);
        if !all_finite(&mean) {
            return Err(Degenerate::Overflow);
        }
        out.set_linear(&mean[..d], mean[d]);
        Ok(Report::default())
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        let size = self.size(n as usize) as u64;
        cost::sample(n, d) + self.members as f64 * cost::part(size, d)
    }

    fn interpolates(&self, n: u64, d: u64) -> bool {
        self.members == 1
            && self.scheme != Scheme::Bootstrap
            && self.size(n as usize) as u64 == n
            && self.linear.interpolates(n, d)
    }
}

/// The shares of sum 1 that minimise the sum of squares over the sample.
fn stacked(sample: Sample<'_>, planes: &[f64]) -> Result<Vec<f64>, Degenerate> {
    let width = sample.d() + 1;
    let members = planes.len() / width;
    let mut residuals = Vec::with_capacity(members * sample.n());
    for plane in planes.chunks_exact(width) {
        let (weights, intercept) = plane.split_at(width - 1);
        let value = |row: &[f64]| crate::space::dense::dot(weights, row) + intercept[0];
        residuals.extend(sample.x().rows().zip(sample.y()).map(|(row, y)| y - value(row)));
    }
    // Shares have no unit: in that of the largest residual no product leaves the doubles.
    let most = residuals.iter().fold(0.0f64, |most, residual| most.max(residual.abs()));
    if !most.is_finite() {
        return Err(Degenerate::Overflow);
    }
    if most > 0.0 {
        residuals.iter_mut().for_each(|residual| *residual /= most);
    }
    let mut cholesky = Cholesky::default();
    gram_of_rows(Matrix::new(&residuals, sample.n()), cholesky.matrix());
    // Shares are as good as the pivots are far from rounding.
    if !cholesky.factor(members) || cholesky.pivot_ratio() < 1e-12 {
        return Err(Degenerate::IllConditioned);
    }
    let mut shares = vec![1.0; members];
    cholesky.solve(&mut shares);
    let total: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= total);
    Ok(shares)
}
