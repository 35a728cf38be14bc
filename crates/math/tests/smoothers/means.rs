//! Nearest neighbours and Shepard's means against slow twins.

use super::{beta, fit, nearest, places, sample};
use tempered_math::predictor::Predictor;

#[test]
fn neighbours_are_those_of_a_full_search() {
    for n in [2, 3, 7, 20, 61] {
        let (x, y) = sample("uniform", n, n as u64);
        for k in [1, 2, 3, 5, 19, n].into_iter().filter(|k| *k <= n) {
            let f = fit("nearest", &nearest(k as u64), &x, &y);
            for at in places(200) {
                let mut order: Vec<usize> = (0..n).collect();
                order.sort_by(|i, j| (x[*i] - at).abs().total_cmp(&(x[*j] - at).abs()));
                let want = order[..k].iter().map(|i| y[*i]).sum::<f64>() / k as f64;
                assert!((f.value(at) - want).abs() < 1e-14, "n {n} k {k} at {at}");
            }
            assert!(k > 1 || f.train_error(&x, &y) == 0.0);
        }
    }
}

#[test]
fn equally_far_labels_yield_to_the_right_and_merged_midpoints_hold_no_piece() {
    let f = fit("nearest", &nearest(1), &[0.0, 1.0, 2.0], &[1.0, 2.0, 3.0]);
    assert_eq!((f.value(0.5), f.value(1.5)), (2.0, 3.0));
    // Neighbouring floating-point numbers: there is no number between.
    let x: Vec<f64> = (0..9).map(|i| f64::from_bits(0.3f64.to_bits() + i)).collect();
    let y: Vec<f64> = (0..9).map(f64::from).collect();
    assert_eq!(fit("nearest", &nearest(1), &x, &y).train_error(&x, &y), 0.0);
    // Midpoints of both windows' ends round to one number.
    let x = [0.3, f64::from_bits(0.3f64.to_bits() + 1), 0.9, f64::from_bits(0.9f64.to_bits() + 1)];
    let Predictor::Smooth(steps) = fit("nearest", &nearest(2), &x, &[1.0, 2.0, 3.0, 4.0]) else { panic!() };
    assert!(steps.breaks.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!((steps.value(0.5), steps.value(0.7)), (1.5, 3.5));
}

/// One large label spoils its own windows alone.
#[test]
fn windows_without_a_large_label_keep_their_digits() {
    let x: Vec<f64> = (0..12).map(f64::from).collect();
    let y: Vec<f64> = (0..12).map(|i| if i == 4 { 1e300 } else { f64::from(i) }).collect();
    let f = fit("nearest", &nearest(3), &x, &y);
    assert_eq!((f.value(1.0), f.value(6.0), f.value(9.0)), (1.0, 6.0, 9.0));
}

/// Σ_i y_i Π_{j≠i} d_j^β / Σ_i Π_{j≠i} d_j^β: products of distances in place of quotients.
#[test]
fn shepards_means_are_quotients_of_products() {
    for n in [2, 3, 6, 11] {
        let (x, y) = sample("uniform", n, 40 + n as u64);
        for b in [0.3, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.7, 6.0, 8.0, 10.0] {
            let f = fit("shepard", &beta(b), &x, &y);
            for at in places(100) {
                let products: Vec<f64> = (0..n)
                    .map(|i| (0..n).filter(|j| *j != i).map(|j| (at - x[j]).abs().powf(b)).product())
                    .collect();
                let weighted: f64 = products.iter().zip(&y).map(|(w, y)| w * y).sum();
                let want = weighted / products.iter().sum::<f64>();
                assert!((f.value(at) - want).abs() < 2e-13, "n {n} β {b} at {at}: {} {want}", f.value(at));
            }
            assert_eq!(f.train_error(&x, &y), 0.0);
        }
    }
}

#[test]
fn shepards_means_are_stable_next_to_data_and_for_large_powers() {
    let (x, y) = sample("uniform", 30, 5);
    for b in [0.5, 2.0, 7.3, 60.0, 1e6] {
        let f = fit("shepard", &beta(b), &x, &y);
        let near = f64::from_bits(x[7].to_bits() + 1);
        let slack = if b < 1.0 { 1e-5 } else { 1e-12 };
        assert!((f.value(near) - y[7]).abs() < slack, "β {b}");
        let (low, high) = y.iter().fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(*y), high.max(*y)));
        assert!(places(300).iter().all(|at| (low..=high).contains(&f.value(*at))), "β {b}");
    }
    // Large powers single out the nearest point.
    let (sharp, steps) = (fit("shepard", &beta(1e6), &x, &y), fit("nearest", &nearest(1), &x, &y));
    assert!(places(300).iter().all(|at| (sharp.value(*at) - steps.value(*at)).abs() < 1e-9));
}
