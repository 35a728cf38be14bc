//! Matérn processes as Markov processes of their derivatives.

/// M numbers: a function and its first M − 1 derivatives.
pub(super) type Vector<const M: usize> = [f64; M];
/// M × M numbers, row by row.
pub(super) type Matrix<const M: usize> = [[f64; M]; M];

/// Larger distances are replaced by this: e^{−distance} underflows to 0 from 746 on, and powers of it are finite.
pub(super) const FAR: f64 = 1500.0;
/// The τ above which the recursion for moments runs upwards, where it loses a few units of roundoff; below it runs
/// downwards from a series.
const UPWARDS: f64 = 2.0;
/// Moments 0 … 2M − 2 for the largest M, 3.
const MOMENTS: usize = 5;

/// The stationary process of unit variance with (d/dx + 1)^M f = white noise, which has the Matérn kernel ν = M − ½.
///
/// The state at the distance τ from a state z = (f, f', …) is e^{Fτ} z plus independent noise of covariance Q(τ), with F the
/// companion matrix of (d/dx + 1)^M. As N = F + I is nilpotent, e^{Fτ} = e^{−τ} Σ_k τ^k N^k/k!, and with φ(s) its last
/// column Q(τ) = q ∫_0^τ φ φᵀ, whose integrals are moments ∫ s^k e^{−2s}.
///
/// Accuracy: entries of e^{Fτ} and of the factor of Q(τ) to some units of roundoff of their size, for every τ ≥ 0.
///
/// Source: Hartikainen & Särkkä, IEEE MLSP (2010).
#[derive(Clone)]
pub(super) struct Process<const M: usize> {
    /// N^k/k! for k < M.
    powers: [Matrix<M>; M],
    /// The intensity q of the noise, chosen so that f has variance one.
    intensity: f64,
}

/// A lower triangular factor L of a covariance L Lᵀ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factor<const M: usize>(pub Matrix<M>);

impl<const M: usize> Process<M> {
    pub fn new() -> Process<M> {
        let mut nilpotent = [[0.0; M]; M];
        let mut binomial = 1.0;
        for j in 0..M {
            nilpotent[j][j] += 1.0;
            if j + 1 < M {
                nilpotent[j][j + 1] = 1.0;
            }
            nilpotent[M - 1][j] -= binomial;
            binomial = binomial * (M - j) as f64 / (j + 1) as f64;
        }
        let mut powers = [[[0.0; M]; M]; M];
        (0..M).for_each(|i| powers[0][i][i] = 1.0);
        for k in 1..M {
            let before = powers[k - 1];
            let entry =
                |i: usize, j: usize| (0..M).map(|l| before[i][l] * nilpotent[l][j]).sum::<f64>() / k as f64;
            powers[k] = std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j)));
        }
        // ∫_0^∞ φ_0² with φ_0 = s^{M−1} e^{−s}/(M − 1)!.
        let square = (1..2 * M - 1).fold(0.5, |moment, k| moment * 0.5 * k as f64);
        let top = powers[M - 1][0][M - 1];
        Process { powers, intensity: 1.0 / (square * top * top) }
    }

    /// e^{Fτ}.
    pub fn transition(&self, tau: f64) -> Matrix<M> {
        let decay = libm::exp(-tau);
        std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                decay * self.powers.iter().rev().fold(0.0, |sum, power| sum * tau + power[i][j])
            })
        })
    }

    /// The polynomial p with (e^{Fτ} z)_0 = e^{−τ} Σ_k p_k τ^k.
    pub fn ahead(&self, z: &Vector<M>) -> Vector<M> {
        std::array::from_fn(|k| dot(&self.powers[k][0], z))
    }

    /// The polynomials W with (e^{Fτ})ᵀ w = e^{−τ} Σ_k W_k τ^k.
    pub fn behind(&self, w: &Vector<M>) -> [Vector<M>; M] {
        std::array::from_fn(|k| std::array::from_fn(|j| (0..M).map(|i| self.powers[k][i][j] * w[i]).sum()))
    }

    /// The next terms of the power series in u of z e^{bu} and λ e^{bu}, where z' = a (F z + q e λ_M) and λ' = −a Fᵀ λ,
    /// given the last ones and a/k and b/k.
    pub fn next_terms(&self, z: &Vector<M>, pull: &Vector<M>, (a, b): (f64, f64)) -> (Vector<M>, Vector<M>) {
        let nilpotent = &self.powers[1];
        let after: Vector<M> = std::array::from_fn(|i| {
            let push = if i + 1 == M { self.intensity * pull[M - 1] } else { 0.0 };
            a * (dot(&nilpotent[i], z) + push) + (b - a) * z[i]
        });
        let pull = std::array::from_fn(|i| {
            (a + b) * pull[i] - a * (0..M).map(|j| nilpotent[j][i] * pull[j]).sum::<f64>()
        });
        (after, pull)
    }

    /// The factor of the stationary covariance Q(∞), if it has one in double precision.
    ///
    /// Entries are sums of dyadic fractions, so that the covariance of a derivative and the next one is exactly zero. The
    /// large derivatives of tiny gaps would amplify a rounding error there.
    pub fn stationary(&self) -> Option<Factor<M>> {
        let moment = |k: usize| (1..=k).fold(0.5, |moment, k| moment * 0.5 * k as f64);
        let mut factor = Factor([[0.0; M]; M]);
        for i in 0..M {
            for j in 0..=i {
                let term = |k: usize, l: usize| self.input(i, k) * self.input(j, l) * moment(k + l);
                let sum: f64 = (0..M).map(|k| (0..M).map(|l| term(k, l)).sum::<f64>()).sum();
                factor.0[i][j] = self.intensity * sum;
            }
        }
        factor.decompose()?;
        Some(factor)
    }

    /// The coefficient of s^k in e^s φ_i(s).
    fn input(&self, i: usize, k: usize) -> f64 {
        self.powers[k][i][M - 1]
    }

    /// The factor of Q(τ), if it has one in double precision.
    ///
    /// The lowest power in φ_i is s^{M−1−i}: rows are divided by that power of τ and by √τ, so that all entries of the
    /// matrix that is factorised are of the same order for small τ.
    pub fn noise(&self, tau: f64) -> Option<Factor<M>> {
        let moments = moments(tau, libm::exp(-tau), 2 * M - 2);
        let mut scale = [1.0; MOMENTS];
        (1..MOMENTS).for_each(|k| scale[k] = scale[k - 1] * tau);
        let least = |i: usize| M - 1 - i;
        let mut factor = Factor([[0.0; M]; M]);
        for i in 0..M {
            for j in 0..=i {
                let mut sum = 0.0;
                for k in least(i)..M {
                    for l in least(j)..M {
                        let power = (k - least(i)) + (l - least(j));
                        let terms = self.input(i, k) * self.input(j, l);
                        sum += terms * scale[power] * moments[k + l];
                    }
                }
                factor.0[i][j] = self.intensity * sum;
            }
        }
        factor.decompose()?;
        let root = tau.sqrt();
        for (i, row) in factor.0.iter_mut().enumerate() {
            let size = (0..least(i)).fold(root, |size, _| size * tau);
            row.iter_mut().for_each(|entry| *entry *= size);
        }
        Some(factor)
    }

    /// The first row Q(τ)_0j of the covariance of the noise at the distance τ, given e^{−τ}.
    pub fn pull(&self, tau: f64, decay: f64) -> Vector<M> {
        let moments = moments(tau, decay, 2 * M - 2);
        let size = (0..M).fold(self.intensity * self.input(0, M - 1), |size, _| size * tau);
        std::array::from_fn(|j| {
            let terms = (0..M).rev().fold(0.0, |sum, l| sum * tau + self.input(j, l) * moments[M - 1 + l]);
            size * terms
        })
    }
}

impl<const M: usize> Factor<M> {
    /// Replaces the lower triangle of a matrix by its Cholesky factor; `None` where the matrix is not positive definite.
    fn decompose(&mut self) -> Option<()> {
        let Factor(a) = self;
        for j in 0..M {
            let rest = a[j][j] - dot(&a[j][..j], &a[j][..j]);
            if rest.is_nan() || rest <= 0.0 {
                return None;
            }
            a[j][j] = rest.sqrt();
            for i in j + 1..M {
                a[i][j] = (a[i][j] - dot(&a[i][..j], &a[j][..j])) / a[j][j];
            }
        }
        Some(())
    }

    /// L⁻¹ b.
    pub fn half_solve(&self, mut b: Vector<M>) -> Vector<M> {
        for i in 0..M {
            b[i] = (b[i] - dot(&self.0[i][..i], &b[..i])) / self.0[i][i];
        }
        b
    }

    /// (L Lᵀ)⁻¹ b.
    pub fn solve(&self, b: Vector<M>) -> Vector<M> {
        let mut b = self.half_solve(b);
        for i in (0..M).rev() {
            let known: f64 = (i + 1..M).map(|k| self.0[k][i] * b[k]).sum();
            b[i] = (b[i] - known) / self.0[i][i];
        }
        b
    }
}

/// Σ a_i b_i.
#[inline]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The state in the direction of decreasing x: odd derivatives change their signs.
pub(super) fn mirrored<const M: usize>(z: &Vector<M>) -> Vector<M> {
    std::array::from_fn(|i| if i % 2 == 0 { z[i] } else { -z[i] })
}

/// ∫_0^1 u^k e^{−2τu} du for k ≤ top, given e^{−τ}.
///
/// Accuracy: tens of units of roundoff of each.
fn moments(tau: f64, decay: f64, top: usize) -> [f64; MOMENTS] {
    let (c, rest) = (2.0 * tau, decay * decay);
    let mut moments = [0.0; MOMENTS];
    if tau > UPWARDS {
        moments[0] = (1.0 - rest) / c;
        for k in 1..=top {
            moments[k] = (k as f64 * moments[k - 1] - rest) / c;
        }
    } else {
        let (mut term, mut sum, mut k) = (1.0, 1.0, (top + 2) as f64);
        while term > 0.1 * f64::EPSILON {
            term *= c / k;
            sum += term;
            k += 1.0;
        }
        moments[top] = rest * sum / (top + 1) as f64;
        for k in (0..top).rev() {
            moments[k] = (rest + c * moments[k + 1]) / (k + 1) as f64;
        }
    }
    moments
}
