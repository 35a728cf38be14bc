//! Studies of estimators that are programs: networks of scikit-learn and PyTorch, and mixup.

use crate::study::Study;

/// The spline has E R_2 = ⅔ E(hull) = ⅔(n − 1)/(n + 1). scikit-learn's L-BFGS fits four points and comes to rest long before it fits 32;
/// PyTorch's fits four and eight better, and eight not exactly.
#[test]
#[ignore = "slow"]
fn networks() {
    let study = Study::ran("networks", &["numpy", "scikit-learn", "torch"]);
    let study = study.analyzed(&["--quantity", "risk_l2", "--quantity", "train_rms"]);
    for n in [4.0, 8.0, 16.0, 32.0] {
        let spline = 2.0 / 3.0 * (n - 1.0) / (n + 1.0);
        study.risk("spline", 2.0, n).is(spline, 0.0, &format!("spline, n = {n}"));
    }
    let rms = |network: &str, n: f64| study.mean("train_rms", n, &[("estimator", network.into())]).value;
    assert!(rms("scikit_learn", 4.0) < 0.2 && rms("scikit_learn", 32.0) > 0.4);
    assert!(rms("pytorch", 4.0) < rms("scikit_learn", 4.0) && rms("pytorch", 8.0) < rms("scikit_learn", 8.0));
    assert!(rms("pytorch", 8.0) > 0.05);
}

/// R_2 of one neighbour of unmixed points is the variance of the noise. Where all points mix, a mixture of weight λ has noise of variance
/// s = λ² + (1 − λ)² and the law N(0, sI), so that R_2 tends to E_x[∫ e^{−|x|²/2s} dλ / ∫ e^{−|x|²/2s} dλ/s] = 0.682.
#[test]
#[ignore = "slow"]
fn neighbour_mixup() {
    let study = Study::ran("neighbour-mixup", &["numpy", "scikit-learn"]);
    let risk =
        |target: &str, neighbours: f64| study.mean("risk_l2", neighbours, &[("target", target.into())]);
    risk("zero", 0.0).is(1.0, 0.0, "the data as they are");
    let grid: Vec<f64> = (0..500).map(|i| (f64::from(i) + 0.5) / 500.0).collect();
    // |x|²/2 has the exponential law.
    let at = |tail: &f64| {
        let weights = grid
            .iter()
            .map(|share| share * share + (1.0 - share) * (1.0 - share))
            .map(|s| (s, (tail.ln() / s).exp()));
        let (above, below) = weights.fold((0.0, 0.0), |(above, below), (s, w)| (above + w, below + w / s));
        above / below
    };
    let limit = grid.iter().map(at).sum::<f64>() / 500.0;
    // The mean of s at nearest mixtures, without labels, is 0.663 ± 0.001 for 200 points and 4000 mixtures.
    risk("zero", 199.0).is_about(limit, 0.03, "all points mix");
    let square = "single_index(link=square, amplitude=1, direction=first)";
    let risks = [0.0, 4.0, 199.0].map(|neighbours| risk(square, neighbours).value);
    assert!(risks[1] < 0.85 * risks[0] && risks[1] < 0.85 * risks[2], "{risks:?}");
}
