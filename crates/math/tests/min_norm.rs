//! The minimum-norm interpolant against slow, obvious twins and its own optimality conditions.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem, SolveOutcome, Variable};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::estimator::CATALOGUE;
use tempered_math::predictor::{Knots, Predictor};
use tempered_math::sample::Sample;
use tempered_math::seed::{Draws, Key, Purpose, unit};

fn fit(name: &str, arguments: &[(&str, Value)], x: &[f64], y: &[f64]) -> Knots {
    let entry = CATALOGUE.iter().find(|entry| entry.name == name).unwrap();
    let mut predictor = Predictor::default();
    let choice = Choice::new(entry, arguments).unwrap();
    choice
        .build(CATALOGUE)
        .unwrap()
        .fit(Sample::new(x, y).unwrap(), &Draws::new(0, name, 0), &mut predictor)
        .unwrap();
    predictor.knots().unwrap().clone()
}

fn least(x: &[f64], y: &[f64]) -> Knots {
    fit("min_norm", &[], x, y)
}

/// Numbers in [0, 1) that are the same every time.
fn units(seed: u64) -> impl FnMut() -> f64 {
    let mut rng = Key::new(seed, "tests", Purpose::Design).trial(0);
    move || unit(&mut rng)
}

/// A convex sample: ascending slopes between points with these gaps.
fn convex(from: f64, gaps: &[f64], bends: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut x, mut y, mut slope) = (vec![from], vec![0.0], -1.0);
    for (i, gap) in gaps.iter().enumerate() {
        let here = x[i] + gap;
        x.push(here);
        y.push(y[i] + slope * (here - x[i]));
        slope += bends.get(i).copied().unwrap_or(0.0);
    }
    (x, y)
}

/// The twin: a dynamic program over slopes at the data points of one convex run, each slope on a grid between the
/// chords on its two sides. Its value is never below the optimum and approaches it as the grid is refined.
fn slope_program(x: &[f64], y: &[f64], grid: usize) -> f64 {
    let n = x.len();
    let chord: Vec<f64> = (0..n - 1).map(|i| (y[i + 1] - y[i]) / (x[i + 1] - x[i])).collect();
    let slopes = |i: usize| -> Vec<f64> {
        let (low, high) = (chord[i - 1], chord[i]);
        if i == 1 {
            return vec![low];
        }
        if i == n - 2 {
            return vec![high];
        }
        (0..=grid).map(|k| low + (high - low) * k as f64 / grid as f64).collect()
    };
    let mut before = slopes(1);
    let mut cost = vec![0.0; before.len()];
    for i in 1..n - 2 {
        let after = slopes(i + 1);
        let gap = |s: f64, t: f64| {
            let d = chord[i];
            libm::hypot(x[i + 1] * (t - d) - x[i] * (s - d), t - s)
        };
        let best = |t: &f64| {
            before.iter().zip(&cost).map(|(s, cost)| cost + gap(*s, *t)).fold(f64::INFINITY, f64::min)
        };
        cost = after.iter().map(best).collect();
        before = after;
    }
    cost[0]
}

#[test]
fn agrees_with_a_dynamic_program_over_slopes() {
    let mut u = units(1);
    for points in 4..=9 {
        for round in 0..40 {
            let scale = if round % 2 == 0 { 0.3 } else { 6.0 };
            let mut gaps: Vec<f64> = (1..points).map(|_| scale * (0.02 + u())).collect();
            // The program's outer slopes are those of the outer chords: right where these span no right angle.
            gaps[0] *= 0.2;
            gaps[points - 2] *= 0.2;
            let bends: Vec<f64> = (2..points).map(|_| 0.05 + u() * u() * 4.0).collect();
            let (x, y) = convex(-scale * u() * points as f64, &gaps, &bends);
            let (exact, program) = (least(&x, &y).size().norm, slope_program(&x, &y, 160));
            assert!(exact <= program * (1.0 + 1e-12), "{points} {round}: {exact} above {program}");
            assert!(program - exact <= 1e-3 * exact, "{points} {round}: {exact} far below {program}");
        }
    }
}

/// Another twin, of the whole problem and not of one convex run: the linear program over networks whose kinks are on
/// a grid. With the kinks of `knots` on the grid its value is `knots`' own norm, unless some network is better.
fn linear_program(x: &[f64], y: &[f64], knots: &Knots, price: impl Fn(f64) -> f64) -> f64 {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let (low, high) = (x[0], x[x.len() - 1]);
    let grid = (0..=120).map(|k| low + (high - low) * f64::from(k) / 120.0);
    let kinks: Vec<f64> = grid.chain(knots.x.iter().copied()).collect();
    let units: Vec<(f64, Variable, Variable)> = kinks
        .iter()
        .map(|t| {
            let mut unit = || problem.add_var(price(*t), (0.0, f64::INFINITY));
            (*t, unit(), unit())
        })
        .collect();
    let slope = problem.add_var(0.0, (f64::NEG_INFINITY, f64::INFINITY));
    let intercept = problem.add_var(0.0, (f64::NEG_INFINITY, f64::INFINITY));
    for (x, y) in x.iter().zip(y) {
        let mut value = LinearExpr::empty();
        value.add(slope, *x);
        value.add(intercept, 1.0);
        for (t, up, down) in units.iter().filter(|(t, ..)| t < x) {
            value.add(*up, x - t);
            value.add(*down, t - x);
        }
        problem.add_constraint(value, ComparisonOp::Eq, *y);
    }
    let SolveOutcome::Solution(solution) = problem.solve().unwrap() else { panic!("stopped early") };
    solution.objective()
}

#[test]
fn no_network_of_a_linear_program_is_better() {
    let mut u = units(9);
    for round in 0..240 {
        let n = 3 + round % 9;
        let width = [1.0, 3.0, 8.0, 40.0][round % 4];
        // Around zero or off it: outer and inner gaps of more than a right angle, and none.
        let from = -width * u();
        let mut x: Vec<f64> = (0..n).map(|_| from + width * u()).collect();
        x.sort_by(f64::total_cmp);
        let bend = if round % 3 == 0 { 4.0 / width } else { 0.0 };
        let y: Vec<f64> = x.iter().map(|x| u() - 0.5 + bend * x * x).collect();
        let knots = least(&x, &y);
        let program = linear_program(&x, &y, &knots, |t| (1.0 + t * t).sqrt());
        let (found, case) = (knots.size().norm, format!("{round}: {x:?} {y:?}"));
        assert!((program - found).abs() <= 1e-8 * program, "{case}: {found} above {program}");
        assert_eq!(knots.train_error(&y), 0.0);
        let network = |x: f64| {
            let (slope, intercept) = knots.skip();
            let units = knots.x.iter().zip(&knots.change);
            units.map(|(t, c)| c * (x - t).max(0.0)).sum::<f64>() + slope * x + intercept
        };
        for (x, y) in x.iter().zip(&y) {
            assert!((network(*x) - y).abs() <= 1e-12 * (1.0 + width) * found, "{case}: {x}");
        }
        let free = fit("min_norm", &[("penalise_bias", Value::Flag(false))], &x, &y);
        let program = linear_program(&x, &y, &free, |_| 1.0);
        assert!((program - free.size().variation).abs() <= 1e-8 * program, "{case}: {program}");
    }
}

/// The dual certificate: a polygon with corners at the data points that stays below √(1 + x²) bounds the norm from
/// below by Σ q_i Δ_i. Here the polygon is read off the output's kinks: it is tangent to the hyperbola at each kink.
/// Returns the largest relative amount by which mirror law, chord condition and interpolation are missed.
fn optimality(x: &[f64], knots: &Knots) -> f64 {
    let mut worst = 0.0f64;
    let angle = |from: f64, to: f64| libm::atan2(to - from, 1.0 + from * to);
    // The knot after a data point is the next data point, or the kink between the two.
    let kink_in = |i: usize| -> Option<f64> {
        let next = knots.x.partition_point(|t| *t <= x[i]);
        (knots.x[next] < x[i + 1]).then(|| knots.x[next])
    };
    for i in 1..x.len() - 1 {
        if let (Some(left), Some(right)) = (kink_in(i - 1), kink_in(i)) {
            let (a, b) = (angle(left, x[i]), angle(x[i], right));
            let span = angle(x[i - 1], x[i]).max(angle(x[i], x[i + 1]));
            worst = worst.max((a - b).abs() / span);
        }
    }
    worst
}

#[test]
fn long_runs_mirror_angles_at_data_points() {
    let mut u = units(2);
    for points in [5, 6, 10, 100, 1000, 10_002] {
        let sets: [Vec<f64>; 3] = [
            vec![1.0 / points as f64; points - 1],
            (1..points).map(|_| u() / points as f64).collect(),
            (1..points).map(|_| -libm::log(u() + 1e-12) / points as f64).collect(),
        ];
        for (kind, gaps) in sets.iter().enumerate() {
            for from in [0.0, -0.5, -3.0] {
                let bends: Vec<f64> = (2..points).map(|_| 0.1 + u()).collect();
                let (x, y) = convex(from, gaps, &bends);
                let knots = least(&x, &y);
                assert_eq!(knots.train_error(&y), 0.0);
                let spline = fit("linear_spline", &[], &x, &y);
                assert!(knots.size().norm <= spline.size().norm * (1.0 + 1e-12));
                assert!(
                    (knots.size().variation - spline.size().variation).abs()
                        <= 1e-9 * spline.size().variation
                );
                // Positions are rounded to doubles: 1e-16 |x| over a gap bounds how well angles can be read off.
                let tightest = gaps.iter().copied().fold(f64::INFINITY, f64::min);
                let readable = 1e-10 + 4.0 * f64::EPSILON * (from.abs() + 1.0) / tightest;
                let missed = optimality(&x, &knots);
                assert!(missed <= readable.min(1e-3), "{points} {kind} {from}: {missed:e}");
            }
        }
    }
}

#[test]
fn extreme_scales_are_solved() {
    let mut u = units(3);
    for round in 0..60 {
        let points = 4 + round % 12;
        let gaps: Vec<f64> = (1..points).map(|_| libm::exp2(-40.0 * u())).collect();
        let bends: Vec<f64> = (2..points).map(|_| libm::exp2(40.0 * (u() - 0.5))).collect();
        for scale in [1.0, 1e12] {
            let (x, mut y) = convex(-0.7, &gaps, &bends);
            y.iter_mut().for_each(|y| *y *= scale);
            let knots = least(&x, &y);
            assert!(knots.size().norm.is_finite() && knots.train_error(&y) == 0.0, "{round}");
            assert!(knots.size().norm <= fit("linear_spline", &[], &x, &y).size().norm * (1.0 + 1e-9));
        }
    }
}

#[test]
fn positions_far_from_zero_are_solved() {
    let mut u = units(10);
    for from in [1e12, -1e12, 1e9, -1e6] {
        for points in [4, 5, 40, 3000] {
            // Quarters are doubles even at 10¹², so that positions and gaps are exact.
            let gaps: Vec<f64> = (1..points).map(|_| (1.0 + 40.0 * u()).floor() * 0.25).collect();
            let bends: Vec<f64> = (2..points).map(|_| 0.1 + u()).collect();
            let (x, y) = convex(from, &gaps, &bends);
            let knots = least(&x, &y);
            assert_eq!(knots.train_error(&y), 0.0);
            assert!(
                (knots.size().norm - knots.size().variation * from.abs()).abs() <= 1e-2 * knots.size().norm
            );
            // Kinks are rounded to doubles near 10¹²: that bounds how well their angles can be read off.
            let readable = 1e-10 + 4.0 * f64::EPSILON * from.abs() / 0.25;
            let missed = optimality(&x, &knots);
            assert!(missed <= readable, "{from} {points}: {missed:e}");
        }
    }
}

#[test]
fn select_needs_unpenalised_biases() {
    let entry = CATALOGUE.iter().find(|entry| entry.name == "min_norm").unwrap();
    let refused = Choice::new(entry, &[("select", Value::Word("spline"))]).unwrap_err();
    assert_eq!(refused.parameter, "select");
    Choice::new(entry, &[("select", Value::Word("sparsest"))]).unwrap();
}

#[test]
fn gaps_of_more_than_a_right_angle_are_solved() {
    let mut u = units(4);
    for round in 0..40 {
        let gaps = [3.0 + u(), 40.0 * u() + 1.0, 30.0 + 100.0 * u(), 5.0 + u(), 2.0, 8.0 * u() + 1.0];
        let bends: Vec<f64> = (0..5).map(|_| 0.05 + u()).collect();
        let (x, y) = convex(-60.0, &gaps, &bends);
        let (exact, program) = (least(&x, &y).size().norm, slope_program(&x, &y, 300));
        assert!(exact <= program * (1.0 + 1e-10), "{round}: {exact} above {program}");
        assert!(program - exact <= 1e-3 * exact, "{round}: {exact} far below {program}");
    }
}

#[test]
fn ties_and_collinear_points_have_no_kinks() {
    let x: Vec<f64> = (0..50).map(|i| f64::from(i) * 0.5).collect();
    for y in [vec![3.0; 50], x.iter().map(|x| 2.0 * x - 1.0).collect()] {
        for name in ["linear_spline", "min_norm"] {
            let knots = fit(name, &[], &x, &y);
            assert_eq!((knots.size().kinks, knots.size().norm), (0, 0.0));
        }
    }
    let knots = least(&[0.0, 1.0, 2.0, 3.0, 4.0], &[0.0, 0.0, 0.0, 1.0, 2.0]);
    assert_eq!((knots.size().kinks, knots.size().variation), (1, 1.0));
}

#[test]
fn reflection_and_scale_carry_over() {
    let mut u = units(5);
    for _ in 0..50 {
        let mut x: Vec<f64> = (0..40).map(|_| u() * 2.0 - 1.0).collect();
        x.sort_by(f64::total_cmp);
        let y: Vec<f64> = (0..40).map(|_| u()).collect();
        let norm = least(&x, &y).size().norm;
        let mirrored: (Vec<f64>, Vec<f64>) =
            (x.iter().rev().map(|x| -x).collect(), y.iter().rev().copied().collect());
        assert!((least(&mirrored.0, &mirrored.1).size().norm - norm).abs() <= 1e-11 * norm);
        let scaled: Vec<f64> = y.iter().map(|y| 5.0 - 3.0 * y).collect();
        assert!((least(&x, &scaled).size().norm - 3.0 * norm).abs() <= 1e-10 * norm);
    }
}

#[test]
fn unpenalised_choices_share_one_variation() {
    let mut u = units(6);
    let mut x: Vec<f64> = (0..400).map(|_| u()).collect();
    x.sort_by(f64::total_cmp);
    let y: Vec<f64> = x.iter().map(|x| 8.0 * x * x + 0.001 * u()).collect();
    let with = |word| {
        fit("min_norm", &[("penalise_bias", Value::Flag(false)), ("select", Value::Word(word))], &x, &y)
    };
    let (sparsest, area, spline) = (with("sparsest"), with("least_area"), with("spline"));
    for other in [&area, &spline] {
        assert!((sparsest.size().variation - other.size().variation).abs() < 1e-9 * spline.size().variation);
    }
    assert!(sparsest.size().kinks <= area.size().kinks && area.size().kinks <= spline.size().kinks);
    assert!(sparsest.size().norm >= least(&x, &y).size().norm * (1.0 - 1e-12));
}

/// The share of kinks on pure noise: 0.772 of n for the least norm, 0.770 for the sparsest.
#[test]
fn share_of_kinks_on_noise() {
    let n = 100_000;
    let mut u = units(7);
    let mut x: Vec<f64> = (0..n).map(|_| u()).collect();
    x.sort_by(f64::total_cmp);
    let normal = |u: &mut dyn FnMut() -> f64| {
        libm::sqrt(-2.0 * libm::log(1.0 - u())) * libm::cos(std::f64::consts::TAU * u())
    };
    let y: Vec<f64> = (0..n).map(|_| normal(&mut u)).collect();
    let share = |knots: &Knots| knots.size().kinks as f64 / n as f64;
    let sparsest = fit("min_norm", &[("penalise_bias", Value::Flag(false))], &x, &y);
    assert!((share(&least(&x, &y)) - 0.772).abs() < 0.004, "{}", share(&least(&x, &y)));
    assert!((share(&sparsest) - 0.770).abs() < 0.004, "{}", share(&sparsest));
}
