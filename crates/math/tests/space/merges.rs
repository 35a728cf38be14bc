//! Ensembles and merged fits: against their members, twins and published figures.

use super::kin::{agrees, mean, near, real, whole, word};
use super::{choice, fit, normals, plane, rng, twin};
use tempered_math::catalogue::Value;
use tempered_math::sample::Degenerate;
use tempered_math::space::estimator::CATALOGUE;
use tempered_math::space::{Points, Predictor};

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
fn any_estimator_may_be_the_member() {
    let (n, d) = (24, 6);
    let (x, y) = (normals(&mut rng(17), n * d), normals(&mut rng(18), n));
    let with = |scheme, more: super::Arguments<'_>| {
        let given = [&[whole("members", 3), whole("points", 8), word("scheme", scheme)], more].concat();
        fit(&choice(CATALOGUE, "ensemble", &given), d, &x, &y).unwrap().0
    };
    // Ridge as a member has the bits that it has without a name, whatever the parts.
    for scheme in ["disjoint", "subsample", "bootstrap"] {
        for weights in ["equal", "stacked"] {
            let alone = with(scheme, &[word("weights", weights), real("lambda", 0.3)]);
            let named = [word("weights", weights), word("member", "ridge"), real("lambda", 0.3)];
            assert_eq!(plane(&with(scheme, &named)), plane(&alone), "{scheme} {weights}");
        }
    }
    // Parts that are known: the mean of what the member says of each.
    let lasso = [word("member", "lasso"), real("lambda", 0.1), ("intercept", Value::Flag(true))];
    let (mut mean, mut at_zero) = (vec![0.0; d], 0.0);
    for part in 0..3 {
        let of = choice(CATALOGUE, "lasso", &lasso[1..]);
        let (one, _) = fit(&of, d, &x[part * 8 * d..][..8 * d], &y[part * 8..][..8]).unwrap();
        mean.iter_mut().zip(plane(&one).0).for_each(|(mean, w)| *mean += w / 3.0);
        at_zero += plane(&one).1 / 3.0;
    }
    let lassos = with("disjoint", &lasso);
    assert!(near(plane(&lassos).0, &mean, 1e-14) && (plane(&lassos).1 - at_zero).abs() < 1e-14);
    // Bootstraps of interpolants: points that come again are met, not too much for the system.
    for member in ["basis_pursuit", "least_squares"] {
        let (n, d) = (6, 20);
        let (x, y) = (normals(&mut rng(21), n * d), normals(&mut rng(22), n));
        let given = [whole("members", 200), word("scheme", "bootstrap"), word("member", member)];
        assert!(fit(&choice(CATALOGUE, "ensemble", &given), d, &x, &y).is_ok(), "{member}");
    }
}

#[test]
fn sums_of_functions_have_the_gradients_and_values_of_their_members() {
    let (n, d, at) = (24, 2, [0.1, -0.2]);
    let (x, y) = (normals(&mut rng(61), n * d), normals(&mut rng(62), n));
    let point = Points::new(d, &at).unwrap();
    for (name, given) in [("local_linear", whole("k", 6)), ("nearest", whole("k", 2))] {
        let of = [whole("members", 3), word("member", name), given.clone()];
        let (ensemble, _) = fit(&choice(CATALOGUE, "ensemble", &of), d, &x, &y).unwrap();
        let (mut value, mut slope) = (0.0, vec![0.0; d]);
        let mut has_slope = true;
        for part in 0..3 {
            let of = choice(CATALOGUE, name, std::slice::from_ref(&given));
            let (one, _) = fit(&of, d, &x[part * 8 * d..][..8 * d], &y[part * 8..][..8]).unwrap();
            let mut own = vec![0.0; d];
            has_slope &= one.gradients(point, &mut own);
            value += one.value(&at) / 3.0;
            slope.iter_mut().zip(&own).for_each(|(slope, own)| *slope += own / 3.0);
        }
        assert!((ensemble.value(&at) - value).abs() < 1e-14, "{name}");
        let mut found = vec![0.0; d];
        assert_eq!(ensemble.gradients(point, &mut found), has_slope, "{name}");
        assert!(!has_slope || near(&found, &slope, 1e-13), "{name}");
    }
}

#[test]
fn members_that_draw_have_numbers_of_their_own_and_sums_of_networks_are_networks() {
    let (n, d) = (30, 4);
    let (x, y) = (normals(&mut rng(31), n * d), normals(&mut rng(32), n));
    let features = [whole("features", 12), word("map", "relu"), real("ridge", 0.2)];
    let of = |members: u64, weights| {
        let all = [whole("members", members), whole("points", 30), word("scheme", "subsample")];
        let given = [&all[..], &[word("weights", weights), word("member", "random_features")], &features];
        fit(&choice(CATALOGUE, "ensemble", &given.concat()), d, &x, &y).unwrap().0
    };
    let Predictor::Function(network) = of(5, "stacked") else { panic!("no function") };
    let units = network.relu().unwrap();
    assert_eq!((units.outer.len(), units.inner.len()), (60, 60 * d));
    assert_eq!(network.coefficients(), units.outer);
    // f̂ is the sum over its units, and no two of these are the same.
    let at = normals(&mut rng(33), d);
    let along = |j: usize| (0..d).map(|k| units.inner[k * 60 + j] * at[k]).sum::<f64>();
    let sum: f64 = units.outer.iter().enumerate().map(|(j, a)| a * along(j).max(0.0)).sum();
    let mut value = [0.0];
    network.values(Points::new(d, &at).unwrap(), &mut value);
    assert!((value[0] - sum).abs() < 1e-12 * sum.abs().max(1.0), "{} {sum}", value[0]);
    let mut first: Vec<f64> = units.inner[..60].to_vec();
    first.sort_by(f64::total_cmp);
    assert!(first.windows(2).all(|pair| pair[0] < pair[1]));
    // Waves are no networks; all members meet the same points as well as one does.
    let waves = [whole("features", 60), word("map", "fourier")];
    let given = [
        &[whole("members", 4), whole("points", 30), word("scheme", "subsample")][..],
        &[word("member", "random_features")],
        &waves,
    ]
    .concat();
    let (waves, _) = fit(&choice(CATALOGUE, "ensemble", &given), d, &x, &y).unwrap();
    let met = x.chunks_exact(d).zip(&y).all(|(row, y)| (waves.value(row) - y).abs() < 1e-8);
    assert!(met && matches!(&waves, Predictor::Function(sum) if sum.relu().is_none()));
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
