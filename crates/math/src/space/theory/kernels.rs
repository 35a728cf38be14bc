//! What is known of kernels and local averages.

use super::known::{number, whole, word};
use super::root::root;
use super::setting::{Growth, Setting};
use crate::catalogue::Choice;
use crate::space::kernel::{self, Degrees, Kernel};
use crate::theory::{Class, Known, moment};

/// Limits of E_ε R_2/σ² of the ridgeless Laplace kernel by the dimension D of the space that x lives in, for points with a density.
/// The first is exact; the others are medians over designs with n from 500 to 2000, within 1 %.
///
/// Near a point the kernel is −r up to smooth terms, whose interpolant of Poisson points has no scale: the limit depends on D alone.
/// The eigenframework has 1/D, which is 50, 18, 8, 5 and 3 % too high.
const LAPLACE: [f64; 5] = [2.0 / 3.0, 0.422, 0.308, 0.2415, 0.203];

/// The class of a kernel or of local averages as n grows; `None` where nothing is known.
///
/// For targets that are 0 or linear, noise with a variance, and points with a density.
///
/// # Formula
/// D is the dimension of the space that x lives in, d − 1 on a sphere. At a fixed d, `kernel` with a fixed bandwidth and no ridge: the
/// Laplace kernel and the tangent kernel of ReLU networks are tempered with the same limit; the Matérn kernel of smoothness 3/2 is
/// catastrophic for D ≤ 2 and tempered from 3 on; the Gaussian kernel is catastrophic. With a ridge that stays, benign. `nearest` is tempered
/// with the limit E |(ε_1 + … + ε_k)/k|^p. `shepard` is benign for β = d, which falls like 1/ln n, and tempered for β > d: with α = d/β,
/// R_2 → σ² (1 − α), and for normal noise R_4 → σ⁴ (1 − α)(3 − 2α). On a sphere of one radius with n = d^a, kernels are tempered for a whole
/// number a, and benign between.
/// # Source
/// Mallinar et al., arXiv 2207.06569 (2022) and Barzilai & Shamir, arXiv 2312.15995 (2024) for kernels; Devroye, Györfi & Krzyżak, J.
/// Multivariate Analysis 65 (1998) for β = d; Pitman & Yor, Ann. Probab. 25 (1997) for the moments of Σ w_i²; Cover & Hart (1967); Zhang
/// et al., arXiv 2404.12597 (2024) for n = d^a.
pub(super) fn known(estimator: &Choice, setting: &Setting<'_>) -> Option<Known> {
    setting.square()?;
    let variance = moment(setting.noise, 2.0);
    let is_noisy = variance > 0.0 && moment(setting.noise, setting.p.max(2.0)).is_finite();
    if !is_noisy || !["gaussian", "sphere", "cube", "torus", "student"].contains(&setting.design.name()) {
        return None;
    }
    let noise = Noise { variance, normal: setting.noise.name() == "normal" };
    match (estimator.name(), setting.growth) {
        ("nearest", Growth::Fixed) => Some(nearest(whole(estimator, "k"), setting)),
        ("shepard", Growth::Fixed) => shepard(number(estimator, "beta"), setting, &noise),
        ("kernel", Growth::Fixed) => of_kernel(estimator, setting, &noise),
        ("kernel", Growth::Root(a)) => in_high_dimension(estimator, setting, a),
        _ => None,
    }
}

/// The noise of labels.
struct Noise {
    variance: f64,
    normal: bool,
}

fn told(class: Class, limit: Option<f64>, source: &'static str) -> Known {
    Known { in_probability: Some(class), in_expectation: Some(class), limit, exponent: None, source }
}

fn nearest(k: u64, setting: &Setting<'_>) -> Known {
    let (k, p) = (k as f64, setting.p);
    let exact = k == 1.0 || p == 2.0 || setting.noise.name() == "normal";
    let limit = exact.then(|| moment(setting.noise, p) * libm::pow(k, -0.5 * p));
    told(Class::Tempered, limit, "Cover & Hart (1967)")
}

fn shepard(beta: f64, setting: &Setting<'_>, noise: &Noise) -> Option<Known> {
    // Weights are those of distances in the space that x lives in.
    let share = dimension(setting)? / beta;
    if share == 1.0 {
        return Some(told(Class::Benign, Some(0.0), "Devroye, Györfi & Krzyżak (1998)"));
    }
    let limit = match setting.p {
        2.0 => Some(noise.variance * (1.0 - share)),
        4.0 if noise.normal => Some(noise.variance * noise.variance * (1.0 - share) * (3.0 - 2.0 * share)),
        _ => None,
    };
    (share < 1.0).then(|| told(Class::Tempered, limit, "Pitman & Yor (1997)"))
}

/// The dimension of the space that x lives in, for a fixed d.
fn dimension(setting: &Setting<'_>) -> Option<f64> {
    let d = whole(setting.design, "d") as f64;
    let own = if setting.design.name() == "sphere" { d - 1.0 } else { d };
    (own >= 1.0).then_some(own)
}

/// Whether chords of the torus are what a kernel measures; a kernel that is not periodic sees a cube.
fn of_kernel(estimator: &Choice, setting: &Setting<'_>, noise: &Noise) -> Option<Known> {
    let dimension = dimension(setting)?;
    if number(estimator, "ridge") > 0.0 {
        return Some(told(Class::Benign, Some(0.0), "Caponnetto & De Vito (2007)"));
    }
    let source = "Mallinar et al. (2022)";
    let limit = (setting.p == 2.0).then(|| LAPLACE.get(dimension as usize - 1)).flatten();
    let laplace = || told(Class::Tempered, limit.map(|limit| limit * noise.variance), source);
    let tempered = told(Class::Tempered, None, source);
    let catastrophic = told(Class::Catastrophic, None, source);
    match word(estimator, "function") {
        "laplace" => Some(laplace()),
        "ntk" if setting.design.name() == "sphere" => Some(laplace()),
        "matern" if number(estimator, "smoothness") == 0.5 => Some(laplace()),
        "matern" if number(estimator, "smoothness") == 1.5 => {
            Some(if dimension <= 2.0 { catastrophic } else { tempered })
        }
        "gaussian" => Some(catastrophic),
        _ => None,
    }
}

/// How far a may be from a whole number and count as one, as d is rounded to a whole number; twice as far from all, it counts as none.
const WHOLE: f64 = 0.1;

fn in_high_dimension(estimator: &Choice, setting: &Setting<'_>, a: f64) -> Option<Known> {
    // A sphere that grows with d, or a target that is learned on the way, is another matter.
    let fixed = setting.design.name() == "sphere" && number(setting.design, "radius") > 0.0;
    let angular = ["laplace", "gaussian", "ntk"].contains(&word(estimator, "function"));
    if !fixed || !angular || number(estimator, "ridge") > 0.0 || setting.square()? > 0.0 || a < 1.0 - WHOLE {
        return None;
    }
    let source = "Zhang et al. (2024)";
    match (a - a.round()).abs() {
        off if off < WHOLE => Some(told(Class::Tempered, None, source)),
        off if off > 2.0 * WHOLE => Some(told(Class::Benign, Some(0.0), source)),
        _ => None,
    }
}

/// The expectation of R_2 at (n, d) where f* = 0: σ²/k of nearest neighbours, exactly; of kernels on a sphere in R^10 and higher by the
/// eigenframework, which is then within 5 % (1.3 % in R^20). `None` where nothing is known.
pub(super) fn mean(
    estimator: &Choice,
    design: &Choice,
    target: &Choice,
    variance: f64,
    (n, d): (usize, usize),
) -> Option<f64> {
    if target.name() != "zero" {
        return None;
    }
    match (estimator.name(), design.name()) {
        ("nearest", "gaussian" | "sphere" | "cube" | "torus" | "student" | "hypercube") => {
            let k = whole(estimator, "k");
            (k <= n as u64).then(|| variance / k as f64)
        }
        // Below, the framework is up to 50 % too high.
        ("kernel", "sphere") if d >= 10 => {
            let radius = Some(number(design, "radius")).filter(|r| *r > 0.0).unwrap_or((d as f64).sqrt());
            let kernel = of_choice(estimator)?;
            // Degrees above have next to no points each, and count as one.
            let degrees = kernel.degrees(d, radius, DEGREES)?;
            Some((overfitting(&degrees, n as f64, number(estimator, "ridge")) - 1.0) * variance)
        }
        _ => None,
    }
}

/// Degrees of a kernel that the eigenframework tells apart: there are more harmonics of degree 40 in R^10 than any number of points.
const DEGREES: usize = 40;

fn of_choice(estimator: &Choice) -> Option<Kernel> {
    let given = |name: &str| estimator.arguments().iter().find(|(known, _)| *known == name);
    let value = |name: &str| given(name).map_or(crate::catalogue::Value::Unset, |(_, value)| value.clone());
    let values: Vec<_> = kernel::parameters().iter().map(|parameter| value(parameter.name)).collect();
    kernel::build(&values).ok()
}

/// E_0 of the eigenframework from the degrees of a kernel: what the degrees do not hold of the trace is a ridge.
fn overfitting(degrees: &Degrees, n: f64, ridge: f64) -> f64 {
    let pairs = || degrees.values.iter().zip(&degrees.multiplicities);
    let held: f64 = pairs().map(|(value, count)| value * count).sum();
    let ridge = ridge + (degrees.total - held).max(0.0);
    let learned = |kappa: f64| pairs().map(|(value, count)| count * value / (value + kappa)).sum::<f64>();
    let most = libm::log((degrees.total + ridge) / n) + 1.0;
    let kappa = root(|kappa| learned(kappa) + ridge / kappa - n, most);
    let squares: f64 = pairs().map(|(value, count)| count * (value / (value + kappa)).powi(2)).sum();
    n / (n - squares)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::super::{Growth, Setting, expected, known};
    use crate::catalogue::{Choice, Entry, Value};
    use crate::noise;
    use crate::space::{design, estimator, target};
    use crate::theory::Class;

    fn choice<T: ?Sized>(catalogue: &[Entry<T>], name: &str, given: &[(&str, Value)]) -> Choice {
        Choice::new(catalogue.iter().find(|entry| entry.name == name).unwrap(), given).unwrap()
    }

    fn sphere(d: u64) -> Choice {
        choice(design::CATALOGUE, "sphere", &[("d", Value::Whole(d)), ("radius", Value::Real(1.0))])
    }

    fn kernel(function: &'static str, more: &[(&str, Value)]) -> Choice {
        choice(estimator::CATALOGUE, "kernel", &[&[("function", Value::Word(function))], more].concat())
    }

    fn noise(sd: f64) -> Choice {
        choice(noise::CATALOGUE, "normal", &[("sd", Value::Real(sd))])
    }

    /// The tangent kernel at n = d^a, by the eigenframework with the multiplicities of the sphere.
    #[test]
    fn high_dimensions_have_their_figures() {
        let zero = choice(target::CATALOGUE, "zero", &[]);
        for (a, figures) in [
            (1.5, [0.513, 0.348, 0.243, 0.171, 0.120]),
            (2.0, [0.402, 0.303, 0.258, 0.237, 0.226]),
            (2.5, [0.264, 0.168, 0.115, 0.081, 0.058]),
        ] {
            for (d, figure) in [10u64, 20, 40, 80, 160].into_iter().zip(figures) {
                let n = libm::pow(d as f64, a).round() as u64;
                let mean = expected(&kernel("ntk", &[]), &sphere(d), &zero, &noise(2.0), (n, d)).unwrap();
                assert!((mean / 4.0 / figure - 1.0).abs() < 0.01, "{d} {a}: {} {figure}", mean / 4.0);
            }
        }
        for (n, d, figure) in [(253, 40, 0.2426), (100, 20, 0.335), (400, 20, 0.303), (1600, 20, 0.176)] {
            let mean = expected(&kernel("ntk", &[]), &sphere(d), &zero, &noise(1.0), (n, d)).unwrap();
            assert!((mean / figure - 1.0).abs() < 0.005, "{n} {d}: {mean}");
        }
        let five = choice(estimator::CATALOGUE, "nearest", &[("k", Value::Whole(5))]);
        let mean = expected(&five, &sphere(3), &zero, &noise(2.0), (10, 3)).unwrap();
        assert!((mean - 0.8).abs() < 1e-12);
    }

    #[test]
    fn classes_are_those_of_the_field() {
        let class = |estimator: &Choice, d: u64, growth: Growth, p: f64| {
            let (design, noise, target) = (sphere(d), noise(2.0), choice(target::CATALOGUE, "zero", &[]));
            let setting = Setting { design: &design, target: &target, noise: &noise, p, growth };
            known(estimator, &setting).map(|known| (known.in_probability.unwrap(), known.limit))
        };
        let smooth = |nu| [("smoothness", Value::Real(nu))];
        let fixed = |estimator: &Choice, d: u64| class(estimator, d, Growth::Fixed, 2.0);
        let laplace = kernel("laplace", &[]);
        for (estimator, d, limit) in [(&laplace, 2, 8.0 / 3.0), (&kernel("ntk", &[]), 4, 4.0 * 0.308)] {
            let (class, found) = fixed(estimator, d).unwrap();
            assert!(class == Class::Tempered && (found.unwrap() / limit - 1.0).abs() < 1e-14);
        }
        assert_eq!(fixed(&laplace, 30), Some((Class::Tempered, None)));
        assert_eq!(fixed(&kernel("matern", &smooth(1.5)), 3), Some((Class::Catastrophic, None)));
        assert_eq!(fixed(&kernel("matern", &smooth(1.5)), 4), Some((Class::Tempered, None)));
        assert_eq!(fixed(&kernel("gaussian", &[]), 4), Some((Class::Catastrophic, None)));
        let ridge = kernel("laplace", &[("ridge", Value::Real(0.1))]);
        assert_eq!(fixed(&ridge, 4), Some((Class::Benign, Some(0.0))));
        let shepard = |beta| choice(estimator::CATALOGUE, "shepard", &[("beta", Value::Real(beta))]);
        assert_eq!(fixed(&shepard(2.0), 3), Some((Class::Benign, Some(0.0))));
        // α = ½, σ² = 4, up to rounding of it.
        let limit = |p| class(&shepard(4.0), 3, Growth::Fixed, p).unwrap().1.unwrap();
        assert!((limit(2.0) - 2.0).abs() < 1e-12 && (limit(4.0) - 16.0).abs() < 1e-12);
        assert_eq!(fixed(&shepard(1.5), 3), None);
        let one = choice(estimator::CATALOGUE, "nearest", &[]);
        let (class_of_one, limit) = fixed(&one, 3).unwrap();
        assert!(class_of_one == Class::Tempered && (limit.unwrap() - 4.0).abs() < 1e-12);
        let ntk = kernel("ntk", &[]);
        assert_eq!(class(&ntk, 160, Growth::Root(2.0), 2.0), Some((Class::Tempered, None)));
        assert_eq!(class(&ntk, 160, Growth::Root(1.5), 2.0), Some((Class::Benign, Some(0.0))));
        assert_eq!(class(&shepard(4.0), 160, Growth::Root(1.5), 2.0), None);
    }
}
