//! Means of nearest neighbours of many parts of a sample.

use super::known::{number_of_points, whole, word};
use super::setting::{Growth, Setting};
use crate::catalogue::Choice;
use crate::theory::{Class, Known, moment};

/// An ensemble of B nearest neighbours with equal weights.
struct Bags {
    /// B.
    members: f64,
    /// Points of a bag.
    points: usize,
    scheme: &'static str,
    k: f64,
}

impl Bags {
    /// That of a choice for n points; `None` for other estimators, for more than one neighbour of bags that overlap, and where n is
    /// too small.
    fn of(estimator: &Choice, n: usize) -> Option<Bags> {
        if estimator.name() != "ensemble"
            || word(estimator, "member") != "nearest"
            || word(estimator, "weights") != "equal"
        {
            return None;
        }
        let (members, scheme) = (number_of_points(estimator, "members")?, word(estimator, "scheme"));
        let points = match (number_of_points(estimator, "points")?, scheme) {
            (0, "disjoint") => n / members,
            (0, _) => n,
            (points, _) => points,
        };
        let k = whole(estimator, "k");
        let asked = if scheme == "disjoint" { points.checked_mul(members)? } else { points };
        let fits = (asked <= n || scheme == "bootstrap") && k <= points as u64 && points > 0;
        let known = k == 1 || scheme == "disjoint";
        (fits && known).then_some(Bags { members: members as f64, points, scheme, k: k as f64 })
    }

    /// P(two bags have one nearest neighbour): Σ_i w_i² over the n points by their distance, w_i the probability that the i-th is the
    /// nearest of a bag.
    fn shared(&self, n: usize) -> f64 {
        let (n, j) = (n as f64, self.points as f64);
        let mut sum = 0.0;
        match self.scheme {
            "bootstrap" => {
                // All of the bag beyond the i nearest.
                let beyond = |i: f64| if i >= n { 0.0 } else { libm::exp(j * libm::log1p(-i / n)) };
                let (mut i, mut above) = (0.0, 1.0);
                while i < n && above > 0.0 {
                    let next = beyond(i + 1.0);
                    sum += (above - next) * (above - next);
                    (i, above) = (i + 1.0, next);
                }
            }
            "subsample" => {
                // C(n − i, j − 1)/C(n, j).
                let (mut i, mut share) = (1.0, j / n);
                while i <= n - j + 1.0 && share > 0.0 {
                    sum += share * share;
                    share *= (n - i - j + 1.0) / (n - i);
                    i += 1.0;
                }
            }
            _ => {}
        }
        sum
    }

    /// E R_2 for noise of variance 1 at n points.
    fn mean(&self, n: usize) -> f64 {
        with_members(self.shared(n), self.members) / self.k
    }
}

/// S + (1 − S)/B.
fn with_members(shared: f64, members: f64) -> f64 {
    shared + (1.0 - shared) / members
}

/// E R_2 where f* = 0, of an ensemble of nearest neighbours; `None` for other estimators.
///
/// # Formula
/// σ² (S + (1 − S)/B) for B bags that draw their points independently, S the probability that two of them have the same nearest
/// neighbour: with w_i the probability that the i-th nearest of n points is the nearest one of a bag of j, S = Σ w_i²,
/// w_i = (1 − (i − 1)/n)^j − (1 − i/n)^j with replacement and C(n − i, j − 1)/C(n, j) without. For n → ∞ at j/n = a, S tends to
/// tanh(a/2) with replacement, to a/(2 − a) without. Of disjoint parts S = 0, and k neighbours have σ²/(kB).
/// # Accuracy
/// Exact, whatever the law of x.
/// # Source
/// Biau, Cérou & Guyader, JMLR 11 (2010), for w_i; the limits are geometric series.
pub(super) fn mean(estimator: &Choice, variance: f64, n: usize) -> Option<f64> {
    Bags::of(estimator, n).map(|bags| variance * bags.mean(n))
}

/// What is known of R_p of an ensemble of nearest neighbours as n grows, where f* = 0: `rules` has the estimator for each n, since
/// bags and their number may grow. `None` for other estimators, and where points follow no law.
pub fn known_bags(rules: &[(u64, &Choice)], setting: &Setting<'_>) -> Option<Known> {
    let variance = moment(setting.noise, 2.0);
    let is_noisy = variance > 0.0 && moment(setting.noise, setting.p.max(2.0)).is_finite();
    if !is_noisy || setting.target.name() != "zero" || setting.design.name() == "rows" {
        return None;
    }
    let of = |(n, rule): &(u64, &Choice)| Some((*n, Bags::of(rule, usize::try_from(*n).ok()?)?));
    let bags: Vec<(u64, Bags)> = rules.iter().map(of).collect::<Option<_>>()?;
    let (_, last) = bags.iter().max_by_key(|(n, _)| *n)?;
    let growth = |of: &dyn Fn(&Bags) -> u64| {
        let pairs: Vec<(u64, u64)> = bags.iter().map(|(n, bags)| (*n, of(bags))).collect();
        Growth::of(&pairs)
    };
    // S and the power of n that it falls with.
    let (shared, falls) = match (last.scheme, growth(&|bags| bags.points as u64)?) {
        ("disjoint", _) => (0.0, f64::NEG_INFINITY),
        (_, Growth::Fixed) => (0.0, -1.0),
        (_, Growth::Root(a)) => (0.0, 1.0 / a - 1.0),
        ("bootstrap", Growth::Ratio(ratio)) => (libm::tanh(0.5 * ratio), 0.0),
        (_, Growth::Ratio(ratio)) => (ratio / (2.0 - ratio), 0.0),
        ("bootstrap", Growth::Offset(_)) => (libm::tanh(0.5), 0.0),
        (_, Growth::Offset(_)) => (1.0, 0.0),
        (_, Growth::Power(_)) => return None,
    };
    let (members, rare) = match growth(&|bags| bags.members as u64)? {
        Growth::Fixed => (last.members, 0.0),
        Growth::Root(a) => (f64::INFINITY, -1.0 / a),
        Growth::Power(a) => (f64::INFINITY, -a),
        Growth::Ratio(_) | Growth::Offset(_) => (f64::INFINITY, -1.0),
    };
    let limit = variance * with_members(shared, members) / last.k;
    let class = if limit == 0.0 { Class::Benign } else { Class::Tempered };
    Some(Known {
        in_probability: Some(class),
        in_expectation: Some(class),
        limit: (setting.p == 2.0 || limit == 0.0).then_some(limit),
        exponent: (limit == 0.0).then_some(falls.max(rare) * 0.5 * setting.p),
        source: "Biau, Cérou & Guyader (2010)",
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn bags(members: usize, points: usize, scheme: &'static str) -> Bags {
        Bags { members: members as f64, points, scheme, k: 1.0 }
    }

    /// All pairs of bags, one after the other.
    fn counted(n: usize, j: usize, scheme: &str) -> f64 {
        let mut nearest = Vec::new();
        for code in 0..n.pow(j as u32) {
            let bag: Vec<usize> = (0..j).map(|place| code / n.pow(place as u32) % n).collect();
            let distinct = (0..j).all(|a| (0..a).all(|b| bag[a] != bag[b]));
            if scheme == "bootstrap" || distinct {
                nearest.extend(bag.into_iter().min());
            }
        }
        let same = nearest.iter().flat_map(|a| nearest.iter().map(move |b| f64::from(u8::from(a == b))));
        same.sum::<f64>() / (nearest.len() * nearest.len()) as f64
    }

    #[test]
    fn bags_share_their_neighbour_as_often_as_counted() {
        for scheme in ["bootstrap", "subsample"] {
            for (n, j) in [(1, 1), (3, 1), (4, 2), (5, 3), (4, 4)] {
                let told = counted(n, j, scheme);
                let shared = bags(1, j, scheme).shared(n);
                assert!((shared - told).abs() < 1e-14, "{scheme} {n} {j}: {shared} {told}");
            }
        }
    }

    #[test]
    fn limits_are_those_of_geometric_series() {
        for a in [0.25f64, 0.5, 1.0] {
            let (n, j) = (100_000, (a * 1e5) as usize);
            assert!((bags(1, j, "bootstrap").shared(n) - (0.5 * a).tanh()).abs() < 1e-5);
            assert!((bags(1, j, "subsample").shared(n) - a / (2.0 - a)).abs() < 1e-5);
        }
        // The bootstrap: .4621, and (1 − that)/B.
        let ten = bags(10, 1_000_000, "bootstrap").mean(1_000_000);
        assert!((ten - (0.46212 + 0.53788 / 10.0)).abs() < 1e-5);
        assert_eq!(bags(4, 10, "disjoint").mean(40), 0.25);
    }
}
