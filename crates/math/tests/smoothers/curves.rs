//! Cubic splines and polynomials against dense systems in other bases.

use super::{degree, fit, places, risks, sample, solve, try_fit};
use tempered_math::catalogue::Value;
use tempered_math::predictor::Predictor;
use tempered_math::risk::Domain;

/// The natural spline as α + β x + Σ γ_i |x − x_i|³ with Σ γ_i = Σ γ_i x_i = 0: a dense system in another basis.
#[test]
fn the_cubic_spline_solves_the_dense_equations_of_its_radial_form() {
    for (name, n, digits) in
        [("grid", 2, 1e-13), ("grid", 9, 1e-11), ("uniform", 3, 1e-10), ("uniform", 12, 1e-8)]
    {
        let (x, y) = sample(name, n, 21);
        let (mut a, mut b) = (vec![vec![0.0; n + 2]; n + 2], y.clone());
        b.extend([0.0, 0.0]);
        for i in 0..n {
            (0..n).for_each(|j| a[i][j] = (x[i] - x[j]).abs().powi(3));
            (a[i][n], a[i][n + 1], a[n][i], a[n + 1][i]) = (1.0, x[i], 1.0, x[i]);
        }
        let c = solve(a, b);
        let f = fit("cubic_spline", &[], &x, &y);
        let size = places(100).iter().fold(0.0f64, |most, at| most.max(f.value(*at).abs()));
        for at in places(100) {
            let cubes: f64 = x.iter().zip(&c).map(|(x, c)| c * (at - x).abs().powi(3)).sum();
            let want = cubes + c[n] + c[n + 1] * at;
            assert!((f.value(at) - want).abs() < digits * size, "{name} {n} at {at}: {} {want}", f.value(at));
        }
        assert_eq!(f.train_error(&x, &y), 0.0);
    }
}

/// One-sided differences at the data points agree to first and second order; beyond them f is a line or a constant.
#[test]
fn the_cubic_spline_is_smooth_and_its_ends_are_lines_or_constants() {
    let (x, y) = sample("uniform", 15, 2);
    let f = fit("cubic_spline", &[], &x, &y);
    let Predictor::Smooth(curve) = &f else { panic!() };
    let derivatives = |piece: usize, at: f64, h: f64| {
        let mut v = [0.0; 3];
        curve.pieces.values(piece, &[at, at + h, at + 2.0 * h], &mut v);
        ((-3.0 * v[0] + 4.0 * v[1] - v[2]) / (2.0 * h), (v[0] - 2.0 * v[1] + v[2]) / (h * h))
    };
    let size = |i: usize| {
        let gap = |i: usize| x[i + 1] - x[i];
        gap(i.saturating_sub(1)).min(gap(i.min(13)))
    };
    for (i, knot) in x.iter().copied().enumerate() {
        let h = 1e-4 * size(i);
        let ((left, bend_left), (right, bend_right)) =
            (derivatives(i, knot, -h), derivatives(i + 1, knot, h));
        assert!((left - right).abs() < 1e-4 * (1.0 + left.abs()), "slope at {i}: {left} {right}");
        let bends = 2e-2 * (bend_left.abs() + bend_right.abs() + 1.0 / (size(i) * size(i)));
        assert!((bend_left - bend_right).abs() < bends, "bend at {i}: {bend_left} {bend_right}");
    }
    let held = fit("cubic_spline", &[("ends", Value::Word("clamp"))], &x, &y);
    assert_eq!((held.value(-5.0), held.value(5.0)), (y[0], y[14]));
    assert_eq!(held.value(0.5), f.value(0.5));
    let slope = (f.value(3.0) - f.value(2.0), f.value(4.0) - f.value(3.0));
    assert!((slope.0 - slope.1).abs() < 1e-9 * slope.0.abs());
    // The stored sum of cubes.
    let units = curve.pieces.units();
    for at in places(50) {
        let cubes = units.outer.iter().zip(&units.bias).map(|(a, b)| a * (at + b).max(0.0).powi(3));
        let cubes: Vec<f64> = cubes.collect();
        let size = cubes.iter().map(|c| c.abs()).sum::<f64>();
        let value = cubes.iter().sum::<f64>() + units.skip_slope * at + units.skip_intercept;
        assert!((value - f.value(at)).abs() < 1e-11 * (1.0 + size), "{at}");
    }
}

/// Lagrange's form, by products.
fn lagrange(x: &[f64], y: &[f64], at: f64) -> f64 {
    let part = |i: usize| -> f64 {
        (0..x.len()).filter(|j| *j != i).map(|j| (at - x[j]) / (x[i] - x[j])).product::<f64>() * y[i]
    };
    (0..x.len()).map(part).sum()
}

#[test]
fn interpolating_polynomials_are_lagranges() {
    for (name, n) in [("grid", 2), ("grid", 8), ("grid", 16), ("uniform", 2), ("uniform", 6), ("uniform", 10)]
    {
        let (x, y) = sample(name, n, 77);
        let (f, report) = try_fit("polynomial", &degree(n as u64 - 1), &x, &y).unwrap();
        assert_eq!(report.rank, Some(n as u64));
        let inside: Vec<f64> = (0..=100).map(|i| x[0] + (x[n - 1] - x[0]) * f64::from(i) / 100.0).collect();
        let size = inside.iter().fold(0.0f64, |most, at| most.max(lagrange(&x, &y, *at).abs()));
        for at in inside {
            assert!((f.value(at) - lagrange(&x, &y, at)).abs() < 1e-8 * size, "{name} {n} at {at}");
        }
    }
}

/// Normal equations in powers of x − 1/2.
#[test]
fn least_squares_solve_the_normal_equations() {
    for (n, d) in [(2, 0), (9, 1), (40, 3), (40, 6)] {
        let (x, y) = sample("uniform", n, 60);
        let power = |x: f64, j: usize| (2.0 * x - 1.0).powi(j as i32);
        let moment = |i: usize, j: usize| x.iter().map(|x| power(*x, i) * power(*x, j)).sum::<f64>();
        let a = (0..=d).map(|i| (0..=d).map(|j| moment(i, j)).collect()).collect();
        let b = (0..=d).map(|i| x.iter().zip(&y).map(|(x, y)| power(*x, i) * y).sum()).collect();
        let c = solve(a, b);
        let (f, report) = try_fit("polynomial", &degree(d as u64), &x, &y).unwrap();
        assert_eq!(report.rank, Some(d as u64 + 1));
        for at in places(50).into_iter().filter(|at| *at > x[0] && *at < x[n - 1]) {
            let want: f64 = c.iter().enumerate().map(|(j, c)| c * power(at, j)).sum();
            assert!((f.value(at) - want).abs() < 1e-10, "n {n} degree {d} at {at}");
        }
    }
}

/// Beyond n − 1 degrees f = Σ α_i K(x_i, ·) with the kernel K = Σ φ_j φ_j of all polynomials of that degree: a dense
/// system of n equations; and |c|² is the mean of f² over the hull.
#[test]
fn interpolants_of_least_size_are_those_of_the_kernel() {
    let phi = |t: f64, d: usize| {
        let mut p = vec![1.0, t];
        for j in 1..d {
            let k = j as f64;
            p.push(((2.0 * k + 1.0) * t * p[j] - k * p[j - 1]) / (k + 1.0));
        }
        p.truncate(d + 1);
        p.iter().enumerate().map(|(j, p)| p * (2.0 * j as f64 + 1.0).sqrt()).collect::<Vec<f64>>()
    };
    for (n, d) in [(3, 4), (8, 30), (12, 100)] {
        let (x, y) = sample("jittered_grid", n, 9);
        let t = |x0: f64| (2.0 * x0 - x[0] - x[n - 1]) / (x[n - 1] - x[0]);
        let kernel = |a: f64, b: f64| phi(t(a), d).iter().zip(phi(t(b), d)).map(|(a, b)| a * b).sum::<f64>();
        let a = x.iter().map(|a| x.iter().map(|b| kernel(*a, *b)).collect()).collect();
        let weights = solve(a, y.clone());
        let f = fit("polynomial", &degree(d as u64), &x, &y);
        let inside = (1..50).map(|i| x[0] + (x[n - 1] - x[0]) * f64::from(i) / 50.0);
        for at in inside {
            let want: f64 = weights.iter().zip(&x).map(|(w, x)| w * kernel(*x, at)).sum();
            assert!((f.value(at) - want).abs() < 1e-8, "n {n} degree {d} at {at}: {} {want}", f.value(at));
        }
        assert!(f.train_error(&x, &y) < 1e-10);
        let Predictor::Smooth(series) = &f else { panic!() };
        let squares: f64 = series.pieces.units().outer.iter().map(|c| c * c).sum();
        let risk = risks(&[2.0], &f, (&x, &y), Domain::Hull)[0] / (x[n - 1] - x[0]);
        assert!((risk / squares - 1.0).abs() < 1e-9);
    }
}

/// Values at 0, .3, .5 and 1, and the length of the coefficients, by the pseudoinverse of NumPy.
#[test]
fn legendre_series_are_those_of_the_pseudoinverse() {
    let x = [0.017, 0.041, 0.27, 0.544, 0.607, 0.637, 0.729, 0.813, 0.913];
    let y = [-1.27, -0.62, 0.04, -2.33, -0.22, -1.25, -0.73, -0.54, -0.32];
    for (degree, constant, values, length) in [
        (3, true, [-1.11529365103, -0.406340388065, -0.879666147496, 0.971233858189], 1.225931771),
        (3, false, [-1.18796172561, 0.663670096581, -0.284281126932, 2.32508623334], 1.890610731),
        (20, true, [-2.23642175496, -0.534322298176, -3.64244092446, -0.263430671846], 4.366452941),
        (20, false, [-1.23631177822, -0.125997798223, -3.05609521377, 4.00063305574], 5.858050567),
    ] {
        let given = [("degree", Value::Whole(degree)), ("constant", Value::Flag(constant))];
        let f = fit("legendre", &given, &x, &y);
        for (at, value) in [0.0, 0.3, 0.5, 1.0].into_iter().zip(values) {
            assert!((f.value(at) - value).abs() < 1e-10, "{degree} {constant} {at}: {}", f.value(at));
        }
        let Predictor::Smooth(series) = &f else { panic!() };
        let units = series.pieces.units().outer;
        assert!(
            (units.iter().map(|c| c * c).sum::<f64>().sqrt() - length).abs() < 1e-8,
            "{degree} {constant}"
        );
    }
}
