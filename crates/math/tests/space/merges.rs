//! Ensembles and merged fits: against their members, twins and published figures.

use super::kin::{agrees, mean, near, real, whole, word};
use super::{choice, fit, normals, plane, rng, twin};
use tempered_math::catalogue::Value;
use tempered_math::sample::Degenerate;
use tempered_math::space::Predictor;
use tempered_math::space::estimator::CATALOGUE;

#[test]
fn ensembles_are_means_of_their_members() {
    let (n, d) = (12, 5);
    let (x, y) = (normals(&mut rng(7), n * d), normals(&mut rng(8), n));
    let disjoint = choice(CATALOGUE, "ensemble", &[whole("members", 3), real("lambda", 0.3)]);
    let (predictor, _) = fit(&disjoint, d, &x, &y).unwrap();
    let mut mean = vec![0.0; d];
    for part in 0..3 {
        let (w, _) =
            twin::ridge(d, &x[part * 4 * d..(part + 1) * 4 * d], &y[part * 4..(part + 1) * 4], 0.3, false);
        mean.iter_mut().zip(&w).for_each(|(mean, w)| *mean += w / 3.0);
    }
    assert!(near(plane(&predictor).0, &mean, 1e-11));
    // One member of all points is the fit itself, and one subsample of all points as well.
    let all = twin::ridge(d, &x, &y, 0.3, true);
    for scheme in ["disjoint", "subsample"] {
        let given = [
            whole("members", 1),
            whole("points", 12),
            word("scheme", scheme),
            real("lambda", 0.3),
            ("intercept", Value::Flag(true)),
        ];
        let (one, _) = fit(&choice(CATALOGUE, "ensemble", &given), d, &x, &y).unwrap();
        assert!(near(plane(&one).0, &all.0, 1e-11) && (plane(&one).1 - all.1).abs() < 1e-11);
    }
    // Stacked shares sum to 1, and no other such shares have fewer squares.
    let squares = |predictor: &Predictor| -> f64 {
        x.chunks_exact(d).zip(&y).map(|(row, y)| (predictor.value(row) - y).powi(2)).sum()
    };
    let given = |weights| [whole("members", 3), word("weights", weights), real("lambda", 0.3)];
    let (stacked, _) = fit(&choice(CATALOGUE, "ensemble", &given("stacked")), d, &x, &y).unwrap();
    let (equal, _) = fit(&choice(CATALOGUE, "ensemble", &given("equal")), d, &x, &y).unwrap();
    assert!(squares(&stacked) < squares(&equal));
    let toward = |t: f64| {
        let weights = plane(&stacked).0.iter().zip(plane(&equal).0).map(|(s, e)| s + t * (e - s)).collect();
        squares(&Predictor::Linear { weights, intercept: 0.0 })
    };
    assert!((toward(1e-4) - toward(-1e-4)).abs() < 1e-10 * toward(0.0), "the slope is 0");
    // Parts that ask for more than there is; interpolants of one sample decide no shares.
    let refused = |given: super::Arguments<'_>| fit(&choice(CATALOGUE, "ensemble", given), d, &x, &y).err();
    assert_eq!(refused(&[whole("members", 13)]), Some(Degenerate::Scarce));
    assert_eq!(refused(&[whole("members", 3), whole("points", 5)]), Some(Degenerate::Scarce));
    let twice =
        [whole("members", 2), whole("points", 12), word("scheme", "subsample"), word("weights", "stacked")];
    assert_eq!(refused(&twice), Some(Degenerate::IllConditioned));
}

#[test]
fn bootstrap_parts_count_points_as_often_as_they_come() {
    // Few points: the mean over many bootstraps of a mean through the origin, x = 1.
    let (x, y) = ([1.0; 4], [1.0, 2.0, 3.0, 10.0]);
    let given = [whole("members", 20_000), word("scheme", "bootstrap")];
    let (predictor, _) = fit(&choice(CATALOGUE, "ensemble", &given), 1, &x, &y).unwrap();
    assert!((plane(&predictor).0[0] - 4.0).abs() < 0.06);
    // With an intercept the mean of y is the intercept, points that are drawn again included.
    let given = [
        whole("members", 5000),
        word("scheme", "bootstrap"),
        ("intercept", Value::Flag(true)),
        real("lambda", 1.0),
    ];
    let (predictor, _) = fit(&choice(CATALOGUE, "ensemble", &given), 1, &x, &y).unwrap();
    assert!((plane(&predictor).1 - 4.0).abs() < 0.12 && plane(&predictor).0[0].abs() < 1e-12);
}

#[test]
fn ensembles_have_their_published_risks() {
    for (members, figure) in [(1, 1.290), (4, 0.592), (10, 0.453)] {
        let given = [whole("members", members), whole("points", 20)];
        let n = 20 * members as usize;
        let risk = mean(&choice(CATALOGUE, "ensemble", &given), (n, 50), 1.0, 1.0, 200);
        agrees("disjoint parts", risk, figure, 0.002);
    }
    for (points, figure) in [(10, 0.866), (40, 0.872)] {
        let given = [whole("members", 100), whole("points", points), word("scheme", "subsample")];
        let risk = mean(&choice(CATALOGUE, "ensemble", &given), (60, 120), 1.0, 1.0, 30);
        agrees("subsamples", risk, figure, 0.01);
    }
}

#[test]
fn merged_fits_are_pooled_least_squares() {
    for (n, d, parts) in [(40, 7, 4), (30, 20, 3), (12, 20, 4), (13, 4, 3)] {
        let (x, y) = (normals(&mut rng(9), n * d), normals(&mut rng(10), n));
        let (merged, _) = fit(&choice(CATALOGUE, "regmean", &[whole("parts", parts)]), d, &x, &y).unwrap();
        let used = n / parts as usize * parts as usize;
        let (pooled, _) = twin::ridge(d, &x[..used * d], &y[..used], 0.0, false);
        assert!(near(plane(&merged).0, &pooled, 1e-9), "{n} {d} {parts}");
    }
    assert_eq!(
        fit(&choice(CATALOGUE, "regmean", &[whole("parts", 9)]), 1, &[1.0], &[1.0]).err(),
        Some(Degenerate::Scarce)
    );
    for ((n, d), merge, plain) in [((120, 10), 0.0917, 0.1316), ((40, 20), 1.053, 0.278)] {
        let merged = mean(&choice(CATALOGUE, "regmean", &[whole("parts", 4)]), (n, d), 1e-12, 1.0, 500);
        agrees("regmean", merged, merge, 0.0);
        let means = mean(&choice(CATALOGUE, "ensemble", &[whole("members", 4)]), (n, d), 1e-12, 1.0, 500);
        agrees("plain mean", means, plain, 0.004);
    }
}
