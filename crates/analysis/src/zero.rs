//! Zeros of functions of one variable.

/// The shift of a step from the chord's zero towards the middle, in units of the bracket and proportional to its square: so
/// that brackets shrink from both sides.
const DRAWN: f64 = 0.2;

/// A zero of a function with opposite signs at the two ends of a bracket, to `width` of the variable, by the ITP method:
/// the chord's zero, projected so near to the middle of the bracket that for any function at most one evaluation more than
/// by bisection is needed.
///
/// Errors: where the signs at the ends agree, the end at which the function is nearer to zero. Cost: about eight evaluations
/// for a smooth function.
///
/// Source: Oliveira & Takahashi (2020), ACM Trans. Math. Softw. 47, with n0 = 1 and κ2 = 2.
pub(crate) fn zero(bracket: [(f64, f64); 2], width: f64, of: impl Fn(f64) -> f64) -> f64 {
    let [mut low, mut high] = if bracket[0].0 < bracket[1].0 { bracket } else { [bracket[1], bracket[0]] };
    if (low.1 > 0.0) == (high.1 > 0.0) || low.1 == 0.0 || high.1 == 0.0 {
        return if low.1.abs() < high.1.abs() { low.0 } else { high.0 };
    }
    let first = high.0 - low.0;
    // Half the width that bisection with one extra step would leave after as many steps.
    let mut most = width.max(first * f64::EPSILON);
    while most < first {
        most *= 2.0;
    }
    while high.0 - low.0 > width {
        let (span, middle) = (high.0 - low.0, low.0.midpoint(high.0));
        let chord = (high.1 * low.0 - low.1 * high.0) / (high.1 - low.1);
        let side = (middle - chord).signum();
        let drawn = DRAWN * span * span / first;
        // Where values overflow there is no chord, and the middle is taken.
        let near = if drawn <= (middle - chord).abs() { chord + side * drawn } else { middle };
        let reach = (most - span / 2.0).max(0.0);
        let next = if (near - middle).abs() <= reach { near } else { middle - side * reach };
        let next = if next > low.0 && next < high.0 { next } else { middle };
        let at_next = of(next);
        if at_next == 0.0 || next <= low.0 || next >= high.0 {
            return next;
        }
        *(if (at_next > 0.0) == (high.1 > 0.0) { &mut high } else { &mut low }) = (next, at_next);
        most /= 2.0;
    }
    low.0.midpoint(high.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn zeros_are_found_in_few_steps() {
        type Function = fn(f64) -> f64;
        let functions: [(Function, f64, u32); 5] = [
            (|x| x - 0.3, 0.3, 8),
            (|x| x * x - 2.0, 2f64.sqrt(), 12),
            (|x| 1.0 - (3.0 * x).exp() / 50.0, 50f64.ln() / 3.0, 30),
            (|x| 1e200 * (x.powi(3) - 0.1), 0.1f64.cbrt(), 30),
            (|x| if x < 1.7 { -1e-9 } else { f64::MAX }, 1.7, 31),
        ];
        // Bisection takes 29 evaluations, and the most is one more.
        for (of, expected, most) in functions {
            let calls = Cell::new(0);
            let counted = |x| {
                calls.set(calls.get() + 1);
                of(x)
            };
            for bracket in [[0.0, 5.0], [5.0, 0.0]] {
                let found = zero(bracket.map(|x| (x, of(x))), 1e-8, counted);
                assert!((found - expected).abs() <= 2e-8, "{expected}: {found}");
            }
            assert!(calls.get() <= 2 * most, "{expected}: {}", calls.get());
        }
    }

    #[test]
    fn without_a_change_of_sign_the_nearer_end_is_taken() {
        assert_eq!(zero([(1.0, 2.0), (3.0, 5.0)], 1e-8, |x| x), 1.0);
        assert_eq!(zero([(1.0, 0.0), (3.0, 5.0)], 1e-8, |x| x), 1.0);
        assert_eq!(zero([(0.0, -1.0), (4.0, -0.5)], 1e-8, |x| x), 4.0);
    }
}
