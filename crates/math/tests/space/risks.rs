//! Risks: formulas against draws, and standard errors against what they stand for.

use super::{choice, normals, plane, rng, smoother};
use tempered_math::catalogue::Value;
use tempered_math::noise;
use tempered_math::space::design::{self, Design};
use tempered_math::space::estimator;
use tempered_math::space::risk::{Error, Scorer, normal_moment};
use tempered_math::space::target::{self, Truth};
use tempered_math::space::{Points, Predictor};

fn build(name: &str, given: super::Arguments<'_>) -> Box<dyn Design> {
    choice(design::CATALOGUE, name, given).build(design::CATALOGUE).unwrap()
}

fn all() -> Vec<(&'static str, Box<dyn Design>)> {
    let power = [("spectrum", Value::Word("power")), ("exponent", Value::Real(1.5))];
    vec![
        ("identity", build("gaussian", &[])),
        ("power", build("gaussian", &power)),
        ("sphere", build("sphere", &[])),
        ("cube", build("cube", &[])),
        ("hypercube", build("hypercube", &[])),
        ("student", build("student", &[("df", Value::Real(12.0))])),
    ]
}

/// The mean of |f̂ − f*|^p over draws, and its standard error.
fn by_draws(design: &dyn Design, d: usize, f: &dyn Fn(&[f64]) -> f64, p: f64) -> (f64, f64) {
    let (mut sum, mut square, mut n) = (0.0, 0.0, 0.0);
    for trial in 0..8 {
        let mut x = vec![0.0; 10_000 * d];
        design.fill(&mut rng(1000 + trial), d, &mut x);
        for row in x.chunks_exact(d) {
            let power = f(row).abs().powf(p);
            (sum, square, n) = (sum + power, square + power * power, n + 1.0);
        }
    }
    let mean: f64 = sum / n;
    (mean, ((square / n - mean * mean) / n).sqrt())
}

#[test]
fn risks_of_planes_are_those_of_draws() {
    let weights = normals(&mut rng(1), 3);
    let linear = Truth::Linear { weights: vec![1.0, -0.5, 0.25] };
    for (name, design) in all() {
        for (truth, intercept) in [(&Truth::Zero, 0.0), (&linear, 0.7)] {
            let predictor = Predictor::Linear { weights: weights.clone(), intercept };
            let exponents = [1.0, 2.0, 3.0, 0.5];
            let mut scorer = Scorer::new(build_like(name), 3);
            let risks = scorer.risks(&predictor, truth, &exponents, &mut rng(2)).unwrap();
            for (p, risk) in exponents.iter().zip(&risks) {
                let f = |row: &[f64]| predictor.value(row) - truth.value(row);
                let (mean, error) = by_draws(&*design, 3, &f, *p);
                let own = risk.standard_error.unwrap_or(0.0);
                let allowed = 5.0 * (error * error + own * own).sqrt() + 1e-12;
                assert!((risk.value - mean).abs() < allowed, "{name} {p}: {} {mean} {allowed}", risk.value);
                let exact = *p == 2.0 || design.is_gaussian();
                assert_eq!(risk.standard_error.is_none(), exact, "{name} {p}");
                // Points that are spread evenly are better than as many draws.
                assert!(exact || name == "student" || own < 5.0 * error, "{name} {p}: {own} {error}");
            }
        }
    }
}

fn build_like(name: &str) -> Box<dyn Design> {
    all().into_iter().find(|(known, _)| *known == name).unwrap().1
}

#[test]
fn moments_of_normal_errors_are_their_integrals() {
    for mean in [0.0, 0.3, 1.0, 5.0, 8.8, 9.1, 30.0] {
        for p in [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 7.5] {
            let error = Error { mean, variance: 1.0 };
            // The trapezoidal rule, with the power's kink at one of its points; it converges like h^(p + 1) there.
            let h = 2e-4;
            let near = |z: f64| (-0.5 * (z - mean) * (z - mean)).exp() * z.abs().powf(p);
            let (from, to) = (((mean - 12.0) / h) as i64, ((mean + 12.0) / h) as i64);
            let integral =
                (from..=to).map(|k| near(k as f64 * h)).sum::<f64>() * h / std::f64::consts::TAU.sqrt();
            let moment = error.normal_moment(p);
            let allowed = if p < 1.0 { 1e-5 } else { 2e-8 };
            assert!((moment / integral - 1.0).abs() < allowed, "{mean} {p}: {moment} {integral}");
            // A unit of y changes nothing but the power of ten.
            let large = Error { mean: 1e90 * mean, variance: 1e180 };
            if p <= 3.0 {
                assert!((large.normal_moment(p) / moment / 1e90f64.powf(p) - 1.0).abs() < 1e-12);
            }
        }
        let square = Error { mean, variance: 2.0 };
        assert!((square.normal_moment(2.0) / square.square() - 1.0).abs() < 1e-14, "{mean}");
        let fourth = 12.0 + 12.0 * mean * mean + mean.powi(4);
        assert!((square.normal_moment(4.0) / fourth - 1.0).abs() < 1e-13, "{mean}");
    }
    // Both ways agree where they meet.
    let at = |z: f64, p: f64| Error { mean: (2.0 * z).sqrt(), variance: 1.0 }.normal_moment(p);
    for p in [0.5, 1.0, 3.0, 5.5, 10.0] {
        let (below, above) = (at(39.999_999, p), at(40.000_001, p));
        assert!((above / below - 1.0).abs() < 1e-7 * p, "{p}");
    }
    assert!((normal_moment(2.0) - 1.0).abs() < 1e-15);
    assert_eq!(Error { mean: -3.0, variance: 0.0 }.normal_moment(1.0), 3.0);
}

/// (value − exact)/standard error is nearly Student's t with 7 degrees of freedom.
#[test]
fn standard_errors_of_test_points_are_honest() {
    let d = 5;
    let weights = Value::Reals(vec![1.0, 2.0, -1.0, 0.5, 0.3]);
    let given = [("link", Value::Word("relu")), ("direction", Value::Word("given")), ("weights", weights)];
    let target = choice(target::CATALOGUE, "single_index", &given).build(target::CATALOGUE).unwrap();
    let truth = target.draw(&mut rng(0), &[1.0; 5]);
    let zero = Predictor::Linear { weights: vec![0.0; d], intercept: 0.0 };
    for (name, exact) in [("identity", 0.5), ("sphere", 0.5)] {
        let mut scorer = Scorer::new(build_like(name), d);
        let (mut inside, mut total, mut square, trials) = (0, 0.0, 0.0, 300);
        for trial in 0..trials {
            let risk = scorer.risks(&zero, &truth, &[2.0], &mut rng(trial)).unwrap()[0];
            let miss = risk.value - exact;
            // The 95 % quantile of |t_7|.
            inside += u64::from(miss.abs() <= 2.365 * risk.standard_error.unwrap());
            (total, square) = (total + miss, square + miss * miss);
        }
        let trials = trials as f64;
        let (mean, sd) = (total / trials, (square / trials).sqrt());
        let share = inside as f64 / trials;
        assert!((0.90..=0.99).contains(&share), "{name}: {share}");
        assert!(mean.abs() < 4.0 * sd / trials.sqrt(), "{name}: {mean} {sd}");
        // As many draws: sd(relu²) is √1.25 of a normal number; a sphere has less.
        assert!(sd < 0.3 * (1.25f64 / 4096.0).sqrt(), "{name}: {sd}");
    }
}

/// Of 300 coordinates 256 are Sobol's and the others drawn.
#[test]
fn points_of_many_features_have_their_law() {
    let given = [("link", Value::Word("relu")), ("direction", Value::Word("ones"))];
    let target = choice(target::CATALOGUE, "single_index", &given).build(target::CATALOGUE).unwrap();
    let truth = target.draw(&mut rng(0), &[1.0; 300]);
    let zero = Predictor::Linear { weights: vec![0.0; 300], intercept: 0.0 };
    let mut scorer = Scorer::new(build_like("identity"), 300);
    for (p, exact) in [(2.0, 0.5), (1.0, 0.5 * (2.0 / std::f64::consts::PI).sqrt())] {
        let risk = scorer.risks(&zero, &truth, &[p], &mut rng(1)).unwrap()[0];
        assert!((risk.value - exact).abs() < 5.0 * risk.standard_error.unwrap(), "{p}: {risk:?}");
        let other = scorer.risks(&zero, &truth, &[p], &mut rng(2)).unwrap()[0];
        assert!(risk.value != other.value, "points are fresh");
    }
}

#[test]
fn suprema_are_met_at_a_corner_or_on_the_sphere() {
    let predictor = Predictor::Linear { weights: vec![1.0, -2.0], intercept: 0.5 };
    let linear = Truth::Linear { weights: vec![0.0, 1.0] };
    let sup = |name: &str, truth| Scorer::new(build_like(name), 2).supremum(&predictor, truth).unwrap();
    assert_eq!(sup("identity", &Truth::Zero), None);
    assert_eq!(sup("hypercube", &Truth::Zero), Some(3.5));
    // 0.5 + x − 3 y on the unit square: 1.5 and −2.5.
    assert_eq!(sup("cube", &linear), Some(2.5));
    assert!((sup("sphere", &linear).unwrap() - (0.5 + (2.0f64 * 10.0).sqrt())).abs() < 1e-14);
    let function = Truth::Function(Box::new(|row| row[0]));
    assert_eq!(sup("cube", &function), None);
}

#[test]
fn risks_of_another_dimension_are_refused() {
    let predictor = Predictor::Linear { weights: vec![1.0, -2.0], intercept: 0.5 };
    let mut scorer = Scorer::new(build_like("identity"), 3);
    assert!(scorer.risks(&predictor, &Truth::Zero, &[2.0], &mut rng(0)).is_err());
}

/// Variance and bias add up to the mean of R_2 over noise, given the points.
#[test]
fn parts_are_the_mean_over_noise() {
    let (n, d, sd) = (12, 8, 0.7);
    for (name, intercept, lambda) in
        [("identity", false, 0.0), ("cube", true, 0.5), ("power", true, 0.0), ("cube", false, 0.1)]
    {
        let design = build_like(name);
        let mut x = vec![0.0; n * d];
        design.fill(&mut rng(3), d, &mut x);
        let points = Points::new(d, &x).unwrap();
        let given = [("lambda", Value::Real(lambda)), ("intercept", Value::Flag(intercept))];
        let ridge = choice(estimator::CATALOGUE, "ridge", &given);
        let (s, _) = smoother(&ridge, d, &x, &vec![1.0; n]);
        for (k, truth) in [
            Truth::Zero,
            Truth::Linear { weights: vec![0.5; d] },
            Truth::Function(Box::new(|row| row[0] * row[1])),
        ]
        .iter()
        .enumerate()
        {
            let mut scorer = Scorer::new(build_like(name), d);
            let given = [("sd", Value::Real(sd))];
            let normal = choice(noise::CATALOGUE, "normal", &given).build(noise::CATALOGUE).unwrap();
            let parts = scorer.parts(&s, points, (truth, &*normal), &mut rng(4)).unwrap();
            let trials = 150;
            let (mut total, mut square) = (0.0, 0.0);
            for trial in 0..trials {
                let noise = normals(&mut rng(100 + trial), n);
                let y: Vec<f64> =
                    points.rows().zip(&noise).map(|(row, e)| truth.value(row) + sd * e).collect();
                let (predictor, _) = super::fit(&ridge, d, &x, &y).unwrap();
                assert_eq!(plane(&predictor).0.len(), d);
                // The same test points for parts and risks, whose common error then is a part of neither.
                let risk = scorer.risks(&predictor, truth, &[2.0], &mut rng(4)).unwrap()[0].value;
                (total, square) = (total + risk, square + risk * risk);
            }
            let mean = total / trials as f64;
            let error = ((square / trials as f64 - mean * mean) / trials as f64).sqrt();
            let sum = parts.variance + parts.bias.value;
            let allowed = 5.0 * error + 5.0 * parts.bias.standard_error.unwrap_or(0.0);
            assert!((sum - mean).abs() < allowed, "{name} {k}: {sum} {mean} ± {error}");
            assert_eq!(parts.bias.value == 0.0, k == 0, "{name} {k}");
        }
    }
}

/// Exact R_2 of ReLU networks against scrambled points, to which the same target is shown as a function of unknown form.
#[test]
fn networks_have_the_risk_of_their_units() {
    let (n, d) = (30, 6);
    let (x, y) = (normals(&mut rng(1), n * d), normals(&mut rng(2), n));
    let whole = |name, value| (name, Value::Whole(value));
    let features = [whole("features", 50), ("map", Value::Word("relu")), ("ridge", Value::Real(0.1))];
    let network =
        super::fit(&choice(estimator::CATALOGUE, "random_features", &features), d, &x, &y).unwrap().0;
    let plane = Predictor::Linear { weights: vec![0.5, -1.0, 0.0, 2.0, 0.3, 0.1], intercept: 0.0 };
    let teacher =
        choice(target::CATALOGUE, "teacher", &[whole("width", 7)]).build(target::CATALOGUE).unwrap();
    let linear = choice(target::CATALOGUE, "linear", &[("direction", Value::Word("ones"))]);
    let linear = linear.build(target::CATALOGUE).unwrap();
    let zero = choice(target::CATALOGUE, "zero", &[]).build(target::CATALOGUE).unwrap();
    for name in ["identity", "power", "sphere"] {
        let mut scorer = Scorer::new(build_like(name), d);
        let spectrum = scorer.spectrum().to_vec();
        for (predictor, target) in
            [(&network, &zero), (&network, &linear), (&network, &teacher), (&plane, &teacher)]
        {
            let draw = || target.draw(&mut rng(3), &spectrum);
            let exact = scorer.risks(predictor, &draw(), &[2.0], &mut rng(4)).unwrap()[0];
            assert_eq!(exact.standard_error, None, "{name}");
            let hidden = draw();
            let hidden = Truth::Function(Box::new(move |row| hidden.value(row)));
            let sampled = scorer.risks(predictor, &hidden, &[2.0], &mut rng(4)).unwrap()[0];
            let error = sampled.standard_error.unwrap();
            assert!((sampled.value - exact.value).abs() < 4.5 * error, "{name}: {exact:?} {sampled:?}");
            assert!(error < 0.02 * exact.value, "{name}: {sampled:?}");
        }
    }
    // Biased and bounded activations, points off the centre, and a cube have no formula.
    let waves = [whole("features", 50), ("map", Value::Word("fourier"))];
    let waves = super::fit(&choice(estimator::CATALOGUE, "random_features", &waves), d, &x, &y).unwrap().0;
    let of = |name: &str, predictor: &Predictor| {
        Scorer::new(build_like(name), d).risks(predictor, &Truth::Zero, &[2.0], &mut rng(4)).unwrap()[0]
    };
    assert!(of("identity", &waves).standard_error.is_some() && of("cube", &network).standard_error.is_some());
}

/// The same for noise that depends on x, and for labels that are lost, which are biased.
#[test]
fn parts_follow_noise_that_depends_on_the_point() {
    let (n, d) = (10, 3);
    let laws = [
        choice(
            noise::CATALOGUE,
            "heteroscedastic",
            &[("sd", Value::Real(0.5)), ("growth", Value::Real(2.0))],
        ),
        choice(noise::CATALOGUE, "zeroed", &[("share", Value::Real(0.3))]),
    ];
    let mut x = vec![0.0; n * d];
    build_like("power").fill(&mut rng(3), d, &mut x);
    let points = Points::new(d, &x).unwrap();
    let truth = Truth::Linear { weights: vec![1.0, -0.5, 0.25] };
    for (law, intercept) in laws.iter().zip([false, true]) {
        let law = law.build(noise::CATALOGUE).unwrap();
        let local = law.local().unwrap();
        let given = [("lambda", Value::Real(0.2)), ("intercept", Value::Flag(intercept))];
        let ridge = choice(estimator::CATALOGUE, "ridge", &given);
        let (s, _) = smoother(&ridge, d, &x, &vec![1.0; n]);
        let mut scorer = Scorer::new(build_like("power"), d);
        let parts = scorer.parts(&s, points, (&truth, &*law), &mut rng(4)).unwrap();
        let (mut total, mut square, trials) = (0.0, 0.0, 4000);
        let mut draws = vec![0.0; n];
        for trial in 0..trials {
            law.fill(&mut rng(100 + trial), &mut draws);
            let label = |(row, draw): (&[f64], &f64)| {
                let value = truth.value(row);
                value + local.at(*draw, row, value)
            };
            let y: Vec<f64> = points.rows().zip(&draws).map(label).collect();
            let (predictor, _) = super::fit(&ridge, d, &x, &y).unwrap();
            let risk = scorer.risks(&predictor, &truth, &[2.0], &mut rng(4)).unwrap()[0].value;
            (total, square) = (total + risk, square + risk * risk);
        }
        let mean = total / trials as f64;
        let error = ((square / trials as f64 - mean * mean) / trials as f64).sqrt();
        let sum = parts.variance + parts.bias.value;
        assert!((sum - mean).abs() < 4.0 * error, "{sum} {mean} ± {error}");
        // The dependence is seen: noise with the same law everywhere would have another sum.
        let normal = choice(noise::CATALOGUE, "normal", &[("sd", Value::Real(0.5))]);
        let normal = normal.build(noise::CATALOGUE).unwrap();
        let other = scorer.parts(&s, points, (&truth, &*normal), &mut rng(4)).unwrap();
        let other = other.variance + other.bias.value;
        assert!((other - mean).abs() > 10.0 * error, "{other} {mean} ± {error}");
    }
}

/// ∫ of a zonal harmonic squared over the sphere is one over the number of harmonics of its degree.
#[test]
fn harmonics_have_their_squares() {
    for (d, degree, count) in
        [(2, 3, 2.0), (3, 1, 3.0), (3, 4, 9.0), (5, 2, 14.0), (5, 3, 30.0), (8, 2, 35.0)]
    {
        for direction in ["first", "ones"] {
            let given = [("degree", Value::Whole(degree)), ("direction", Value::Word(direction))];
            let target = choice(target::CATALOGUE, "harmonic", &given).build(target::CATALOGUE).unwrap();
            let truth = target.draw(&mut rng(0), &vec![1.0; d]);
            let zero = Predictor::Linear { weights: vec![0.0; d], intercept: 0.0 };
            for design in ["sphere", "identity"] {
                let mut scorer = Scorer::new(build_like(design), d);
                let risk = scorer.risks(&zero, &truth, &[2.0], &mut rng(7)).unwrap()[0];
                let error = risk.standard_error.unwrap();
                assert!(
                    (risk.value - 1.0 / count).abs() < 6.0 * error && error < 0.02 / count,
                    "{d} {degree} {risk:?}"
                );
            }
        }
    }
    let one = choice(target::CATALOGUE, "harmonic", &[("degree", Value::Whole(2))]);
    assert!(one.build(target::CATALOGUE).unwrap().check(1).is_err());
}
