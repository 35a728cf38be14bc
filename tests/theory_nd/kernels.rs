//! Ridgeless kernels: pure noise on spheres, by dimension.

use crate::run::{Mean, Run, median};

/// Noise of variance 1 on the sphere of radius 1 in R^d.
fn noise(sizes: &str, train: &str, trials: u64, risks: &str) -> Run {
    let generate =
        format!("{sizes}, design: {{sphere: {{radius: 1}}}}, target: zero, noise: {{normal: {{sd: 1}}}}");
    Run::new(trials, &generate, train, &format!("risks: [{risks}]"))
}

/// The median of E_ε R_2 over designs, its standard error being that of a mean times 1.25, against a figure with its own error.
fn check(run: &Run, label: &str, words: &[&str], what: &str, (figure, own): (f64, f64)) {
    let values = run.column(label, words, "risk_variance");
    let (found, error) = (median(&values), 1.25 * Mean::of(&values).error);
    println!("{what}: {found:.4} ± {error:.4}, {figure}");
    assert!(
        (found - figure).abs() < 4.0 * error + own,
        "{what}: {found} ± {error}, expected {figure} ± {own}"
    );
}

/// 2/3 on a circle, and less in every dimension more; the eigenframework has 1/D.
#[test]
#[ignore = "slow"]
fn laplace_is_tempered_by_dimension() {
    let run = noise("n: [500, 1000], d: [2, 3, 4, 5, 6]", "laplace: kernel", 24, "variance");
    // Figures are those of n from 250 to 2000, with half of what they differ.
    for (d, figure) in [(3, (0.4218, 0.0015)), (4, (0.308, 0.002)), (5, (0.2415, 0.001)), (6, (0.203, 0.001))]
    {
        for n in [500, 1000] {
            check(
                &run,
                "laplace",
                &[&format!("n={n}"), &format!("d={d}")],
                &format!("D = {}, n = {n}", d - 1),
                figure,
            );
        }
    }
    for n in [500, 1000] {
        check(&run, "laplace", &[&format!("n={n}"), "d=2"], &format!("circle, n = {n}"), (2.0 / 3.0, 0.002));
    }
}

/// The tangent kernel has the limits of Laplace, and comes from above.
#[test]
#[ignore = "slow"]
fn tangent_kernels_approach_laplace_from_above() {
    let run = noise("n: [250, 500, 1000], d: [3, 4]", "ntk: {kernel: {function: ntk}}", 24, "variance");
    for (d, figures) in [(3, [0.4376, 0.4307, 0.4246]), (4, [0.349, 0.332, 0.322])] {
        for (n, figure) in [250, 500, 1000].into_iter().zip(figures) {
            check(
                &run,
                "ntk",
                &[&format!("n={n}"), &format!("d={d}")],
                &format!("d = {d}, n = {n}"),
                (figure, 0.001),
            );
        }
    }
}

/// The Matérn kernel of smoothness 3/2 grows like ln n on a surface, and settles in three dimensions.
#[test]
#[ignore = "slow"]
fn smoother_kernels_need_more_dimensions() {
    let train = "matern: {kernel: {function: {matern: {smoothness: 1.5}}}}";
    let run = noise("n: [60, 120, 240, 480], d: [3, 4]", train, 100, "variance");
    for (d, figures) in [
        (3, [(1.84, 0.2), (2.06, 0.2), (2.40, 0.3), (2.72, 0.9)]),
        (4, [(0.876, 0.05), (0.974, 0.05), (1.022, 0.05), (1.033, 0.05)]),
    ] {
        for (n, figure) in [60, 120, 240, 480].into_iter().zip(figures) {
            check(
                &run,
                "matern",
                &[&format!("n={n}"), &format!("d={d}")],
                &format!("d = {d}, n = {n}"),
                figure,
            );
        }
    }
}

/// The Gaussian kernel of a fixed width is catastrophic.
#[test]
#[ignore = "slow"]
fn gaussians_are_catastrophic() {
    let train = "gaussian: {kernel: {function: gaussian, bandwidth: 0.7071067811865476}}";
    let run = noise("n: [10, 20, 40, 80], d: 3", train, 400, "variance, 2");
    // Medians over 400 designs of tr K⁻¹GK⁻¹ in NumPy, with G(x, x') = e⁻⁴ sinh(s)/s, s = 2 ‖x + x'‖.
    for (n, figure) in [(10, 1.76), (20, 8.30), (40, 62.0), (80, 572.0)] {
        let found = median(&run.column("gaussian", &[&format!("n={n}")], "risk_variance"));
        println!("n = {n}: {found}, {figure}");
        // Logarithms spread by 0.9 to 1.5 between designs: medians of 400 by 0.06 to 0.09.
        assert!(
            (found / figure).ln().abs() < 4.0 * 0.09 * 2f64.sqrt(),
            "n = {n}: {found}, expected {figure}"
        );
    }
}

/// n = d^a: the eigenframework with the multiplicities of the sphere, as the program has it beside its means.
#[test]
#[ignore = "slow"]
fn high_dimensions_follow_the_eigenframework() {
    for (d, sizes) in
        [(20, vec![(100, 0.332, 0.335), (400, 0.3016, 0.303)]), (40, vec![(253, 0.2421, 0.2426)])]
    {
        let list: Vec<String> = sizes.iter().map(|(n, ..)| n.to_string()).collect();
        let sizes_text = format!("n: [{}], d: {d}", list.join(", "));
        let run = noise(&sizes_text, "ntk: {kernel: {function: ntk}}", 24, "variance");
        for (n, figure, told) in sizes {
            let mean = run.mean("ntk", &[&format!("n={n}")], "risk_variance");
            // Figures have four digits at best.
            mean.is(&format!("d = {d}, n = {n}"), figure, 0.002);
            mean.is(&format!("d = {d}, n = {n}, framework"), told, 0.013);
        }
    }
}
