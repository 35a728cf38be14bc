//! Adaptive Gauss–Kronrod quadrature, for errors that are not piecewise linear.

use super::Exponent;

/// The error estimate, relative to the integral, at which a piece is accepted.
pub const TOLERANCE: f64 = 1e-10;
/// Rules a piece at most: where values are noisy, bisection would go on for ever. What is then missing is in the error.
const RULES: u32 = 2_000;
/// Shortest interval that is split, relative to the piece.
const SHORTEST: f64 = 1e-12;
/// Points a rule.
pub(crate) const POINTS: usize = 15;

/// Abscissae in [0, 1], Kronrod weights and Gauss weights of the (7, 15)-point rule.
const NODES: [(f64, f64, f64); 8] = [
    (0.0, 0.209_482_141_084_727_83, 0.417_959_183_673_469_4),
    (0.207_784_955_007_898_47, 0.204_432_940_075_298_9, 0.0),
    (0.405_845_151_377_397_2, 0.190_350_578_064_785_4, 0.381_830_050_505_118_9),
    (0.586_087_235_467_691_1, 0.169_004_726_639_267_9, 0.0),
    (0.741_531_185_599_394_4, 0.140_653_259_715_525_92, 0.279_705_391_489_276_67),
    (0.864_864_423_359_769_1, 0.104_790_010_322_250_18, 0.0),
    (0.949_107_912_342_758_5, 0.063_092_092_629_978_55, 0.129_484_966_168_869_7),
    (0.991_455_371_120_812_6, 0.022_935_322_010_529_224, 0.0),
];

/// An integral and the estimate of its error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The integral.
    pub value: f64,
    /// The sum of |Kronrod − Gauss| over the intervals accepted: far above the true error where the integrand is smooth.
    pub error: f64,
}

/// Values of a function at several points: fills the second slice, which is as long as the first.
pub type Values<'a> = dyn FnMut(&[f64], &mut [f64]) + 'a;

/// ∫_a^b f for f ≥ 0, to [`TOLERANCE`].
pub fn integrate(f: &impl Fn(f64) -> f64, a: f64, b: f64) -> f64 {
    let mut values = |x: &[f64], out: &mut [f64]| x.iter().zip(out).for_each(|(x, out)| *out = f(*x));
    let mut estimate = [Estimate::default()];
    if let Some(one) = Exponent::new(1.0) {
        integrate_powers(&mut values, (a, b), &[one], &mut estimate);
    }
    estimate[0].value
}

/// ∫_a^b |g|^p for several p at once, g analytic on [a, b]; overwrites one estimate an exponent.
///
/// An interval on which Gauss and Kronrod disagree is split where g changes sign, and else in the middle: between zeros
/// |g|^p is as smooth as g, and every exponent shares the values of g.
///
/// # Cost
/// 15 evaluations of g a rule; two or three rules a piece and zero as a rule, 2,000 at most.
/// # Accuracy
/// [`TOLERANCE`] relative unless an estimate says otherwise.
/// # Source
/// Kronrod (1965); nodes from Piessens et al., QUADPACK (1983).
pub fn integrate_powers(
    g: &mut Values<'_>,
    (a, b): (f64, f64),
    exponents: &[Exponent],
    estimates: &mut [Estimate],
) {
    estimates.fill(Estimate::default());
    let mut here = vec![Estimate::default(); exponents.len()];
    let mut whole = Vec::new();
    let mut open = vec![(a, b)];
    let mut rules = 0;
    while let Some((low, high)) = open.pop() {
        let (x, values) = rule(g, (low, high), exponents, &mut here);
        rules += 1;
        if whole.is_empty() {
            whole.extend(here.iter().map(|estimate| estimate.value));
        }
        let share = TOLERANCE * (high - low) / (b - a);
        let settled = here.iter().zip(&whole).all(|(estimate, whole)| {
            let Estimate { value, error } = *estimate;
            error <= TOLERANCE * value || error <= share * whole || !value.is_finite()
        });
        let shortest = SHORTEST * (b - a);
        if settled || rules + open.len() as u32 >= RULES || high - low <= shortest {
            for (sum, estimate) in estimates.iter_mut().zip(&here) {
                sum.value += estimate.value;
                sum.error += estimate.error;
            }
            continue;
        }
        let change = (1..POINTS).find(|i| (values[i - 1] < 0.0) != (values[*i] < 0.0));
        let root = change.map(|i| zero(g, (x[i - 1], values[i - 1]), (x[i], values[i])));
        let middle = root.filter(|r| *r > low && *r < high).unwrap_or(0.5 * (low + high));
        open.extend([(middle, high), (low, middle)]);
    }
}

/// One rule for every exponent; returns its points, ascending, and the values of g there.
fn rule(
    g: &mut Values<'_>,
    (a, b): (f64, f64),
    exponents: &[Exponent],
    estimates: &mut [Estimate],
) -> ([f64; POINTS], [f64; POINTS]) {
    let (x, mut values) = (points(a, b), [0.0; POINTS]);
    g(&x, &mut values);
    let (half, middle) = (0.5 * (b - a), POINTS / 2);
    for (exponent, estimate) in exponents.iter().zip(estimates) {
        let power = |i: usize| exponent.power(values[i].abs());
        let (mut kronrod, mut gauss) = (0.0, 0.0);
        for (i, (_, wide, narrow)) in NODES.iter().enumerate() {
            let value = if i == 0 { power(middle) } else { power(middle - i) + power(middle + i) };
            kronrod += wide * value;
            gauss += narrow * value;
        }
        *estimate = Estimate { value: kronrod * half, error: ((kronrod - gauss) * half).abs() };
    }
    (x, values)
}

/// The points of the rule on [a, b], ascending.
pub(crate) fn points(a: f64, b: f64) -> [f64; POINTS] {
    let (centre, half, middle) = (0.5 * (a + b), 0.5 * (b - a), POINTS / 2);
    std::array::from_fn(|i| {
        if i < middle { centre - half * NODES[middle - i].0 } else { centre + half * NODES[i - middle].0 }
    })
}

/// A zero of g between two points where its signs differ, by the Illinois variant of false position.
fn zero(g: &mut Values<'_>, (mut a, mut u): (f64, f64), (mut b, mut v): (f64, f64)) -> f64 {
    let slack = 2.0 * f64::EPSILON * a.abs().max(b.abs());
    let mut moved = 0;
    for step in 0..100 {
        if b - a <= slack {
            break;
        }
        // Every fifth step halves, so that flat functions end too.
        let guess = if step % 5 == 4 { 0.5 * (a + b) } else { a + (b - a) * (u / (u - v)) };
        let at = guess.clamp(a + 0.25 * slack, b - 0.25 * slack);
        let mut value = [0.0];
        g(&[at], &mut value);
        let [value] = value;
        if value == 0.0 || value.is_nan() {
            return at;
        }
        // The end that stays twice counts half, or it would stay for ever.
        if (value < 0.0) == (u < 0.0) {
            (a, u, v) = (at, value, if moved == -1 { 0.5 * v } else { v });
            moved = -1;
        } else {
            (b, v, u) = (at, value, if moved == 1 { 0.5 * u } else { u });
            moved = 1;
        }
    }
    0.5 * (a + b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_and_kinked_integrands() {
        assert!((integrate(&|x: f64| x.exp(), 0.0, 1.0) - (1f64.exp() - 1.0)).abs() < 1e-14);
        let kinked = integrate(&|x: f64| (x - 0.3).abs(), 0.0, 1.0);
        assert!((kinked - 0.29).abs() < 1e-10, "{kinked}");
        let root = integrate(&|x: f64| (x - 0.3).abs().powf(1.5), 0.0, 1.0);
        assert!((root - (0.3f64.powf(2.5) + 0.7f64.powf(2.5)) / 2.5).abs() < 1e-10);
    }

    /// ∫ |sin|^p over many half periods, for odd, even and broken p, with few evaluations.
    #[test]
    fn powers_of_an_oscillation_share_its_values() {
        let exponents = [1.0, 1.5, 2.0, 3.0].map(|p| Exponent::new(p).unwrap());
        // ∫_0^π sin^p = √π Γ((p+1)/2) / Γ(p/2 + 1).
        let period = |p: f64| {
            std::f64::consts::PI.sqrt() * libm::tgamma(0.5 * (p + 1.0)) / libm::tgamma(0.5 * p + 1.0)
        };
        let mut estimates = [Estimate::default(); 4];
        let mut evaluations = 0;
        let mut g = |x: &[f64], out: &mut [f64]| {
            evaluations += x.len();
            x.iter().zip(out).for_each(|(x, out)| *out = libm::sin(*x));
        };
        integrate_powers(&mut g, (0.0, 10.0 * std::f64::consts::PI), &exponents, &mut estimates);
        for (exponent, estimate) in exponents.iter().zip(estimates) {
            let want = 10.0 * period(exponent.p());
            assert!((estimate.value - want).abs() < 1e-10 * want, "{exponent:?}: {estimate:?} {want}");
            assert!(estimate.error < 1e-9 * want, "{exponent:?}: {estimate:?}");
        }
        assert!(evaluations < 15 * 600, "{evaluations}");
    }

    #[test]
    fn noisy_values_end_with_a_large_error() {
        let mut state = 1u64;
        let mut g = |x: &[f64], out: &mut [f64]| {
            for (_, out) in x.iter().zip(out) {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *out = (state >> 40) as f64;
            }
        };
        let mut estimates = [Estimate::default()];
        integrate_powers(&mut g, (0.0, 1.0), &[Exponent::new(2.0).unwrap()], &mut estimates);
        assert!(estimates[0].error > 1e-3 * estimates[0].value);
    }
}
