//! The integral of |g|^p over a piece on which g is linear.

use super::power::{ROW, Row, powers};
use crate::sum::{Summary, Terms, fill_and_sum};

/// An exponent p, with the cheapest method to raise to it.
///
/// - p is finite and at least 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponent {
    p: f64,
    way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    One,
    Two,
    Integer(u32),
    HalfInteger(u32),
    Real,
}

/// The series is used where |v − u| ≤ NEAR · |u + v|/2: its first term left out is at most 1e-13 for p < 16, and the closed
/// form above loses at most 1/NEAR = 50 units of roundoff to cancellation.
const NEAR: f64 = 0.02;

impl Exponent {
    /// The exponent p; `None` unless p is finite and at least 1.
    pub fn new(p: f64) -> Option<Exponent> {
        if !p.is_finite() || p < 1.0 {
            return None;
        }
        let whole = p.floor();
        let way = match (p == whole, p - whole == 0.5, p < 64.0) {
            (true, ..) if p == 1.0 => Way::One,
            (true, ..) if p == 2.0 => Way::Two,
            (true, _, true) => Way::Integer(whole as u32),
            (_, true, true) => Way::HalfInteger(whole as u32),
            _ => Way::Real,
        };
        Some(Exponent { p, way })
    }

    /// p.
    pub fn p(&self) -> f64 {
        self.p
    }

    /// Whether |g|^p is g^p, as smooth as g.
    pub(crate) fn is_even(&self) -> bool {
        self.p % 2.0 == 0.0
    }

    /// a^p for a ≥ 0.
    ///
    /// # Cost
    /// Multiplications by squaring for whole p below 64, with a square root for half-integers below 64; else one `pow`.
    #[inline]
    pub fn power(&self, a: f64) -> f64 {
        match self.way {
            Way::One => a,
            Way::Two => a * a,
            Way::Integer(k) => whole_power(a, k),
            Way::HalfInteger(k) => whole_power(a, k) * a.sqrt(),
            Way::Real => libm::pow(a, self.p),
        }
    }

    /// ∫_0^ℓ |g|^p for g linear from u to v.
    ///
    /// With a = |u|, b = |v|: where g changes sign, ℓ (a^{p+1} + b^{p+1}) / ((p+1)(a+b)); otherwise
    /// ℓ (b^{p+1} − a^{p+1}) / ((p+1)(b−a)), for whole p as the sum ℓ Σ_k a^k b^{p−k} / (p+1), and for other p
    /// with |b−a| ≤ 0.02 m, m = (a+b)/2, r = (b−a)/m, as the midpoint series
    /// ℓ m^p (1 + p(p−1)/24 r² (1 + (p−2)(p−3)/80 r² (1 + (p−4)(p−5)/168 r²))).
    ///
    /// Domain: ℓ ≥ 0 in units of x; result in units of x · y^p.
    ///
    /// # Cost
    /// A division where the sign changes; p + 1 multiplications for whole p; two square roots for
    /// half-integers; two powers otherwise, one where pieces are many.
    /// # Accuracy
    /// ≤ 1e-13 relative for p ≤ 16.
    /// # Source
    /// Elementary; the series is the Taylor expansion at m.
    pub fn integral(&self, u: f64, v: f64, length: f64) -> f64 {
        match self.way {
            Way::One => One.integral(u, v, length),
            Way::Two => Two.integral(u, v, length),
            Way::Integer(k) => Whole(k).integral(u, v, length),
            Way::HalfInteger(_) | Way::Real => self.real(u, v, length),
        }
    }

    /// Overwrites `pieces` with [`Exponent::integral`] over every piece between neighbouring knots `at` with values `error`.
    ///
    /// Shapes: m knots, m values, m − 1 `pieces`.
    ///
    /// # Cost
    /// O(m); without allocation where `pieces` has the capacity.
    #[inline(always)]
    pub fn integrals(&self, at: &[f64], error: &[f64], pieces: &mut Vec<f64>) {
        self.integrals_and_sum(at, error, pieces);
    }

    /// [`Exponent::integrals`], their sum and the largest.
    #[inline(always)]
    pub(crate) fn integrals_and_sum(&self, at: &[f64], error: &[f64], pieces: &mut Vec<f64>) -> Summary {
        // One loop for each method, so that loops have no branch on it; p = 3 and 4 have loops of known length.
        match self.way {
            Way::One => each(at, error, pieces, One),
            Way::Two => each(at, error, pieces, Two),
            Way::Integer(3) => each(at, error, pieces, Whole(3)),
            Way::Integer(4) => each(at, error, pieces, Whole(4)),
            Way::Integer(k) => each(at, error, pieces, Whole(k)),
            Way::HalfInteger(_) | Way::Real => {
                self.reals(at, error, pieces);
                Summary::of(pieces)
            }
        }
    }

    /// [`Exponent::integrals`] for exponents that are not whole, a row of pieces at a time; the power at a knot is
    /// computed once for the two pieces that it joins.
    #[inline(always)]
    fn reals(&self, at: &[f64], error: &[f64], pieces: &mut Vec<f64>) {
        pieces.resize(at.len() - 1, 0.0);
        let (rows, rest) = pieces.as_chunks_mut::<ROW>();
        let last = rows.len() * ROW;
        let mut raised_before = self.power(error[0].abs()) * error[0].abs();
        for (row, pieces) in rows.iter_mut().enumerate() {
            let (at, error) = (&at[row * ROW..][..=ROW], &error[row * ROW..][..=ROW]);
            let mut ends = [0.0; ROW];
            for i in 0..ROW {
                ends[i] = error[i + 1].abs();
            }
            let power = self.powers(&ends);
            let mut raised = [raised_before; ROW + 1];
            for i in 0..ROW {
                raised[i + 1] = power[i] * ends[i];
            }
            raised_before = raised[ROW];
            let mut near = [0; ROW];
            for i in 0..ROW {
                let (u, v, length) = (error[i], error[i + 1], at[i + 1] - at[i]);
                let (a, b, crosses) = (u.abs(), v.abs(), crosses(u, v));
                let top = raised[i + 1] + if crosses { raised[i] } else { -raised[i] };
                let bottom = b + if crosses { a } else { -a };
                pieces[i] = length * top / ((self.p + 1.0) * bottom);
                let far = (b - a).abs() > NEAR * (0.5 * (a + b));
                near[i] = u64::from(!crosses & !far);
            }
            if near != [0; ROW] {
                for i in (0..ROW).filter(|i| near[*i] == 1) {
                    pieces[i] = self.same_sign(error[i].abs(), ends[i], at[i + 1] - at[i]);
                }
            }
        }
        for (i, piece) in (last..).zip(rest) {
            *piece = self.real(error[i], error[i + 1], at[i + 1] - at[i]);
        }
    }

    /// [`Exponent::power`] of a row, for exponents that are not whole.
    #[inline(always)]
    fn powers(&self, a: &Row) -> Row {
        let Way::HalfInteger(mut k) = self.way else { return powers(a, self.p) };
        // The operations of `whole_power`, each for the whole row.
        let (mut power, mut square) = ([1.0; ROW], *a);
        while k > 0 {
            if k & 1 == 1 {
                multiply(&mut power, &square);
            }
            let factor = square;
            multiply(&mut square, &factor);
            k >>= 1;
        }
        let mut roots = *a;
        for root in &mut roots {
            *root = root.sqrt();
        }
        multiply(&mut power, &roots);
        power
    }

    #[inline]
    fn real(&self, u: f64, v: f64, length: f64) -> f64 {
        let (a, b) = (u.abs(), v.abs());
        if crosses(u, v) {
            return length * (self.power(a) * a + self.power(b) * b) / ((self.p + 1.0) * (a + b));
        }
        self.same_sign(a, b, length)
    }

    fn same_sign(&self, a: f64, b: f64, length: f64) -> f64 {
        let (m, p) = (0.5 * (a + b), self.p);
        if (b - a).abs() > NEAR * m {
            return length * (self.power(b) * b - self.power(a) * a) / ((p + 1.0) * (b - a));
        }
        if m == 0.0 {
            return 0.0;
        }
        let r2 = ((b - a) / m) * ((b - a) / m);
        let inner = 1.0 + (p - 4.0) * (p - 5.0) / 168.0 * r2;
        let series = 1.0 + p * (p - 1.0) / 24.0 * r2 * (1.0 + (p - 2.0) * (p - 3.0) / 80.0 * r2 * inner);
        length * self.power(m) * series
    }
}

/// The closed form of the integral over a piece, for one exponent.
trait Form {
    fn integral(&self, u: f64, v: f64, length: f64) -> f64;
}

/// Overwrites `pieces` with the integral over each piece; returns their sum and the largest.
#[inline(always)]
fn each<F: Form>(at: &[f64], error: &[f64], pieces: &mut Vec<f64>, form: F) -> Summary {
    pieces.resize(at.len() - 1, 0.0);
    fill_and_sum(pieces, Pieces { at, error, form })
}

/// The pieces between neighbouring knots.
struct Pieces<'a, F> {
    at: &'a [f64],
    error: &'a [f64],
    form: F,
}

impl<F: Form> Terms for Pieces<'_, F> {
    #[inline(always)]
    fn row(&self, start: usize) -> Row {
        let (at, error) = (&self.at[start..][..=ROW], &self.error[start..][..=ROW]);
        let mut row = [0.0; ROW];
        for i in 0..ROW {
            row[i] = self.form.integral(error[i], error[i + 1], at[i + 1] - at[i]);
        }
        row
    }

    #[inline(always)]
    fn term(&self, i: usize) -> f64 {
        self.form.integral(self.error[i], self.error[i + 1], self.at[i + 1] - self.at[i])
    }
}

/// Whether a line from u to v crosses zero; where one end is zero both forms of the integral hold.
#[inline(always)]
fn crosses(u: f64, v: f64) -> bool {
    (u < 0.0) != (v < 0.0)
}

/// p = 1: ℓ/2 (s − 2ab/s), s = a + b, where the sign changes; ℓ s/2 otherwise.
struct One;

impl Form for One {
    #[inline(always)]
    fn integral(&self, u: f64, v: f64, length: f64) -> f64 {
        let (a, b) = (u.abs(), v.abs());
        let sum = a + b;
        let lost = 2.0 * a * (b / sum);
        0.5 * length * (sum - if crosses(u, v) { lost } else { 0.0 })
    }
}

/// p = 2: ℓ (u² + uv + v²)/3, for any signs.
struct Two;

impl Form for Two {
    #[inline(always)]
    fn integral(&self, u: f64, v: f64, length: f64) -> f64 {
        length * (u * u + u * v + v * v) * (1.0 / 3.0)
    }
}

/// Any whole p.
struct Whole(u32);

impl Form for Whole {
    #[inline(always)]
    fn integral(&self, u: f64, v: f64, length: f64) -> f64 {
        let Whole(p) = *self;
        let (a, b) = (u.abs(), v.abs());
        let mean = if crosses(u, v) {
            (whole_power(a, p + 1) + whole_power(b, p + 1)) / (a + b)
        } else {
            symmetric_sum(a, b, p)
        };
        length * mean / (f64::from(p) + 1.0)
    }
}

/// a^k by squaring.
#[inline(always)]
fn whole_power(mut a: f64, mut k: u32) -> f64 {
    let mut result = 1.0;
    while k > 0 {
        if k & 1 == 1 {
            result *= a;
        }
        a *= a;
        k >>= 1;
    }
    result
}

#[inline(always)]
fn multiply(row: &mut Row, factors: &Row) {
    for (a, factor) in row.iter_mut().zip(factors) {
        *a *= factor;
    }
}

/// Σ_{j=0}^k a^j b^{k−j}: Horner's rule in b with powers of a, all terms of one sign.
#[inline(always)]
fn symmetric_sum(a: f64, b: f64, k: u32) -> f64 {
    let (mut sum, mut power) = (1.0, 1.0);
    for _ in 0..k {
        power *= a;
        sum = sum * b + power;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reference for ∫|g|^p: composite Gauss–Legendre (5 points) on pieces split at the zero.
    fn reference(p: f64, u: f64, v: f64, length: f64) -> f64 {
        const NODES: [(f64, f64); 3] = [
            (0.0, 0.568_888_888_888_888_9),
            (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
            (0.906_179_845_938_664, 0.236_926_885_056_189_1),
        ];
        let half = |a: f64, b: f64, length: f64| {
            // Substituting s⁴ at a zero end keeps the integrand smooth for every p ≥ 1.
            let parts = 400;
            let mut sum = 0.0;
            for k in 0..parts {
                let (lo, hi) = (k as f64 / parts as f64, (k + 1) as f64 / parts as f64);
                let (c, h) = (0.5 * (lo + hi), 0.5 * (hi - lo));
                for (node, weight) in NODES {
                    for s in if node == 0.0 { vec![c] } else { vec![c - h * node, c + h * node] } {
                        let t = s * s * s * s;
                        let g = a + (b - a) * t;
                        sum += weight * h * 4.0 * s * s * s * libm::pow(g.abs(), p);
                    }
                }
            }
            sum * length
        };
        if u * v < 0.0 {
            let share = u / (u - v);
            half(0.0, u, share * length) + half(0.0, v, (1.0 - share) * length)
        } else if u.abs() < v.abs() {
            half(u, v, length)
        } else {
            half(v, u, length)
        }
    }

    #[test]
    fn agrees_with_quadrature() {
        let values = [-3.0, -1.0, -1e-3, 0.0, 1e-9, 0.5, 0.99, 1.0, 1.0 + 1e-8, 1.015, 1.03, 7.0];
        for p in [1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.7, 4.0, 7.0, 12.0] {
            let exponent = Exponent::new(p).unwrap();
            for u in values {
                for v in values {
                    let (got, want) = (exponent.integral(u, v, 0.3), reference(p, u, v, 0.3));
                    assert!((got - want).abs() <= 1e-12 * want.abs(), "p {p} u {u} v {v}: {got} {want}");
                }
            }
        }
    }

    #[test]
    fn refuses_exponents_below_one() {
        for p in [0.99, 0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Exponent::new(p).is_none());
        }
    }
}
