//! Labels as people read them, and their order.

use std::borrow::Cow;

/// Characters of a number that are written out: the seventeen digits of a double, a point, and a few zeros before them.
const LONGEST: usize = 24;

/// A label in which numbers that take more room than a double needs have an exponent: `normal(sd=1e300)`.
///
/// Labels decide seeds and names of files, where each number is written out in full; tables have no room for 300 zeros.
pub fn short(label: &str) -> Cow<'_, str> {
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

/// The order of tables: estimators, designs, targets and noises as their study lists them. Labels that it does not list
/// come behind, in the order of the alphabet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// Labels of estimators.
    pub estimators: Vec<String>,
    /// Labels of designs.
    pub designs: Vec<String>,
    /// Labels of targets.
    pub targets: Vec<String>,
    /// Labels of noises.
    pub noises: Vec<String>,
}

/// The place of a label, and the label where there is none.
pub(crate) type Place<'a> = (usize, &'a str);

impl Order {
    /// What to sort estimators by.
    pub(crate) fn place(&self, estimator: &str) -> (usize, String) {
        let place = self.estimators.iter().position(|listed| listed == estimator);
        (place.unwrap_or(usize::MAX), estimator.to_owned())
    }

    /// What to sort labels of estimator, design, target and noise by.
    pub(crate) fn places<'a>(&self, labels: [&'a str; 4]) -> [Place<'a>; 4] {
        let lists = [&self.estimators, &self.designs, &self.targets, &self.noises];
        std::array::from_fn(|axis| {
            let place = lists[axis].iter().position(|listed| listed == labels[axis]);
            (place.unwrap_or(usize::MAX), labels[axis])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut labels = ["min_norm", "a", "spline", "b"];
        labels.sort_by_key(|label| order.places([label, "", "", ""]));
        assert_eq!(labels, ["spline", "min_norm", "a", "b"]);
    }
}
