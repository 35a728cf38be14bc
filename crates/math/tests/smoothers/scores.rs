//! Scores by quadrature against closed forms and against a slow rule on a fine mesh.

use super::{Arguments, choice, fit, sample};
use tempered_math::catalogue::Value;
use tempered_math::estimator::Report;
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Risk};
use tempered_math::sample::Degenerate;
use tempered_math::score::{Criteria, FIRST_RISK, Scorer};
use tempered_math::target::{self, Target};

/// The target of this name.
fn target_of(name: &str, given: Arguments<'_>) -> Box<dyn Target> {
    choice(target::CATALOGUE, name, given).build(target::CATALOGUE).unwrap()
}

const POWERS: [f64; 4] = [1.0, 1.5, 2.0, 3.0];
const NAMES: [&str; 4] = ["l1", "l1_5", "l2", "l3"];

/// The scores of a predictor by the names of their columns.
fn scores(
    f: &Predictor,
    data: (&[f64], &[f64]),
    target: Box<dyn Target>,
    domain: Domain,
) -> Result<impl Fn(&str) -> Option<f64> + use<>, Degenerate> {
    let mut risks: Vec<Risk> = POWERS.iter().map(|p| Risk::lp(*p).unwrap()).collect();
    risks.push(Risk::Sup);
    let (names, mut out) = (Criteria::risks(&risks, domain).columns(), Vec::new());
    Scorer::new(Criteria::risks(&risks, domain), target).score(
        data,
        (f, Report::default()),
        None,
        &mut out,
    )?;
    assert_eq!(names.len(), out.len());
    Ok(move |name: &str| out[names.iter().position(|column| column == name).unwrap()])
}

/// ∫ |g|^p over a length on which g is linear from u to v.
fn linear(u: f64, v: f64, length: f64, p: f64) -> f64 {
    let raise = |z: f64| z.signum() * z.abs().powf(p + 1.0);
    if (v - u).abs() < 1e-12 {
        u.abs().powf(p) * length
    } else {
        length * (raise(v) - raise(u)) / ((p + 1.0) * (v - u))
    }
}

const X: [f64; 6] = [0.125, 0.25, 0.3125, 0.5, 0.75, 0.875];
const Y: [f64; 6] = [1.0, -2.0, 0.5, 0.0, 3.0, -0.25];

fn knots() -> [(&'static str, Value); 2] {
    [("knots", Value::Reals(vec![0.0, 0.4, 1.0])), ("values", Value::Reals(vec![0.5, -1.0, 0.75]))]
}

/// f̂ − f* is linear between midpoints, data points and the target's corner, and jumps at midpoints.
#[test]
fn steps_have_the_risks_of_closed_forms() {
    let f = fit("nearest", &[], &X, &Y);
    for (name, given) in [("zero", Vec::new()), ("piecewise_linear", knots().to_vec())] {
        for domain in [Domain::Hull, Domain::Unit] {
            let target = target_of(name, &given);
            let (low, high) = if domain == Domain::Hull { (X[0], X[5]) } else { (0.0, 1.0) };
            let mut cuts: Vec<f64> = X.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect();
            cuts.extend(X.iter().chain(&[low, 0.4, high]));
            cuts.sort_by(f64::total_cmp);
            cuts.dedup();
            let (mut total, mut gaps, mut edge, mut sup) = ([0.0; 4], [[0.0; 4]; 5], [0.0; 4], 0.0f64);
            for ends in cuts.windows(2) {
                let step = f.value(0.5 * (ends[0] + ends[1]));
                let (u, v) = (step - target.value(ends[0]), step - target.value(ends[1]));
                sup = sup.max(u.abs()).max(v.abs());
                for (k, p) in POWERS.iter().enumerate() {
                    let part = linear(u, v, ends[1] - ends[0], *p);
                    total[k] += part;
                    let gap = X.partition_point(|x| *x <= ends[0]);
                    if (1..6).contains(&gap) { gaps[gap - 1][k] += part } else { edge[k] += part }
                }
            }
            let score = scores(&f, (&X, &Y), target, domain).unwrap();
            let close = |column: &str, want: f64| {
                let got = score(column).unwrap();
                assert!((got - want).abs() < 1e-11 * want, "{name} {domain} {column}: {got} {want}");
            };
            for (k, suffix) in NAMES.iter().enumerate() {
                close(&format!("risk_{suffix}"), total[k]);
                close(&format!("gap_max_{suffix}"), gaps.iter().map(|gap| gap[k]).fold(0.0, f64::max));
                if domain == Domain::Unit {
                    close(&format!("edge_{suffix}"), edge[k]);
                }
            }
            close("risk_sup", sup);
            assert!(score("quadrature_error").unwrap() < 1e-9);
            assert_eq!(score("train_error"), Some(0.0));
            assert_eq!((score("norm"), score("depth_max")), (None, None));
        }
    }
}

/// x³ through four of its points: R_p = 1/(3p + 1) on the unit interval.
#[test]
fn polynomials_have_the_risks_of_closed_forms() {
    let x = [0.25, 0.375, 0.5, 0.75];
    let y = x.map(|x: f64| x * x * x);
    let f = fit("polynomial", &[("degree", Value::Whole(3))], &x, &y);
    let part = |a: f64, b: f64, p: f64| (b.powf(3.0 * p + 1.0) - a.powf(3.0 * p + 1.0)) / (3.0 * p + 1.0);
    for (domain, low, high) in [(Domain::Hull, 0.25, 0.75), (Domain::Unit, 0.0, 1.0)] {
        let score = scores(&f, (&x, &y), target_of("zero", &[]), domain).unwrap();
        for (p, suffix) in POWERS.iter().zip(NAMES) {
            let close = |column: String, want: f64| {
                let got = score(&column).unwrap();
                assert!((got - want).abs() < 1e-10 * want, "{domain} {column}: {got} {want}");
            };
            close(format!("risk_{suffix}"), part(low, high, *p));
            close(format!("gap_max_{suffix}"), part(0.5, 0.75, *p));
            if domain == Domain::Unit {
                close(format!("edge_{suffix}"), part(0.0, 0.25, *p) + part(0.75, 1.0, *p));
            }
        }
        assert!((score("risk_sup").unwrap() - high * high * high).abs() < 1e-13);
    }
}

/// Gauss's rule of three points on each of many cells between two points, finer towards both, and much finer where g
/// changes sign: points and weights.
fn mesh(low: f64, high: f64, g: &dyn Fn(f64) -> f64) -> Vec<(f64, f64)> {
    const CELLS: u32 = 1000;
    fn add(ends: (f64, f64), g: &dyn Fn(f64) -> f64, depth: u32, points: &mut Vec<(f64, f64)>) {
        let (a, b) = ends;
        let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
        let off = half * 0.6f64.sqrt();
        if depth > 0 && (g(a + 1e-6 * half) < 0.0) != (g(b - 1e-6 * half) < 0.0) {
            add((a, middle), g, depth - 1, points);
            add((middle, b), g, depth - 1, points);
        } else {
            let (outer, inner) = (half * 5.0 / 9.0, half * 8.0 / 9.0);
            points.extend([(middle - off, outer), (middle, inner), (middle + off, outer)]);
        }
    }
    let at = |i: u32| {
        let s = f64::from(i) / f64::from(CELLS);
        low + (high - low) * s * s * (3.0 - 2.0 * s)
    };
    let mut points = Vec::new();
    (0..CELLS).for_each(|i| add((at(i), at(i + 1)), g, 14, &mut points));
    points
}

#[test]
fn every_smoother_has_the_scores_of_a_fine_mesh() {
    let whole = |name, value| vec![(name, Value::Whole(value))];
    let real = |name, value| vec![(name, Value::Real(value))];
    let estimators: [(&str, Vec<(&str, Value)>); 9] = [
        ("nearest", whole("k", 1)),
        ("nearest", whole("k", 3)),
        ("shepard", real("beta", 0.5)),
        ("shepard", real("beta", 1.0)),
        ("shepard", real("beta", 2.0)),
        ("shepard", real("beta", 7.3)),
        ("cubic_spline", Vec::new()),
        ("polynomial", whole("degree", 2)),
        ("polynomial", whole("degree", 5)),
    ];
    let targets: [(&str, Vec<(&str, Value)>); 4] = [
        ("zero", Vec::new()),
        ("piecewise_linear", knots().to_vec()),
        ("sine", real("frequency", 1.0)),
        ("sine", real("frequency", 25.0)),
    ];
    for (estimator, given) in &estimators {
        let f = fit(estimator, given, &X, &Y);
        let Predictor::Smooth(smooth) = &f else { panic!("{estimator}") };
        for (name, arguments) in &targets {
            for domain in [Domain::Hull, Domain::Unit] {
                let target = target_of(name, arguments);
                let (low, high) = if domain == Domain::Hull { (X[0], X[5]) } else { (0.0, 1.0) };
                let mut cuts = smooth.breaks.clone();
                cuts.extend(X.iter().chain(&[low, 0.4, high]));
                cuts.retain(|at| *at >= low && *at <= high);
                cuts.sort_by(f64::total_cmp);
                cuts.dedup();
                let (mut gaps, mut edge, mut sup) = ([[0.0; 4]; 5], [0.0; 4], 0.0f64);
                for ends in cuts.windows(2) {
                    let gap = X.partition_point(|x| *x <= ends[0]);
                    let row = if (1..6).contains(&gap) { &mut gaps[gap - 1] } else { &mut edge };
                    let mut limits = [0.0; 2];
                    smooth.pieces.values(smooth.piece(ends[0]), ends, &mut limits);
                    for (at, limit) in ends.iter().zip(limits) {
                        sup = sup.max((limit - target.value(*at)).abs());
                    }
                    for (at, weight) in mesh(ends[0], ends[1], &|x| f.value(x) - target.value(x)) {
                        let miss = (f.value(at) - target.value(at)).abs();
                        sup = sup.max(miss);
                        POWERS.iter().zip(row.iter_mut()).for_each(|(p, row)| *row += weight * miss.powf(*p));
                    }
                }
                let score = scores(&f, (&X, &Y), target, domain).unwrap();
                let close = |column: &str, want: f64, digits: f64| {
                    let got = score(column).unwrap();
                    let case = format!("{estimator} {given:?} {name} {domain} {column}");
                    assert!((got - want).abs() < digits * want, "{case}: {got}, not {want}");
                };
                for (k, suffix) in NAMES.iter().enumerate() {
                    let total = gaps.iter().map(|gap| gap[k]).sum::<f64>() + edge[k];
                    close(&format!("risk_{suffix}"), total, 2e-7);
                    close(
                        &format!("gap_max_{suffix}"),
                        gaps.iter().map(|gap| gap[k]).fold(0.0, f64::max),
                        2e-7,
                    );
                    if domain == Domain::Unit {
                        close(&format!("edge_{suffix}"), edge[k], 2e-7);
                    }
                }
                close("risk_sup", sup, 1e-5);
                assert!(score("risk_sup").unwrap() >= sup * (1.0 - 1e-13));
                assert!(score("quadrature_error").unwrap() < 1e-9, "{estimator} {given:?} {name}");
            }
        }
    }
}

/// Between two points lie a thousand periods: none is missed.
#[test]
fn fast_sines_are_seen_whole() {
    let (x, y) = ([0.0, 1.0], [0.5, 0.5]);
    let f = fit("nearest", &[("k", Value::Whole(2))], &x, &y);
    let sine = target_of("sine", &[("frequency", Value::Real(1000.0))]);
    let score = scores(&f, (&x, &y), sine, Domain::Hull).unwrap();
    assert!((score("risk_sup").unwrap() - 1.5).abs() < 1e-14);
    assert!((score("risk_l2").unwrap() - 0.75).abs() < 1e-12);
    assert!((score("gap_max_l2").unwrap() - 0.75).abs() < 1e-12);
}

#[test]
fn scores_that_are_not_finite_are_a_typed_error() {
    let (x, y) = ([0.0, 0.5, 1.0], [1e200, -1e200, 1e200]);
    for (name, given) in [("nearest", Vec::new()), ("shepard", vec![("beta", Value::Real(2.0))])] {
        let f = fit(name, &given, &x, &y);
        let zero = target_of("zero", &[]);
        assert_eq!(scores(&f, (&x, &y), zero, Domain::Unit).err(), Some(Degenerate::Overflow));
    }
    // A polynomial of high degree far beyond its data.
    let x: Vec<f64> = (0..4).map(|i| 0.499 + 0.0005 * f64::from(i)).collect();
    let f = fit("polynomial", &[("degree", Value::Whole(700))], &x, &[1.0, -1.0, 1.0, -1.0]);
    for risk in [Risk::lp(1.0).unwrap(), Risk::Sup] {
        let zero = target_of("zero", &[]);
        let scored = Scorer::new(Criteria::risks(&[risk], Domain::Unit), zero).score(
            (&x, &[1.0, -1.0, 1.0, -1.0]),
            (&f, Report::default()),
            None,
            &mut Vec::new(),
        );
        assert_eq!(scored, Err(Degenerate::Overflow), "{risk}");
    }
}

/// Zeros that no node of a rule sees are found whatever the other exponents: p = 1 alone has what it has beside others.
#[test]
fn odd_powers_do_not_depend_on_what_they_are_asked_with() {
    let zero = || target_of("zero", &[]);
    for (name, given) in [("cubic_spline", Vec::new()), ("polynomial", vec![("degree", Value::Whole(29))])] {
        for trial in 0..3 {
            let (x, y) = sample("uniform", 100, trial);
            let f = fit(name, &given, &x, &y);
            let all = scores(&f, (&x, &y), zero(), Domain::Hull).unwrap();
            for p in [1.0, 3.0] {
                let risk = [Risk::lp(p).unwrap()];
                let mut alone = Vec::new();
                Scorer::new(Criteria::risks(&risk, Domain::Hull), zero())
                    .score((&x, &y), (&f, Report::default()), None, &mut alone)
                    .unwrap();
                let (alone, want) = (alone[FIRST_RISK].unwrap(), all(&format!("risk_l{p}")).unwrap());
                assert!((alone - want).abs() < 1e-9 * want, "{name} {trial} p {p}: {alone} {want}");
            }
        }
    }
}
