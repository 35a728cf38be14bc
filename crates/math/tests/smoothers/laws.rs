//! Symmetries, and samples at the ends of what numbers can hold.

use super::{beta, degree, fit, nearest, places, sample, try_fit};
use tempered_math::catalogue::Value;
use tempered_math::sample::Degenerate;

/// Values follow x and y through affine maps, reflections among them.
#[test]
fn predictors_are_affine_equivariant() {
    let (x, y) = sample("uniform", 12, 31);
    let cases: [(&str, Vec<(&str, Value)>); 8] = [
        ("nearest", nearest(1).to_vec()),
        ("nearest", nearest(4).to_vec()),
        ("shepard", beta(1.0).to_vec()),
        ("shepard", beta(2.7).to_vec()),
        ("cubic_spline", Vec::new()),
        ("cubic_spline", vec![("ends", Value::Word("clamp"))]),
        ("polynomial", degree(4).to_vec()),
        ("polynomial", degree(40).to_vec()),
    ];
    for (name, given) in cases {
        let f = fit(name, &given, &x, &y);
        for (scale, shift) in [(0.37, 5.1), (-123.0, 7.0)] {
            let (mut moved, mut labels): (Vec<f64>, Vec<f64>) =
                x.iter().zip(&y).map(|(x, y)| (scale * x + shift, 0.5 - 3.0 * y)).unzip();
            if scale < 0.0 {
                moved.reverse();
                labels.reverse();
            }
            let g = fit(name, &given, &moved, &labels);
            let inside = places(60).into_iter().filter(|at| *at > x[0] && *at < x[11]);
            for at in inside {
                let (got, want) = (g.value(scale * at + shift), 0.5 - 3.0 * f.value(at));
                // The interpolant of least size is that of the origin of y alone; it is only scaled.
                let want = if name == "polynomial" && given[0].1 == Value::Whole(40) {
                    let scaled: Vec<f64> = y.iter().map(|y| 0.5 - 3.0 * y).collect();
                    fit(name, &given, &x, &scaled).value(at)
                } else {
                    want
                };
                assert!(
                    (got - want).abs() < 1e-8 * (1.0 + want.abs()),
                    "{name} {given:?} at {at}: {got} {want}"
                );
            }
        }
    }
}

#[test]
fn extreme_samples_have_typed_errors_or_finite_values() {
    let cases: [(&str, Vec<(&str, Value)>); 9] = [
        ("nearest", nearest(1).to_vec()),
        ("nearest", nearest(2).to_vec()),
        ("shepard", beta(0.1).to_vec()),
        ("shepard", beta(2.0).to_vec()),
        ("shepard", beta(1e9).to_vec()),
        ("cubic_spline", Vec::new()),
        ("polynomial", degree(0).to_vec()),
        ("polynomial", degree(1).to_vec()),
        ("polynomial", degree(9).to_vec()),
    ];
    let samples: [(&[f64], &[f64]); 9] = [
        (&[0.0, 1.0], &[1.0, 2.0]),
        (&[0.0, 5e-324], &[1.0, 2.0]),
        (&[0.0, 1e-300, 1.0], &[1.0, -1.0, 1.0]),
        (&[0.3, 0.3 + f64::EPSILON / 4.0, 0.9], &[1.0, 2.0, 3.0]),
        (&[0.0, 0.5, 1.0], &[1e300, -1e300, 1e300]),
        (&[0.0, 0.5, 1.0], &[f64::MAX, -f64::MAX, f64::MAX]),
        (&[0.0, 0.5, 1.0], &[1e-300, -5e-324, 0.0]),
        (&[-f64::MAX, 0.0, f64::MAX], &[1.0, 2.0, 1.0]),
        (&[0.0, 0.5, 1.0], &[0.0, 0.0, 0.0]),
    ];
    let mut fitted = 0;
    for (name, given) in &cases {
        for (x, y) in samples {
            match try_fit(name, given, x, y) {
                Err(why) => {
                    assert!(matches!(why, Degenerate::Overflow | Degenerate::IllConditioned), "{why}")
                }
                Ok((f, _)) => {
                    fitted += 1;
                    let near = x.iter().map(|x| x.next_up()).chain(x.iter().copied());
                    for at in near.chain((0..=20).map(|i| f64::from(i) / 20.0)).filter(|at| at.is_finite()) {
                        let inside = at >= x[0] && at <= x[x.len() - 1];
                        assert!(
                            !f.value(at).is_nan() && (!inside || f.value(at).is_finite()),
                            "{name} {given:?} {x:?} {y:?} at {at}"
                        );
                    }
                }
            }
        }
    }
    assert!(fitted >= 50, "{fitted}");
    assert_eq!(try_fit("nearest", &nearest(3), &[0.0, 1.0], &[0.0, 1.0]).unwrap_err(), Degenerate::Scarce);
    let (x, y) = sample("uniform", 80, 1);
    assert_eq!(try_fit("polynomial", &degree(79), &x, &y).unwrap_err(), Degenerate::IllConditioned);
}
