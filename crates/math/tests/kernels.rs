//! Kernel regression against dense solves in twice the precision, its formulas, and its limits.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod twin;

use tempered_math::catalogue::Choice;
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Exponent, Risk};
use tempered_math::sample::Degenerate;
use tempered_math::score::{Criteria, FIRST_RISK, Scorer};
use tempered_math::seed::{Key, Purpose};
use tempered_math::theory::Setting;
use tempered_math::{design, estimator, noise, target};
use twin::Kernel::{self, Gaussian, Laplace, Matern3, Matern5};
use twin::{apart, fit, noisy, probes, try_fit};

/// Measured: 1e-14 as a rule, 5e-13 at worst, for large ridges and bandwidths.
#[test]
fn linear_time_agrees_with_the_dense_solve() {
    for kernel in [Laplace, Matern3, Matern5] {
        for n in [2, 3, 10, 50] {
            let (x, y) = noisy(n, 1);
            for h in [0.01, 0.3, 7.0] {
                for ridge in [0.0, 1e-9, 1e-2, 100.0] {
                    let miss = apart(kernel, (h, ridge), &x, &y);
                    assert!(miss < 1e-12, "{kernel:?} n {n} h {h} ridge {ridge}: {miss:e}");
                }
            }
        }
    }
}

#[test]
fn clusters_of_points_lose_nothing() {
    for kernel in [Laplace, Matern3, Matern5] {
        for (gap, cluster) in
            [(1e-10, vec![0.0, 1.0]), (1e-5, vec![0.0, 1.0, 2.2]), (1e-3, vec![0.0, 1.0, 2.2, 3.0])]
        {
            let mut x = vec![0.1, 0.2, 0.35];
            x.extend(cluster.iter().map(|t| 0.5 + gap * t));
            x.extend([0.7, 0.9, 0.95]);
            let (_, y) = noisy(x.len(), 3);
            for (h, ridge) in [(0.1, 0.0), (2.0, 0.0), (0.1, 1e-6), (2.0, 1.0)] {
                // What the twin leaves of its 32 digits.
                let miss = apart(kernel, (h, ridge), &x, &y);
                assert!(miss < 1e-8, "{kernel:?} gap {gap} h {h} ridge {ridge}: {miss:e}");
            }
        }
    }
}

/// Every point is a row of the twin's system, whether others share its x or not.
#[test]
fn points_at_one_x_are_rows_of_the_system() {
    for kernel in [Laplace, Matern3, Matern5, Gaussian] {
        for (n, group) in [(2, 3), (3, 1), (10, 2), (10, 7), (25, 2)] {
            let (places, _) = noisy(n, 11);
            // Groups of one, two, … points, the largest at both ends.
            let counts = (0..n).map(|k| if k == 0 || k == n - 1 { group } else { 1 + k % group });
            let x: Vec<f64> =
                places.iter().zip(counts).flat_map(|(x, count)| std::iter::repeat_n(*x, count)).collect();
            let (_, y) = noisy(x.len(), 12);
            for h in [0.01, 0.3, 7.0] {
                for ridge in [1e-9, 1e-2, 1.0, 100.0] {
                    let case = format!("{kernel:?} n {n} of {} h {h} ridge {ridge}", x.len());
                    if kernel == Gaussian && ridge < 1e-6 {
                        continue;
                    }
                    let miss = apart(kernel, (h, ridge), &x, &y);
                    assert!(miss < if kernel == Gaussian { 1e-8 } else { 1e-12 }, "{case}: {miss:e}");
                    // Weights of next to no ridge are large, and cancel.
                    if ridge >= 1e-2 {
                        let predictor = fit(&kernel.choice(h, ridge), &x, &y);
                        units_are_the_predictor(kernel, &predictor, &x, 1e-13, &case);
                    }
                }
            }
        }
    }
}

#[test]
fn the_dense_kernel_agrees_where_it_does_not_refuse() {
    for (n, h, ridge) in [(2, 7.0, 0.0), (10, 0.02, 0.0), (60, 0.001, 0.0), (60, 0.3, 1e-3), (60, 7.0, 1.0)] {
        let (x, y) = noisy(n, 1);
        let miss = apart(Gaussian, (h, ridge), &x, &y);
        assert!(miss < 1e-8, "n {n} h {h} ridge {ridge}: {miss:e}");
    }
}

#[test]
fn the_dense_kernel_tells_its_rank_and_refuses_to_go_without() {
    let (x, y) = noisy(40, 1);
    let rank = |h, ridge| try_fit(&Gaussian.choice(h, ridge), &x, &y).map(|(_, report)| report.rank.unwrap());
    assert_eq!(rank(1e-3, 0.0), Ok(40));
    assert!((5..25).contains(&rank(0.5, 1e-3).unwrap()));
    for h in [0.1, 0.5, 7.0, 1e9] {
        assert_eq!(rank(h, 0.0), Err(Degenerate::IllConditioned), "{h}");
    }
    assert_eq!(rank(0.5, 1e-15), Err(Degenerate::IllConditioned));
}

#[test]
fn interpolants_meet_their_points() {
    for n in [2, 5, 60, 2000] {
        let (x, y) = noisy(n, 4);
        for kernel in [Laplace, Matern3, Matern5] {
            for h in [1e-6, 0.1, 7.0] {
                let miss = fit(&kernel.choice(h, 0.0), &x, &y).train_error(&x, &y);
                assert_eq!(miss, 0.0, "{kernel:?} n {n} h {h}");
            }
        }
    }
    let (x, y) = noisy(30, 4);
    assert!(fit(&Gaussian.choice(0.005, 0.0), &x, &y).train_error(&x, &y) < 1e-8);
}

/// Both pieces at a data point have its value.
#[test]
fn pieces_join() {
    let (x, y) = noisy(40, 5);
    for kernel in [Laplace, Matern3, Matern5] {
        for ridge in [0.0, 0.1] {
            let predictor = fit(&kernel.choice(0.05, ridge), &x, &y);
            let Predictor::Smooth(smooth) = &predictor else { panic!("not smooth") };
            for (i, at) in x.iter().enumerate() {
                let value = |piece: usize, at: f64| {
                    let mut out = [0.0];
                    smooth.pieces.values(piece, &[at], &mut out);
                    out[0]
                };
                let (left, right) = (value(i, *at), value(i + 1, *at));
                assert!((left - right).abs() <= 1e-14 * (1.0 + left.abs()), "{kernel:?} {i}: {left} {right}");
            }
        }
    }
}

#[test]
fn stored_units_are_the_predictor() {
    let (x, y) = noisy(25, 6);
    for kernel in [Laplace, Matern3, Matern5, Gaussian] {
        for ridge in [0.0, 1e-3, 10.0] {
            let predictor = fit(&kernel.choice(0.004, ridge), &x, &y);
            units_are_the_predictor(kernel, &predictor, &x, 0.0, &format!("{kernel:?} ridge {ridge}"));
        }
    }
}

/// `rounding`: what may be lost of the sum of the weights' sizes.
fn units_are_the_predictor(kernel: Kernel, predictor: &Predictor, x: &[f64], rounding: f64, case: &str) {
    let Predictor::Smooth(smooth) = predictor else { panic!("not smooth") };
    let units = smooth.pieces.units();
    let slack = 1e-9 + rounding * units.outer.iter().map(|outer| outer.abs()).sum::<f64>();
    for at in probes(x) {
        let terms = units.outer.iter().zip(units.inner.iter().zip(&units.bias));
        let terms = terms.map(|(outer, (inner, bias))| outer * kernel.phi(inner * at + bias));
        let (sum, value) = (terms.sum::<f64>(), predictor.value(at));
        assert!((sum - value).abs() < slack, "{case} at {at}: {sum} {value}");
    }
}

/// Twice the y give twice the f̂, and twice the x and h the same f̂, to the bit; a mirror image to rounding.
#[test]
fn fits_follow_their_data() {
    let (x, y) = noisy(20, 7);
    let twice = |v: &[f64]| v.iter().map(|v| 2.0 * v).collect::<Vec<f64>>();
    let mirror = |v: &[f64], sign: f64| v.iter().rev().map(|v| sign * v).collect::<Vec<f64>>();
    for kernel in [Laplace, Matern3, Matern5, Gaussian] {
        for ridge in [0.0, 0.3] {
            let h = 0.004;
            let plain = fit(&kernel.choice(h, ridge), &x, &y);
            let taller = fit(&kernel.choice(h, ridge), &x, &twice(&y));
            let wider = fit(&kernel.choice(2.0 * h, ridge), &twice(&x), &y);
            let mirrored = fit(&kernel.choice(h, ridge), &mirror(&x, -1.0), &mirror(&y, 1.0));
            for at in probes(&x) {
                let value = plain.value(at);
                assert_eq!(taller.value(at), 2.0 * value, "{kernel:?} {ridge} at {at}");
                assert_eq!(wider.value(2.0 * at), value, "{kernel:?} {ridge} at {at}");
                assert!((mirrored.value(-at) - value).abs() < 1e-12, "{kernel:?} {ridge} at {at}");
            }
        }
    }
}

/// Whatever the scales, there is a finite predictor or a typed error.
#[test]
fn extremes_have_finite_values_or_typed_errors() {
    let samples: [(&[f64], &[f64]); 7] = [
        (&[0.0, 1.0], &[1.0, -1.0]),
        (&[0.0, 1e-12, 1.0], &[1e300, -1e300, 1e300]),
        (&[0.0, 0.5, 1.0], &[1e300, -1e300, 1e300]),
        (&[0.0, 1e-300, 1.0], &[1.0, 1.0, 0.0]),
        (&[0.0, 5e-324], &[1.0, 2.0]),
        (&[-1.7e308, 0.0, 1.7e308], &[1.0, 2.0, -1.0]),
        (&[0.0, 1.0, 2.0], &[0.0, 0.0, 0.0]),
    ];
    let mut fitted = 0;
    for kernel in [Laplace, Matern3, Matern5, Gaussian] {
        for (x, y) in samples {
            for h in [5e-324, 1e-300, 1e-6, 1.0, 1e6, 1e308] {
                for ridge in [0.0, 1e-300, 1.0, 1e300] {
                    let case = format!("{kernel:?} {x:?} h {h} ridge {ridge}");
                    match try_fit(&kernel.choice(h, ridge), x, y) {
                        Ok((predictor, _)) => {
                            fitted += 1;
                            let inside = x.windows(2).map(|pair| 0.5 * pair[0] + 0.5 * pair[1]);
                            for at in inside.chain(x.iter().copied()).chain([x[0] - 1.0, x[1] + 5.0]) {
                                assert!(predictor.value(at).is_finite(), "{case} at {at}");
                            }
                        }
                        Err(why) => {
                            let typed = matches!(why, Degenerate::Overflow | Degenerate::IllConditioned);
                            assert!(typed, "{case}: {why}");
                        }
                    }
                }
            }
        }
    }
    assert!(fitted > 200, "{fitted}");
    // The largest of these are no excuse where the problem is a plain one.
    for kernel in [Laplace, Matern3, Matern5, Gaussian] {
        let predictor = fit(&kernel.choice(0.1, 0.0), samples[2].0, samples[2].1);
        assert_eq!(predictor.value(0.5), -1e300, "{kernel:?}");
    }
}

/// R_2 of a fit to standard normal noise on the hull.
fn risk(choice: &Choice, x: &[f64], y: &[f64]) -> f64 {
    let (predictor, report) = try_fit(choice, x, y).unwrap();
    let zero = target::CATALOGUE.iter().find(|entry| entry.name == "zero").unwrap();
    let zero = Choice::new(zero, &[]).unwrap().build(target::CATALOGUE).unwrap();
    let mut scores = Vec::new();
    let mut scorer =
        Scorer::new(Criteria::risks(&[Risk::Lp(Exponent::new(2.0).unwrap())], Domain::Hull), zero);
    scorer.score((x, y), (&predictor, report), None, &mut scores).unwrap();
    scores[FIRST_RISK].unwrap()
}

/// Mean and standard error over training sets of R_2, less what its gaps let expect.
fn excess(n: usize, h: f64, trials: u64, expected: impl Fn(&[f64]) -> f64) -> (f64, f64) {
    let entry = noise::CATALOGUE.iter().find(|entry| entry.name == "normal").unwrap();
    let normal = Choice::new(entry, &[]).unwrap().build(noise::CATALOGUE).unwrap();
    let (mut sum, mut squares) = (0.0, 0.0);
    for trial in 0..trials {
        let (x, mut y) = noisy(n, trial);
        normal.fill(&mut Key::new(8, "kernels", Purpose::Noise).trial(trial), &mut y);
        let miss = risk(&Laplace.choice(h, 0.0), &x, &y) - expected(&x);
        (sum, squares) = (sum + miss, squares + miss * miss);
    }
    let (count, mean) = (trials as f64, sum / trials as f64);
    (mean, ((squares / count - mean * mean) / count).sqrt())
}

/// E ∫ f̂² over a gap is h coth a − ℓ csch² a, a = ℓ/h.
#[test]
fn the_laplace_kernels_risk_is_that_of_its_gaps() {
    let gap = |length: f64, h: f64| {
        let a = length / h;
        // The formula's terms cancel to 2ℓ/3 where a is small.
        if a < 1e-4 { length * 2.0 / 3.0 } else { h / libm::tanh(a) - length / libm::sinh(a).powi(2) }
    };
    for h in [0.02, 0.2, 5.0] {
        let expected = |x: &[f64]| x.windows(2).map(|pair| gap(pair[1] - pair[0], h)).sum();
        let (mean, error) = excess(15, h, 2000, expected);
        assert!(mean.abs() < 4.0 * error && error < 0.02, "h {h}: {mean} ± {error}");
    }
}

#[test]
fn the_laplace_kernels_risk_settles_at_two_thirds() {
    let entry = noise::CATALOGUE.iter().find(|entry| entry.name == "normal").unwrap();
    let noise = Choice::new(entry, &[]).unwrap();
    let uniform =
        Choice::new(design::CATALOGUE.iter().find(|entry| entry.name == "uniform").unwrap(), &[]).unwrap();
    let zero =
        Choice::new(target::CATALOGUE.iter().find(|entry| entry.name == "zero").unwrap(), &[]).unwrap();
    let setting = Setting { design: &uniform, target: &zero, noise: &noise, p: 2.0, domain: Domain::Unit };
    let limit = estimator::known(&Laplace.choice(0.5, 0.0), &setting).unwrap().limit.unwrap();
    assert!((limit - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!(estimator::known(&Laplace.choice(0.5, 0.1), &setting), None);
    let (mean, error) = excess(2000, 0.5, 60, |x| limit * (x[x.len() - 1] - x[0]));
    assert!(mean.abs() < 4.0 * error && error < 0.005, "{mean} ± {error}");
}
