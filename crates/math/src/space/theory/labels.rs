//! The error of planes fitted to labels.

use super::known::{flag, number, whole, word};
use super::setting::Growth;
use crate::catalogue::Choice;
use crate::risk::Risk;
use crate::space::risk::below;
use crate::theory::{Class, Known};
use std::f64::consts::{FRAC_2_PI, PI};

/// P(f̂(x) has not the sign of its label) at (n, d), to leading order; `None` where nothing is known.
///
/// Of the mean of points times labels and of least squares or the minimum norm without intercept, fitted to ±1, on two clusters and on
/// the sign of a linear function of x ~ N(0, I) or of a point on the sphere, labels being wrong with probability p.
///
/// # Formula
/// With q = 1 − 2p and η = n/d. Signs, s = q √(2/π): the error is θ/π, and cos θ is s/√(s² + 1/η) of the mean,
/// s η/√(s² η + (1 − s²) η/(1 − η)) of the minimum norm (η < 1), s/√(s² + (1 − s²)/(η − 1)) of least squares (η > 1).
/// Clusters at distance a and with deviation 1: Φ(−a w₁/‖w‖), and w₁/‖w‖ is a q/√(a² q² + 1/η) of the mean; with u = η/(1 − η) and
/// c = 1 + u (1 + a²), w₁ = u a q/c and ‖w‖² = u − u² a² q²/c of the minimum norm; w₁ = a q/(1 + a²) and
/// ‖w‖² = w₁² + (1 − a² q²/(1 + a²))/(η − 1) of least squares.
/// # Accuracy
/// Errors of the order 1/n; where η is near 1 they grow as 1/(n |1 − η|²).
/// # Source
/// Elementary, from means of projections and of inverse Wishart matrices; for clusters compare Chatterji & Long, JMLR 22 (2021).
pub fn error(
    estimator: &Choice,
    design: &Choice,
    target: &Choice,
    noise: &Choice,
    (n, d): (u64, u64),
) -> Option<f64> {
    let data = Data::of(design, target, noise)?;
    (n > 0 && d > 0).then(|| data.error(Rule::of(estimator)?, n as f64 / d as f64)).flatten()
}

/// What is known of an error, or of what it exceeds the least one by, as n grows: the class of Mallinar et al., for which a half is the
/// worst.
pub fn known_error(
    estimator: &Choice,
    [design, target, noise]: [&Choice; 3],
    growth: Growth,
    risk: Risk,
) -> Option<Known> {
    let (data, rule) = (Data::of(design, target, noise)?, Rule::of(estimator)?);
    let least = match risk {
        Risk::Error => 0.0,
        Risk::ExcessError => data.least(),
        _ => return None,
    };
    let eta = match growth {
        // d/n vanishes.
        Growth::Fixed | Growth::Root(_) => f64::INFINITY,
        Growth::Offset(_) => 1.0,
        Growth::Ratio(ratio) => 1.0 / ratio,
        Growth::Power(_) => 0.0,
    };
    let limit = data.error(rule, eta)?;
    let class = match limit {
        _ if limit - least <= 0.0 => Class::Benign,
        // What rounding leaves of a right angle.
        _ if limit >= 0.5 - 1e-12 => Class::Catastrophic,
        _ => Class::Tempered,
    };
    // The angle, and what it adds to the least error by its square, fall as √(d/n) and d/n; of least squares and of the mean alike.
    let falls = if matches!(data, Data::Signs { .. }) { -0.5 } else { -1.0 };
    let falls = if let Growth::Root(power) = growth { falls * (1.0 - 1.0 / power) } else { falls };
    Some(Known {
        in_probability: Some(class),
        in_expectation: Some(class),
        limit: Some(limit - least),
        exponent: (class == Class::Benign).then_some(falls),
        source: "means of projections and of inverse Wishart matrices",
    })
}

/// A rule whose plane is known to leading order.
#[derive(Clone, Copy)]
enum Rule {
    Averaging,
    LeastSquares,
}

impl Rule {
    fn of(estimator: &Choice) -> Option<Rule> {
        match estimator.name() {
            "averaging" | "one_step" => Some(Rule::Averaging),
            "least_squares" if !flag(estimator, "intercept") => Some(Rule::LeastSquares),
            _ => None,
        }
    }
}

/// Labels whose rules are known, with q = 1 − 2p.
enum Data {
    Signs {
        q: f64,
    },
    /// At this distance, in units of the deviation.
    Clusters {
        q: f64,
        distance: f64,
    },
}

impl Data {
    fn of(design: &Choice, target: &Choice, noise: &Choice) -> Option<Data> {
        let q = match noise.name() {
            "none" => 1.0,
            "flip" => 1.0 - 2.0 * number(noise, "probability"),
            _ => return None,
        };
        let round = design.name() == "sphere" || super::known::isotropic(design);
        let pair = whole(design, "count") == 2 && word(design, "labels") == "sides";
        match design.name() {
            "clusters" if pair => {
                Some(Data::Clusters { q, distance: number(design, "distance") / number(design, "sd") })
            }
            _ if round && target.name() == "sign" && word(target, "of") == "linear" => {
                Some(Data::Signs { q })
            }
            _ => None,
        }
    }

    fn least(&self) -> f64 {
        match self {
            Data::Signs { .. } => 0.0,
            Data::Clusters { distance, .. } => below(-distance),
        }
    }

    /// The error at η = n/d, from 0 to ∞; `None` where least squares of labels without any signal has no direction.
    fn error(&self, rule: Rule, eta: f64) -> Option<f64> {
        let cosine = match *self {
            Data::Signs { q } => signs(q * FRAC_2_PI.sqrt(), rule, eta),
            Data::Clusters { q, distance } => clusters(q, distance, rule, eta),
        };
        if cosine.is_nan() {
            return None;
        }
        Some(match self {
            Data::Signs { .. } => libm::acos(cosine.min(1.0)) / PI,
            Data::Clusters { distance, .. } => below(-distance * cosine.min(1.0)),
        })
    }
}

/// cos of the angle between the plane and the target, s the correlation of a label with it.
fn signs(s: f64, rule: Rule, eta: f64) -> f64 {
    let ratio = match rule {
        Rule::Averaging => 1.0 / (s * s * eta),
        // The square of what is beside the target, over that along it: finite beyond either end.
        Rule::LeastSquares if eta < 1.0 => (1.0 - eta + (1.0 - s * s) / (s * s) / (1.0 - eta)) / eta,
        Rule::LeastSquares => (1.0 - s * s) / (s * s) / (eta - 1.0),
    };
    1.0 / (1.0 + ratio).sqrt()
}

/// w₁/‖w‖ on two clusters.
fn clusters(q: f64, a: f64, rule: Rule, eta: f64) -> f64 {
    let along = a * q;
    match rule {
        Rule::Averaging => 1.0 / (1.0 + 1.0 / (along * along * eta)).sqrt(),
        Rule::LeastSquares if eta < 1.0 => {
            // Divided by u, which vanishes with η.
            let u = eta / (1.0 - eta);
            let c = 1.0 + u * (1.0 + a * a);
            u.sqrt() * along / c / (1.0 - u * along * along / c).sqrt()
        }
        Rule::LeastSquares => {
            let left = 1.0 - along * along / (1.0 + a * a);
            let weight = along / (1.0 + a * a);
            1.0 / (1.0 + left / (weight * weight) / (eta - 1.0)).sqrt()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures of the derivation: clusters (n, d, a) = (100, 400, 2) and (100, 1600, 3) with p = 0.1; signs at (200, 400).
    #[test]
    fn leading_orders_are_those_of_simulations() {
        let pair = |distance| Data::Clusters { q: 0.8, distance };
        let close = |found: Option<f64>, expected: f64| {
            assert!((found.unwrap() - expected).abs() < 6e-5, "{found:?}")
        };
        let of = |data: Data, rule, eta| data.error(rule, eta);
        // Simulated .107 and .200 ± .002, .063 and .104.
        assert!((of(pair(2.0), Rule::Averaging, 0.25).unwrap() - 0.106).abs() < 1e-3);
        close(of(pair(2.0), Rule::LeastSquares, 0.25), 0.2004);
        assert!((of(pair(3.0), Rule::Averaging, 0.0625).unwrap() - 0.061).abs() < 1e-3);
        assert!((of(pair(3.0), Rule::LeastSquares, 0.0625).unwrap() - 0.102).abs() < 1e-3);
        for (p, expected) in [(0.0, 0.3395), (0.1, 0.3836), (0.2, 0.4181), (0.3, 0.4476), (0.4, 0.4744)] {
            close(of(Data::Signs { q: 1.0 - 2.0 * p }, Rule::LeastSquares, 0.5), expected);
        }
    }

    #[test]
    fn ends_are_angles_of_0_and_of_a_quarter() {
        for rule in [Rule::Averaging, Rule::LeastSquares] {
            let signs = |eta| Data::Signs { q: 0.8 }.error(rule, eta);
            assert_eq!((signs(f64::INFINITY), signs(0.0)), (Some(0.0), Some(0.5)));
            let pair = |eta| Data::Clusters { q: 0.8, distance: 2.0 }.error(rule, eta);
            assert_eq!((pair(f64::INFINITY), pair(0.0)), (Some(below(-2.0)), Some(0.5)));
        }
        assert_eq!(Data::Signs { q: 0.8 }.error(Rule::LeastSquares, 1.0), Some(0.5));
    }
}
