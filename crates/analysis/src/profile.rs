//! Noise profiles: the error of a rule as a function of the probability with which labels are wrong.

use serde::Serialize;
use std::collections::HashMap;

use crate::coordinates::Coordinate;
use crate::growth::estimate::Estimate;
use crate::risk::Risk;
use crate::series::Series;
use crate::text::{interval, number};
use crate::verdict::Verdict;

/// The coordinate that a profile is a function of.
const PROBABILITY: &str = "noise_probability";
/// The least number of probabilities above 0: two lead to 0, and a third shows that the error changes with them.
const LEAST: usize = 3;
/// An error below this counts as none, and one above it as some: one label in fifty.
const SMALL: f64 = 0.02;

/// The errors of one estimator on one design and target, beyond the least one of any rule where clusters overlap, by the probability p
/// with which labels are wrong.
///
/// The class is that of Medvedev et al. and of Barzilai & Shamir, who ask what is left of the error without noise as p → 0: *benign*
/// where there is none for any p < ½, *tempered* where it vanishes with p, *catastrophic* where it stays. As n → ∞ where every series
/// has a limit, else at the largest n.
///
/// # Source
/// Barzilai & Shamir, arXiv 2502.07480 (2025); Medvedev, Vardi & Srebro, arXiv 2409.03891 (2024).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    /// The estimator's full name.
    pub estimator: String,
    /// The design's label.
    pub design: String,
    /// The target's label.
    pub target: String,
    /// The size that errors are of; `None` for limits.
    pub n: Option<u64>,
    /// Probabilities, ascending, with the error at each.
    pub errors: Vec<(f64, Estimate)>,
    /// The error that is left at p = 0: that there, or on the line through the two least p above 0.
    pub at_zero: Estimate,
    /// The class.
    pub class: Verdict,
}

/// The profiles of all estimators, designs and targets with at least three probabilities above 0.
pub(crate) fn profiles(series: &[Series]) -> Vec<Profile> {
    let mut groups: Vec<(&Series, Vec<(f64, &Series)>)> = Vec::new();
    let mut places: HashMap<[&String; 3], usize> = HashMap::new();
    // Where clusters overlap every rule has an error; what exceeds the least one is the rule's own.
    let wanted = if series.iter().any(|series| series.p == Risk::ExcessError) {
        Risk::ExcessError
    } else {
        Risk::Error
    };
    let overlap = |series: &Series| wanted == Risk::Error && series.design.starts_with("clusters");
    for one in series.iter().filter(|series| series.p == wanted && !overlap(series)) {
        let Some(p) = probability(one) else { continue };
        let place = *places.entry([&one.estimator, &one.design, &one.target]).or_insert(groups.len());
        if place == groups.len() {
            groups.push((one, Vec::new()));
        }
        groups[place].1.push((p, one));
    }
    groups.into_iter().filter_map(|(of, all)| profile(of, all)).collect()
}

/// The probability with which labels of a series are wrong; none without noise.
fn probability(series: &Series) -> Option<f64> {
    match series.coordinates.get(PROBABILITY) {
        Some(value) => value.number(),
        None => series
            .coordinates
            .get("noise")
            .and_then(Coordinate::word)
            .filter(|noise| *noise == "none")
            .map(|_| 0.0),
    }
}

fn profile(of: &Series, mut all: Vec<(f64, &Series)>) -> Option<Profile> {
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let limits: Option<Vec<(f64, Estimate)>> =
        all.iter().map(|(p, series)| Some((*p, limit(series)?))).collect();
    let (n, errors) = match limits {
        Some(limits) => (None, limits),
        None => {
            let n = all.iter().filter_map(|(_, series)| Some(series.levels.last()?.n)).min()?;
            let at = |series: &Series| last(series, n);
            (Some(n), all.iter().filter_map(|(p, series)| Some((*p, at(series)?))).collect())
        }
    };
    if errors.iter().filter(|(p, _)| *p > 0.0).count() < LEAST {
        return None;
    }
    let at_zero = at_zero(&errors);
    let Series { estimator, design, target, .. } = of;
    let class = class(&errors, &at_zero, n.is_none());
    Some(Profile {
        estimator: estimator.clone(),
        design: design.clone(),
        target: target.clone(),
        n,
        errors,
        at_zero,
        class,
    })
}

/// What the error of a series tends to, where its class is known.
fn limit(series: &Series) -> Option<Estimate> {
    let exactly = |value| Some(Estimate { value, low: value, high: value });
    match series.in_probability {
        Verdict::Benign => exactly(0.0),
        Verdict::Tempered => series.growth.as_ref()?.limit,
        Verdict::Catastrophic => exactly(0.5),
        Verdict::Undecided => None,
    }
}

/// The median at a size.
fn last(series: &Series, n: u64) -> Option<Estimate> {
    let level = series.levels.iter().find(|level| level.n == n)?;
    Some(Estimate { value: level.median?, low: level.median_low?, high: level.median_high? })
}

/// The error at p = 0, or where the line through the two least p above it meets 0; errors of an error are no negative numbers.
fn at_zero(errors: &[(f64, Estimate)]) -> Estimate {
    if let Some((_, known)) = errors.iter().find(|(p, _)| *p == 0.0) {
        return *known;
    }
    let [(p, a), (q, b)] = [errors[0], errors[1]];
    let (near, far) = (q / (q - p), p / (q - p));
    let value = near * a.value - far * b.value;
    let reach = |a: f64, b: f64| (near * near * a * a + far * far * b * b).sqrt();
    Estimate {
        value: value.max(0.0),
        low: (value - reach(a.value - a.low, b.high - b.value)).max(0.0),
        high: (value + reach(a.high - a.value, b.value - b.low)).max(0.0),
    }
}

fn class(errors: &[(f64, Estimate)], at_zero: &Estimate, are_limits: bool) -> Verdict {
    let noisy = || errors.iter().filter(|(p, _)| *p > 0.0 && *p < 0.5);
    if at_zero.low > SMALL {
        return Verdict::Catastrophic;
    }
    if are_limits && noisy().all(|(_, error)| error.high == 0.0) {
        return Verdict::Benign;
    }
    if at_zero.high < SMALL && noisy().any(|(_, error)| error.low > SMALL) {
        return Verdict::Tempered;
    }
    Verdict::Undecided
}

impl Profile {
    /// One line: what it is of, errors by probability, what is left without noise, and the class.
    fn line(&self, data: [bool; 2]) -> String {
        let errors: Vec<String> =
            self.errors.iter().map(|(p, error)| format!("{} at p = {}", number(error.value), p)).collect();
        let Estimate { value, low, high } = self.at_zero;
        let labels = [&self.design, &self.target].into_iter().zip(data).filter(|(_, varies)| *varies);
        let labels: String = labels.map(|(label, _)| format!(", {label}")).collect();
        let at = self.n.map_or_else(|| "n → ∞".to_owned(), |n| format!("n = {n}"));
        format!(
            "{}{labels}, {at}: {}; p → 0: {}, {}",
            self.estimator,
            errors.join(", "),
            interval(value, low, high),
            self.class
        )
    }
}

/// Profiles as paragraphs: what they are, and a line of each.
pub fn lines(profiles: &[Profile]) -> Vec<String> {
    let Some(first) = profiles.first() else { return Vec::new() };
    let head = String::from(
        "Noise profile, the error without noise, beyond the least one where clusters overlap, by the probability p of wrong labels (benign: none for any p; tempered: it vanishes \
         with p; catastrophic: it stays; Barzilai & Shamir):",
    );
    let varies = |of: fn(&Profile) -> &str| profiles.iter().any(|profile| of(profile) != of(first));
    let data = [varies(|profile| &profile.design), varies(|profile| &profile.target)];
    std::iter::once(head).chain(profiles.iter().map(|profile| profile.line(data))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(value: f64, reach: f64) -> Estimate {
        Estimate { value, low: value - reach, high: value + reach }
    }

    fn of(errors: &[(f64, f64)], reach: f64) -> (Estimate, Verdict) {
        let errors: Vec<(f64, Estimate)> =
            errors.iter().map(|(p, error)| (*p, known(*error, reach))).collect();
        let zero = at_zero(&errors);
        (zero, class(&errors, &zero, false))
    }

    #[test]
    fn classes_are_those_of_what_stays_without_noise() {
        // The minimum norm beside a sign at d = 2n: a third of the labels is missed without any noise.
        let (zero, verdict) = of(&[(0.0, 0.3395), (0.1, 0.3836), (0.2, 0.4181), (0.3, 0.4476)], 0.002);
        assert_eq!((zero.value, verdict), (0.3395, Verdict::Catastrophic));
        // Half of what noise does: 1-NN has p.
        let (zero, verdict) = of(&[(0.05, 0.05), (0.1, 0.1), (0.2, 0.2)], 0.001);
        assert!(zero.value < 1e-15 && verdict == Verdict::Tempered, "{zero:?}");
        // Intervals that hold both.
        assert_eq!(of(&[(0.1, 0.1), (0.2, 0.18), (0.3, 0.24)], 0.01).1, Verdict::Undecided);
        let nothing = [(0.1, known(0.0, 0.0)), (0.2, known(0.0, 0.0)), (0.3, known(0.0, 0.0))];
        assert_eq!(class(&nothing, &at_zero(&nothing), true), Verdict::Benign);
    }

    #[test]
    fn each_line_says_what_its_errors_are_of() {
        let profile = |estimator: &str, n| Profile {
            estimator: estimator.into(),
            design: "gaussian(d=9)".into(),
            target: "sign".into(),
            n,
            errors: vec![(0.1, known(0.1, 0.01))],
            at_zero: known(0.0, 0.0),
            class: Verdict::Tempered,
        };
        let lines = lines(&[profile("a", None), profile("b", Some(60))]);
        assert!(lines[1].starts_with("a, n → ∞: 0.1000 at p = 0.1;"), "{}", lines[1]);
        assert!(lines[2].starts_with("b, n = 60: "), "{}", lines[2]);
    }

    #[test]
    fn the_line_to_zero_has_the_errors_of_its_points() {
        let (zero, _) = of(&[(0.1, 0.2), (0.2, 0.3), (0.4, 0.4)], 0.01);
        assert!((zero.value - 0.1).abs() < 1e-15);
        // 2 a − b: the errors are 2 · 0.01 and 0.01.
        assert!((zero.high - zero.value - 0.01 * 5f64.sqrt()).abs() < 1e-15);
    }
}
