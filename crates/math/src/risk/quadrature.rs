//! Adaptive Gauss–Kronrod quadrature, for errors that are not piecewise linear.

use super::Exponent;

/// The error estimate, relative to the integral, at which a piece is accepted.
pub const TOLERANCE: f64 = 1e-10;
/// The most rules a piece: for noisy values bisection would not end. The error estimate then exceeds the tolerance. A
/// root of any order is enclosed to `SHORTEST` by two rules for each of 40 bisections, so this is room for 25 of them.
pub(super) const RULES: u32 = 2_000;
/// The shortest interval that is split, relative to the piece: its outer nodes are 4e-15 of the piece from its ends, about
/// 20 ε.
pub(super) const SHORTEST: f64 = 1e-12;
/// The least share of a piece's tolerance that an interval has, however short: where g has a root or a kink at an end, only
/// few and short intervals have an error.
pub(super) const LEAST_SHARE: f64 = 1.0 / 64.0;
/// Zeros this close to an end, relative to the interval, count as the end: the integral of a linear g beyond them is the
/// square of this share, 1e-14.
const AT_END: f64 = 1e-7;
/// A minimum of |g| is followed only while the parabola predicts less than this share of its smallest sample.
const SHALLOW: f64 = 0.75;
/// Points of a rule.
const POINTS: usize = 15;
/// Points at which g is evaluated: those of a rule, and the ends of the interval.
pub(crate) const SAMPLES: usize = POINTS + 2;

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

/// A function at several points: overwrites the second slice with its values at the first, which has the same length.
pub type Values<'a> = dyn FnMut(&[f64], &mut [f64]) + 'a;

/// ∫_a^b f for f ≥ 0.
///
/// # Cost
/// That of [`integrate_powers`].
/// # Accuracy
/// [`TOLERANCE`], relative to the integral, for f that is analytic on [a, b].
pub fn integrate(f: &impl Fn(f64) -> f64, a: f64, b: f64) -> f64 {
    let mut values = |x: &[f64], out: &mut [f64]| x.iter().zip(out).for_each(|(x, out)| *out = f(*x));
    let mut estimate = [Estimate::default()];
    if let Some(one) = Exponent::new(1.0) {
        integrate_powers(&mut values, (a, b), &[one], &[0.0], &mut estimate);
    }
    estimate[0].value
}

/// ∫_a^b |g|^p for several p at once, g analytic on [a, b]; overwrites one estimate an exponent.
///
/// An interval is split at a sign change of g unless every p is even, and in the middle where the Gauss and Kronrod rules
/// disagree and there is no sign change: between zeros |g|^p is as smooth as g. All exponents share the values of g. The
/// error is at most [`TOLERANCE`] of the integral or of the entry of `scales`, whichever is larger, which saves rules on
/// pieces that are small compared with others; a scale of 0 requires the relative accuracy.
///
/// Shapes: one entry of `scales` and of `estimates` an exponent.
///
/// # Cost
/// 17 evaluations of g a rule, and those that find its zeros; usually two or three rules a piece and zero, 2,000 at most.
/// # Accuracy
/// [`TOLERANCE`], relative to the integral or the scale, unless the estimate of the error is larger.
/// # Source
/// Kronrod (1965); nodes from Piessens et al., QUADPACK (1983).
pub fn integrate_powers(
    g: &mut Values<'_>,
    (a, b): (f64, f64),
    exponents: &[Exponent],
    scales: &[f64],
    estimates: &mut [Estimate],
) {
    estimates.fill(Estimate::default());
    let mut here = vec![Estimate::default(); exponents.len()];
    let mut whole = Vec::new();
    let mut open = vec![(a, b)];
    let mut rules = 0;
    let even = all_even(exponents);
    while let Some((low, high)) = open.pop() {
        let (x, values) = rule(g, (low, high), exponents.iter().zip(&mut here));
        rules += 1;
        if whole.is_empty() {
            whole.extend(here.iter().zip(scales).map(|(estimate, scale)| estimate.value.max(*scale)));
        }
        let share = TOLERANCE * ((high - low) / (b - a)).max(LEAST_SHARE);
        let settled = here.iter().zip(&whole).all(|(estimate, whole)| {
            let Estimate { value, error } = *estimate;
            error <= TOLERANCE * value || error <= share * whole || !value.is_finite()
        });
        let crossing = if even && settled { None } else { crossing(g, &x, &values) };
        let done = settled && (even || crossing.is_none());
        if done || rules + open.len() as u32 >= RULES || high - low <= SHORTEST * (b - a) {
            for (sum, estimate) in estimates.iter_mut().zip(&here) {
                sum.value += estimate.value;
                sum.error += estimate.error;
            }
            continue;
        }
        let middle = crossing.unwrap_or(0.5 * (low + high));
        open.extend([(middle, high), (low, middle)]);
    }
}

/// ∫_a^b |g|^p by a single rule, for several p at once; returns whether the error estimates are valid, which they need not
/// be where g changes sign.
pub(crate) fn estimate_powers(
    g: &mut Values<'_>,
    ends: (f64, f64),
    exponents: &[Exponent],
    estimates: &mut [Estimate],
) -> bool {
    let (x, values) = rule(g, ends, exponents.iter().zip(estimates));
    all_even(exponents) || crossing(g, &x, &values).is_none()
}

/// Whether |g|^p is as smooth as g for every p.
fn all_even(exponents: &[Exponent]) -> bool {
    exponents.iter().all(Exponent::is_even)
}

/// A sign change of g, or a point where its sign differs from that at all points of the rule.
///
/// For a polynomial with zeros beyond the outer nodes, or with two zeros between neighbouring nodes, the two rules agree
/// but both integrate it without the change of sign. Hence g is also evaluated at the ends, and near each local minimum of
/// |g| at minima of interpolating parabolas.
pub(super) fn crossing(g: &mut Values<'_>, x: &[f64; SAMPLES], values: &[f64; SAMPLES]) -> Option<f64> {
    let (low, high) = (x[0], x[SAMPLES - 1]);
    if !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    // Zeros at the ends are those at which the interval was split.
    let slack = (AT_END * (high - low)).max(4.0 * f64::EPSILON * low.abs().max(high.abs()));
    let inside = |at: &f64| *at > low + slack && *at < high - slack;
    let change = |i: &usize| (values[*i - 1] < 0.0) != (values[*i] < 0.0);
    for i in (1..SAMPLES).filter(change) {
        let root = zero(g, (x[i - 1], values[i - 1]), (x[i], values[i]));
        if inside(&root) {
            return Some(root);
        }
    }
    let dip = |i: &usize| {
        let [before, here, after] = [values[*i - 1], values[*i], values[*i + 1]].map(f64::abs);
        // Next to an end the minimum may lie between the end and the outer node, so that one side is not compared.
        (here <= before || *i == 1) && (here <= after || *i == SAMPLES - 2)
    };
    let mut bottoms = (1..SAMPLES - 1).filter(dip);
    bottoms.find_map(|i| bottom(g, [i - 1, i, i + 1].map(|i| (x[i], values[i]))).filter(inside))
}

/// A point between the outer two of three points where the sign of g differs from that at the middle one, found by at most
/// four minima of interpolating parabolas.
fn bottom(g: &mut Values<'_>, [mut a, mut b, mut c]: [(f64, f64); 3]) -> Option<f64> {
    for _ in 0..4 {
        let (first, second) = ((b.1 - a.1) / (b.0 - a.0), (c.1 - b.1) / (c.0 - b.0));
        let bend = (second - first) / (c.0 - a.0);
        let at = 0.5 * (a.0 + b.0) - first / (2.0 * bend);
        let expected = a.1 + (at - a.0) * (first + bend * (at - b.0));
        let close = expected * b.1.signum() < SHALLOW * b.1.abs();
        if !(close && at > a.0 && at < c.0 && at != b.0) {
            return None;
        }
        let mut value = [0.0];
        g(&[at], &mut value);
        let here = (at, value[0]);
        if (here.1 < 0.0) != (b.1 < 0.0) {
            return Some(at);
        }
        (a, b, c) = match (here.1.abs() < b.1.abs(), at < b.0) {
            (true, true) => (a, here, b),
            (true, false) => (b, here, c),
            (false, true) => (here, b, c),
            (false, false) => (a, b, here),
        };
    }
    None
}

/// Applies the rule for every exponent; returns its points and the ends, ascending, and the values of g there.
pub(super) fn rule<'a>(
    g: &mut Values<'_>,
    (a, b): (f64, f64),
    estimates: impl Iterator<Item = (&'a Exponent, &'a mut Estimate)>,
) -> ([f64; SAMPLES], [f64; SAMPLES]) {
    let (x, mut values) = (points(a, b), [0.0; SAMPLES]);
    g(&x, &mut values);
    let (half, middle) = (0.5 * (b - a), SAMPLES / 2);
    for (exponent, estimate) in estimates {
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

/// The weights of Kronrod's rule, from the middle outwards.
pub(crate) fn kronrod_weights() -> [f64; 8] {
    NODES.map(|(_, weight, _)| weight)
}

/// The points of the rule on [a, b] and both ends, ascending.
pub(crate) fn points(a: f64, b: f64) -> [f64; SAMPLES] {
    let (centre, half, middle) = (0.5 * (a + b), 0.5 * (b - a), SAMPLES / 2);
    std::array::from_fn(|i| match i {
        0 => a,
        _ if i == SAMPLES - 1 => b,
        _ if i < middle => centre - half * NODES[middle - i].0,
        _ => centre + half * NODES[i - middle].0,
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
        // Every fifth step bisects, since false position converges slowly for functions that are flat at their zero.
        let guess = if step % 5 == 4 { 0.5 * (a + b) } else { a + (b - a) * (u / (u - v)) };
        let at = guess.clamp(a + 0.25 * slack, b - 0.25 * slack);
        let mut value = [0.0];
        g(&[at], &mut value);
        let [value] = value;
        if value == 0.0 || value.is_nan() {
            return at;
        }
        // The Illinois rule: the value at an end that is kept twice is halved, which moves the next guess towards it.
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

    /// ∫ |sin|^p over many half periods, for odd, even and non-integer p, with few evaluations.
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
        integrate_powers(&mut g, (0.0, 10.0 * std::f64::consts::PI), &exponents, &[0.0; 4], &mut estimates);
        for (exponent, estimate) in exponents.iter().zip(estimates) {
            let want = 10.0 * period(exponent.p());
            assert!((estimate.value - want).abs() < 1e-10 * want, "{exponent:?}: {estimate:?} {want}");
            assert!(estimate.error < 1e-9 * want, "{exponent:?}: {estimate:?}");
        }
        assert!(evaluations < 17 * 600, "{evaluations}");
    }

    /// Zeros that no node of a rule detects: next to an end, and two between neighbouring nodes.
    #[test]
    fn hidden_zeros_are_found() {
        let powers = [1.0, 1.5, 2.0, 3.0].map(|p| Exponent::new(p).unwrap());
        for root in [1e-9, 1e-5, 1e-3, 0.004, 0.9999] {
            let mut line =
                |x: &[f64], out: &mut [f64]| x.iter().zip(out).for_each(|(x, out)| *out = x - root);
            let mut estimates = [Estimate::default(); 4];
            integrate_powers(&mut line, (0.0, 1.0), &powers, &[0.0; 4], &mut estimates);
            for (power, estimate) in powers.iter().zip(estimates) {
                let q = power.p() + 1.0;
                let want = (libm::pow(root, q) + libm::pow(1.0 - root, q)) / q;
                assert!((estimate.value - want).abs() < 1e-12 * want, "{root} {power:?} {estimate:?} {want}");
            }
        }
        for (at, width) in [(0.3, 0.04), (0.5, 0.01), (0.45, 0.1), (0.07, 0.001)] {
            let mut dip = |x: &[f64], out: &mut [f64]| {
                x.iter().zip(out).for_each(|(x, out)| *out = (x - at) * (x - at) - width * width);
            };
            let mut estimates = [Estimate::default()];
            integrate_powers(&mut dip, (0.0, 1.0), &powers[..1], &[0.0], &mut estimates);
            let area = |x: f64| (x - at) * ((x - at) * (x - at) / 3.0 - width * width);
            let want = area(1.0) - area(0.0) + 8.0 / 3.0 * width * width * width;
            assert!((estimates[0].value - want).abs() < 1e-12 * want, "{at} {width} {estimates:?} {want}");
        }
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
        integrate_powers(&mut g, (0.0, 1.0), &[Exponent::new(2.0).unwrap()], &[0.0], &mut estimates);
        assert!(estimates[0].error > 1e-3 * estimates[0].value);
    }
}
