//! Labels in tables, and their order.

use crate::coordinates::{Coordinate, parameters, split};
use crate::text::cut;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The most characters of a number without exponent: the seventeen digits of a double, a point, and a few leading zeros.
const LONGEST: usize = 24;

/// A label for people: long numbers have an exponent, `normal(sd=1e300)`, a spectrum is named alone,
/// `gaussian(d=20, power, exponent=2)`, that of equal variances not at all, and a file has no digest.
///
/// Labels themselves, which decide seeds and file names, contain all digits; tables have no room for 300 zeros.
pub fn short(label: &str) -> Cow<'_, str> {
    if let Some((before, rest)) = label.split_once(DIGEST) {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        return Cow::Owned(short(&format!("{before}{after}")).into_owned());
    }
    if !label.contains(SPECTRUM) {
        return short_numbers(label);
    }
    let equal = format!("{SPECTRUM}identity");
    let left = label.replace(&format!(", {equal}"), "").replace(&format!("({equal})"), "");
    Cow::Owned(short_numbers(&left.replace(SPECTRUM, "")).into_owned())
}

/// Before what the content of a file hashes to.
const DIGEST: &str = ", digest=";
/// The parameter of designs whose value says what it is.
const SPECTRUM: &str = "spectrum=";

/// Numbers of a list that are shown; of more, the first two, and how many there are.
const LISTED: usize = 6;

fn short_numbers(label: &str) -> Cow<'_, str> {
    match short_lists(label) {
        Cow::Borrowed(label) => short_digits(label),
        Cow::Owned(label) => Cow::Owned(short_digits(&label).into_owned()),
    }
}

/// `[1, 2, … 47 in all]` for long lists.
fn short_lists(label: &str) -> Cow<'_, str> {
    let long = |list: &str| list.split(',').count() > LISTED;
    let mut out = String::new();
    let mut rest = label;
    while let Some((before, (list, after))) =
        rest.split_once('[').and_then(|(before, from)| Some((before, from.split_once(']')?)))
    {
        let shown = list.split(',').take(2).collect::<Vec<_>>().join(",");
        let list =
            if long(list) { format!("{shown}, … {} in all", list.split(',').count()) } else { list.into() };
        out.push_str(&format!("{before}[{list}]"));
        rest = after;
    }
    if out.is_empty() { Cow::Borrowed(label) } else { Cow::Owned(out + rest) }
}

fn short_digits(label: &str) -> Cow<'_, str> {
    let digit = |c: char| c.is_ascii_digit() || c == '.';
    if label.split(|c| !digit(c)).all(|number| number.len() <= LONGEST) {
        return Cow::Borrowed(label);
    }
    let mut out = String::new();
    let mut rest = label;
    while let Some(start) = rest.find(digit) {
        let end = rest[start..].find(|c| !digit(c)).map_or(rest.len(), |length| start + length);
        let number = &rest[start..end];
        out.push_str(&rest[..start]);
        match number.parse::<f64>() {
            Ok(value) if number.len() > LONGEST && value.is_finite() => out.push_str(&format!("{value:e}")),
            _ => out.push_str(number),
        }
        rest = &rest[end..];
    }
    Cow::Owned(out + rest)
}

/// How the labels of one column are truncated: at their ends, or where that would make different ones equal, before the parameter
/// in which they differ.
#[derive(Clone, Debug, Default)]
pub(crate) struct Truncation {
    most: usize,
    /// Labels that would look alike, by how they would look, with the characters that they have in common.
    alike: BTreeMap<String, usize>,
}

impl Truncation {
    /// For these labels, to at most `most` characters each.
    pub fn of<'a>(labels: impl Iterator<Item = &'a str>, most: usize) -> Truncation {
        let mut looks: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for label in labels.map(short).filter(|label| label.chars().count() > most) {
            looks.entry(cut(&label, most)).or_default().insert(label.into_owned());
        }
        let alike = looks.into_iter().filter(|(_, labels)| labels.len() > 1);
        Truncation { most, alike: alike.map(|(look, labels)| (look, in_common(&labels))).collect() }
    }

    /// The short label, truncated.
    pub fn cut(&self, label: &str) -> String {
        let label = short(label);
        let look = cut(&label, self.most);
        let Some(common) = self.alike.get(&look).filter(|_| label.chars().count() > self.most) else {
            return look;
        };
        let rest: String = label.chars().skip(*common).collect();
        let head = self.most.saturating_sub(rest.chars().count() + 1).min(*common);
        cut(&format!("{}…{rest}", label.chars().take(head).collect::<String>()), self.most)
    }
}

/// How many characters these labels have in common before the parameter in which they differ.
fn in_common(labels: &BTreeSet<String>) -> usize {
    let (Some(first), Some(last)) = (labels.first(), labels.last()) else { return 0 };
    // What the first and the last in order have in common, all have.
    let common: Vec<char> =
        first.chars().zip(last.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    common.iter().rposition(|c| matches!(c, '(' | '[' | ' ' | ',')).map_or(0, |place| place + 1)
}

/// The order of tables: estimators, designs, targets and noises as the study lists them. Labels that it does not list
/// follow in alphabetical order; variants of a listed label are at its position, ordered by their parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// Labels of estimators, or full names of their variants.
    pub estimators: Vec<String>,
    /// Labels of designs.
    pub designs: Vec<String>,
    /// Labels of targets.
    pub targets: Vec<String>,
    /// Labels of noises.
    pub noises: Vec<String>,
}

impl Order {
    /// Ranks the given labels of estimator, design, target and noise.
    pub(crate) fn ranks<'a>(&self, all: impl Iterator<Item = [&'a str; 4]>) -> Ranks {
        let mut there: [BTreeSet<&str>; 4] = Default::default();
        all.for_each(|labels| {
            for (there, label) in there.iter_mut().zip(labels) {
                there.insert(label);
            }
        });
        let lists = [&self.estimators, &self.designs, &self.targets, &self.noises];
        Ranks(std::array::from_fn(|axis| {
            let listed = |label: &str| lists[axis].iter().position(|listed| listed == label);
            let mut labels: Vec<&str> = there[axis].iter().copied().collect();
            if axis == 0 {
                labels.sort_by(|a, b| by_parameters(a, b));
            }
            let place = |label: &str| listed(label).or_else(|| listed(split(axis, label).0));
            labels.sort_by_cached_key(|label| place(label).unwrap_or(usize::MAX));
            labels.into_iter().map(str::to_owned).zip(0..).collect()
        }))
    }
}

/// The order of full names of estimators: labels alphabetically, then parameter by parameter, numbers by value.
fn by_parameters(a: &str, b: &str) -> Ordering {
    let ((first, of_a), (second, of_b)) = (split(0, a), split(0, b));
    let (of_a, of_b) = (parameters(of_a), parameters(of_b));
    let values = of_a.iter().zip(&of_b).map(|((name, value), (other, against))| {
        name.cmp(other).then_with(|| Coordinate::of(value).order(&Coordinate::of(against)))
    });
    let first_that_differs = values.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal);
    first.cmp(second).then(first_that_differs).then_with(|| of_a.len().cmp(&of_b.len()))
}

/// The ranks of the labels of estimator, design, target and noise in tables: integers, by which a million cells are sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranks([HashMap<String, u32>; 4]);

impl Ranks {
    /// The sort key of these labels.
    pub fn of(&self, labels: [&str; 4]) -> [u32; 4] {
        std::array::from_fn(|axis| self.0[axis].get(labels[axis]).copied().unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spectrum_is_named_alone() {
        for (label, shown) in [
            ("gaussian(d=20, spectrum=identity)", "gaussian(d=20)"),
            ("gaussian(spectrum=identity)", "gaussian"),
            ("gaussian(d=2 * n, spectrum=power, exponent=1.5)", "gaussian(d=2 * n, power, exponent=1.5)"),
        ] {
            assert_eq!(short(label), shown);
        }
    }

    #[test]
    fn labels_that_differ_late_still_differ() {
        let labels =
            ["gaussian(d=40, spectrum=power, exponent=1.5)", "gaussian(d=40, spectrum=power, exponent=2)"];
        let truncation = Truncation::of(labels.into_iter().chain(["hull"]), 20);
        let [first, second] = labels.map(|label| truncation.cut(label));
        assert_eq!((first.as_str(), second.as_str()), ("gaussi…exponent=1.5)", "gaussian…exponent=2)"));
        assert_eq!(truncation.cut("hull"), "hull");
        // One long label is cut at its end.
        assert_eq!(Truncation::of(labels[..1].iter().copied(), 20).cut(labels[0]), "gaussian(d=40, powe…");
        // Without room for the parameter its beginning is what is left.
        assert_eq!(Truncation::of(labels.into_iter(), 8).cut(labels[1]), "…expone…");
    }

    #[test]
    fn long_lists_have_their_length() {
        assert_eq!(
            short("legendre(coefficients=[0, -1.5, 2, 3, 4, 5, 6], x=[1, 2])"),
            "legendre(coefficients=[0, -1.5, … 7 in all], x=[1, 2])"
        );
        assert_eq!(short("net[layers=[1, 2]]"), "net[layers=[1, 2]]");
    }

    #[test]
    fn a_digest_is_left_out() {
        let label =
            "rows(d=6, file=longley.csv, response=employed, standardise=false, digest=0123456789abcdef)";
        assert_eq!(short(label), "rows(d=6, file=longley.csv, response=employed, standardise=false)");
    }

    #[test]
    fn long_numbers_have_an_exponent() {
        let long = format!("normal(sd={})", 1e300);
        assert_eq!(long.len(), 312);
        assert_eq!(short(&long), "normal(sd=1e300)");
        assert_eq!(short(&format!("{}", 2.5e-300)), "2.5e-300");
        let knots = format!("piecewise_linear(knots=[0, {}, 1], values=[0, -{}, 0])", 1e-30, 1e25);
        assert_eq!(short(&knots), "piecewise_linear(knots=[0, 1e-30, 1], values=[0, -1e25, 0])");
        for label in ["", "normal(sd=0.30000000000000004)", "1.5", "sup", "matern(nu=3/2, bandwidth=1)", "σ…"]
        {
            assert!(matches!(short(label), Cow::Borrowed(same) if same == label), "{label}");
        }
    }

    #[test]
    fn listed_labels_come_first() {
        let order = Order { estimators: vec!["spline".into(), "min_norm".into()], ..Order::default() };
        let mut labels = ["min_norm", "b", "spline", "a"];
        let ranks = order.ranks(labels.iter().map(|label| [label, "", "", ""]));
        labels.sort_by_key(|label| ranks.of([label, "", "", ""]));
        assert_eq!(labels, ["spline", "min_norm", "a", "b"]);
        let mut variants =
            ["a[w=100, r=2]", "a[w=9, r=10]", "min_norm[k=2]", "a[w=9, r=2]", "min_norm[k=10]", "a"];
        let ranks = order.ranks(variants.iter().map(|label| [label, "", "", ""]));
        variants.sort_by_key(|label| ranks.of([label, "", "", ""]));
        let sorted = ["min_norm[k=2]", "min_norm[k=10]", "a", "a[w=9, r=2]", "a[w=9, r=10]", "a[w=100, r=2]"];
        assert_eq!(variants, sorted);
    }
}
