//! The natural cubic spline.

use super::{Estimator, Report, cost, ends};
use crate::catalogue::{Choice, Entry};
use crate::predictor::{Expansion, Form, Pieces, Predictor, Units, length};
use crate::risk::integrate;
use crate::sample::{Degenerate, Sample};
use crate::seed::Draws;
use crate::sum::all_finite;
use crate::theory::{Class, Known, Setting, moment};

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "cubic_spline",
    summary: "the interpolant with the least ∫ f''²: natural cubic pieces",
    parameters: || vec![ends()],
    build: |values| {
        Ok(Box::new(CubicSpline { clamp: values[0].word() == "clamp", super_diagonal: Vec::new() }))
    },
};

/// On a grid and for continuous f* the spline is tempered for every p, in probability and in expectation, and
/// R_2 → .87423 E ε². The limit comes from the cardinal spline L at unit distances: R_2 → E ε² ∫ L², and by Parseval
/// ∫ L² = ∫_0^1 (1 − 4c/3 + 2c²/5 − 4c³/315) / (1 − 2c/3)² dξ with c = sin² πξ.
///
/// For a random design the result is `None`: growth of R_2 like n is derived and simulated, but not proven.
///
/// Source: Schoenberg (1973), "Cardinal spline interpolation": L decays exponentially, so that f̂ is local; the integral
/// follows from L̂ = ŝ / Σ_k ŝ(ξ + k) with ŝ = sinc⁴ and the sums of (ξ + k)^−4 and (ξ + k)^−8.
pub(super) fn known(_: &Choice, setting: &Setting<'_>) -> Option<Known> {
    if !setting.is_grid() {
        return None;
    }
    let density = |t: f64| {
        let sine = libm::sin(std::f64::consts::PI * t);
        let c = sine * sine;
        let base = 1.0 - 2.0 * c / 3.0;
        (1.0 + c * (-4.0 / 3.0 + c * (0.4 - c * (4.0 / 315.0)))) / (base * base)
    };
    Some(Known {
        in_probability: Some(Class::Tempered),
        in_expectation: Some(Class::Tempered),
        limit: (setting.p == 2.0).then(|| moment(setting.noise, 2.0) * integrate(&density, 0.0, 1.0)),
        exponent: None,
        source: "Schoenberg (1973)",
    })
}

/// The f that minimises ∫ f''² among all interpolants.
///
/// Between data points, with h the gap, δ the chord's slope, M_i = f''(x_i) and t = x − x_i:
///     f = y_i + t (δ − h (2 M_i + M_{i+1})/6 + t (M_i/2 + t (M_{i+1} − M_i)/(6h))),
/// where h_{i−1} M_{i−1} + 2 (h_{i−1} + h_i) M_i + h_i M_{i+1} = 6 (δ_i − δ_{i−1}) and M_1 = M_n = 0.
/// In the half nearer to x_{i+1} the same cubic is expanded about x_{i+1}, so that f is exact at both ends. Beyond the data
/// f is linear, or constant where `ends` is `clamp`.
///
/// Units: φ(z) = (z₊)³; outer weights are the jumps of f'''/6 of the spline that is linear beyond the data, also where
/// `ends` is `clamp`. The sum of cubes suffers from cancellation to the right, where it is less accurate than the pieces.
/// The expansion holds the pieces, `powers` of t/h.
///
/// Errors: `Overflow` where the range of x, slopes, second or third derivatives are not finite. Cost: O(n) to fit, O(1) an
/// evaluation. Accuracy: the system is diagonally dominant, so that M_i has an error of a few units of roundoff of the
/// largest |δ_j − δ_{j−1}|/(h_{j−1} + h_j); on a grid the influence of j on M_i falls by a factor of 2 − √3 a gap. f is
/// exact at data points.
///
/// Source: de Boor (1978), "A practical guide to splines"; Holladay (1957) for the variational property.
struct CubicSpline {
    clamp: bool,
    /// Entries above the unit diagonal of the eliminated system.
    super_diagonal: Vec<f64>,
}

impl Estimator for CubicSpline {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        _: &Draws<'_>,
        predictor: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let (x, y, n) = (sample.x(), sample.y(), sample.n());
        if !(4.0 * (x[n - 1] - x[0])).is_finite() {
            return Err(Degenerate::Overflow);
        }
        let mut curve = Curve {
            x: x.to_vec(),
            y: y.to_vec(),
            bend: vec![0.0; n],
            near_left: Vec::with_capacity(n - 1),
            near_right: Vec::with_capacity(n - 1),
            clamp: self.clamp,
        };
        self.solve(x, y, &mut curve.bend);
        for i in 0..n - 1 {
            let (h, left, right) = (x[i + 1] - x[i], curve.bend[i], curve.bend[i + 1]);
            let slope = (y[i + 1] - y[i]) / h;
            let third = (right - left) / (6.0 * h);
            curve.near_left.push([slope - h * (2.0 * left + right) / 6.0, 0.5 * left, third]);
            curve.near_right.push([slope + h * (left + 2.0 * right) / 6.0, 0.5 * right, third]);
        }
        let cubics = curve.near_left.iter().chain(&curve.near_right);
        let units = curve.units();
        let skip = units.skip_intercept + units.skip_slope;
        if !cubics.flatten().all(|c| c.is_finite()) || !all_finite(&units.outer) || !skip.is_finite() {
            return Err(Degenerate::Overflow);
        }
        let smooth = predictor.smooth();
        smooth.breaks.clear();
        smooth.breaks.extend_from_slice(x);
        smooth.pieces = Box::new(curve);
        Ok(Report::default())
    }

    fn is_local(&self) -> bool {
        true
    }

    fn cost(&self, n: u64) -> f64 {
        cost::TRIAL + (cost::POINT + cost::PIECE) * n as f64
    }
}

impl CubicSpline {
    /// Second derivatives at the data points, by elimination without pivoting, which is stable as the system is diagonally
    /// dominant.
    fn solve(&mut self, x: &[f64], y: &[f64], bend: &mut [f64]) {
        let n = x.len();
        self.super_diagonal.clear();
        self.super_diagonal.resize(n, 0.0);
        for i in 1..n - 1 {
            let (before, after) = (x[i] - x[i - 1], x[i + 1] - x[i]);
            let (slope, next) = ((y[i] - y[i - 1]) / before, (y[i + 1] - y[i]) / after);
            let pivot = 2.0 * (before + after) - before * self.super_diagonal[i - 1];
            self.super_diagonal[i] = after / pivot;
            bend[i] = (6.0 * (next - slope) - before * bend[i - 1]) / pivot;
        }
        for i in (1..n - 1).rev() {
            bend[i] -= self.super_diagonal[i] * bend[i + 1];
        }
    }
}

/// A cubic spline: slope, half the second and a sixth of the third derivative at either end of each gap.
struct Curve {
    x: Vec<f64>,
    y: Vec<f64>,
    bend: Vec<f64>,
    near_left: Vec<[f64; 3]>,
    near_right: Vec<[f64; 3]>,
    clamp: bool,
}

impl Pieces for Curve {
    fn values(&self, piece: usize, x: &[f64], out: &mut [f64]) {
        let last = self.x.len() - 1;
        if piece == 0 || piece > last {
            let (at, value, slope) = if piece == 0 {
                (self.x[0], self.y[0], self.near_left[0][0])
            } else {
                (self.x[last], self.y[last], self.near_right[last - 1][0])
            };
            let slope = if self.clamp { 0.0 } else { slope };
            x.iter().zip(out).for_each(|(x, out)| *out = value + slope * (x - at));
            return;
        }
        let gap = piece - 1;
        for (x, out) in x.iter().zip(out) {
            let (t, u) = (x - self.x[gap], x - self.x[gap + 1]);
            let (value, [slope, half, sixth], z) = if t <= -u {
                (self.y[gap], self.near_left[gap], t)
            } else {
                (self.y[gap + 1], self.near_right[gap], u)
            };
            *out = value + z * (slope + z * (half + z * sixth));
        }
    }

    fn units(&self) -> Units {
        let gaps = self.near_left.len();
        let third = |gap: usize| self.near_left.get(gap).map_or(0.0, |[_, _, third]| *third);
        let slope = self.near_left[0][0];
        Units {
            skip_slope: slope,
            skip_intercept: self.y[0] - slope * self.x[0],
            outer: (0..=gaps).map(|i| third(i) - if i == 0 { 0.0 } else { third(i - 1) }).collect(),
            inner: Vec::new(),
            bias: self.x.iter().map(|x| -x).collect(),
        }
    }
    fn expansion(&self) -> Expansion {
        let mut powers = Expansion::new(Form::Powers);
        let last = self.x.len() - 1;
        let (first, end) = (self.x[0], self.x[last]);
        let slope = |[slope, ..]: [f64; 3]| if self.clamp { 0.0 } else { slope };
        // The line on the left is expanded one gap before the data, so that its scale is that of the first piece.
        let width = length(first, self.x[1]);
        let (from, rise) = ((first - width).max(f64::MIN), slope(self.near_left[0]));
        powers.push(from, 1.0 / width, &[self.y[0] - rise * (first - from), rise * width]);
        for (gap, [slope, half, sixth]) in self.near_left.iter().enumerate() {
            let width = length(self.x[gap], self.x[gap + 1]);
            let cubic = [self.y[gap], slope * width, half * width * width, sixth * width * width * width];
            powers.push(self.x[gap], 1.0 / width, &cubic);
        }
        let width = length(self.x[last - 1], end);
        powers.push(end, 1.0 / width, &[self.y[last], slope(self.near_right[last - 1]) * width]);
        powers
    }
}
