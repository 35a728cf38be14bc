//! The comparison of a metrics file's footer with its name and with other files.

use crate::error::Error;
use crate::risk::Risk;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use tempered_store::{Footer, key};

/// The expected contents of the footers of a run directory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// The settings that decide the numbers of all estimators, such as the seed: names with values.
    pub study: Vec<(String, String)>,
    /// The text of an estimator with all its parameters, by its full name: its label or, where parameters are swept,
    /// `label[width=50, lr=0.1]`. Names that are not listed are those of earlier plans.
    pub estimators: BTreeMap<String, String>,
    /// Whether trials have no risks but metrics of programs alone.
    pub without_risks: bool,
}

/// The keys that decide numbers and must agree in all files of a directory.
const COMMON: [&str; 3] = ["generator", "seed", "domain"];

/// Keys of the texts with formulas in place of values.
const TEMPLATES: [&str; 3] = ["template.design", "template.target", "template.noise"];

/// The parsed folder and name of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'a> {
    /// The estimator's label.
    pub estimator: &'a str,
    pub n: u64,
    pub cell: &'a str,
    /// The key of the variant, if the name has one.
    pub variant: Option<&'a str>,
}

/// The contents of a footer beyond those of the name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claims {
    /// Numbers of its trials, one a row.
    pub trials: Range<u64>,
    /// The label, followed by the swept parameters of the variant.
    pub full_name: String,
    /// Labels of design, target and noise, with formulas where parameters have them, which distinguish series.
    pub labels: [String; 3],
    /// The same by value, where they differ.
    pub values: Option<[String; 3]>,
    /// Values of [`COMMON`], `None` where the footer lacks one.
    common: [Option<String>; 3],
    /// Parameters of the estimator.
    parameters: Option<String>,
}

impl Claims {
    /// Compares a footer with the name of its file, with its columns and with the expected contents.
    ///
    /// # Errors
    /// [`Error::Foreign`] with the first thing that differs.
    pub fn read(
        path: &Path,
        named: Named<'_>,
        footer: &Footer,
        columns: &[&str],
        expected: &Expected,
    ) -> Result<Claims, Error> {
        let says = |name: &str| footer.get(&format!("tempered.{name}"));
        let agree = |name: &str, wanted: &str, found: Option<&str>| agree(path, name, wanted, found);
        agree("label", named.estimator, says("label"))?;
        let content = says("cell").unwrap_or_default();
        agree("cell", named.cell, Some(&key(content)))?;
        let (n, labels) = parts(content)
            .ok_or_else(|| Error::foreign(path, "cell", Some(content), "n=…;design=…;target=…;noise=…"))?;
        agree("n", &named.n.to_string(), Some(n))?;
        for (name, value) in &expected.study {
            agree(name, value, says(name))?;
        }
        let full_name = full_name(path, named, footer)?;
        if let Some(parameters) = expected.estimators.get(&full_name) {
            agree("estimator", parameters, says("estimator"))?;
        }
        let trials = says("trials").and_then(range).filter(|range| range.end - range.start == footer.rows);
        let trials = trials.ok_or_else(|| {
            let wanted = format!("a range of its {} rows", footer.rows);
            Error::foreign(path, "trials", says("trials"), &wanted)
        })?;
        check_risks(path, columns, says("risks").unwrap_or_default())?;
        let common = COMMON.map(|name| says(name).map(str::to_owned));
        let parameters = says("estimator").map(str::to_owned);
        let templates = TEMPLATES.map(says);
        let values = templates.iter().any(Option::is_some).then(|| labels.clone());
        let mut labels = labels;
        for (label, template) in labels.iter_mut().zip(templates) {
            *label = template.map_or_else(|| std::mem::take(label), str::to_owned);
        }
        Ok(Claims { trials, full_name, labels, values, common, parameters })
    }

    /// Compares with another file of the directory.
    ///
    /// # Errors
    /// [`Error::Foreign`], of this file.
    pub fn agree(&self, path: &Path, other: &Claims, same_estimator: bool) -> Result<(), Error> {
        let common = COMMON.iter().zip(self.common.iter().zip(&other.common));
        let own = [("estimator", (&self.parameters, &other.parameters))];
        let own = own.iter().filter(|_| same_estimator).map(|(name, pair)| (name, *pair));
        for (name, (found, wanted)) in common.chain(own) {
            if found != wanted {
                let wanted = wanted.as_deref().unwrap_or("none, as in other files");
                return Err(Error::foreign(path, name, found.as_deref(), wanted));
            }
        }
        Ok(())
    }

    /// Compares with another file of the same partition: cell, estimator and variant.
    ///
    /// # Errors
    /// [`Error::Foreign`], of this file.
    pub fn same_partition(&self, path: &Path, other: &Claims) -> Result<(), Error> {
        self.agree(path, other, true)?;
        if self.full_name != other.full_name {
            return Err(Error::foreign(path, "variant", Some(&self.full_name), &other.full_name));
        }
        let labels = self.labels.iter().zip(&other.labels);
        match labels.zip(TEMPLATES).find(|((found, wanted), _)| found != wanted) {
            Some(((found, wanted), name)) => Err(Error::foreign(path, name, Some(found), wanted)),
            None => Ok(()),
        }
    }
}

fn agree(path: &Path, name: &str, wanted: &str, found: Option<&str>) -> Result<(), Error> {
    match found {
        Some(found) if found == wanted => Ok(()),
        found => Err(Error::foreign(path, name, found, wanted)),
    }
}

/// The label, followed by the swept parameters of the variant, which must be that of the file's name.
fn full_name(path: &Path, named: Named<'_>, footer: &Footer) -> Result<String, Error> {
    let variant = footer.get("tempered.variant");
    match (named.variant, variant) {
        (None, None) => Ok(named.estimator.to_owned()),
        (Some(found), Some(variant)) => {
            let estimator = footer.get("tempered.estimator").unwrap_or_default();
            agree(path, "estimator", found, Some(&key(estimator)))?;
            Ok(format!("{}[{variant}]", named.estimator))
        }
        (Some(_), None) => {
            Err(Error::foreign(path, "variant", variant, "the parameters of the variant in the name"))
        }
        (None, Some(_)) => Err(Error::foreign(path, "variant", variant, "none, as in the name")),
    }
}

/// Compares the risks that a footer declares with those of the columns: a risk with a damaged column name would otherwise
/// count as not computed.
fn check_risks(path: &Path, columns: &[&str], declared: &str) -> Result<(), Error> {
    let there: Vec<Risk> = columns.iter().filter_map(|column| Risk::of_column(column)).collect();
    let told = |risk: &str| Risk::of_text(risk).is_some_and(|risk| there.contains(&risk));
    if declared.is_empty() || declared.split(", ").all(told) {
        return Ok(());
    }
    let wanted = there.iter().map(Risk::to_string).collect::<Vec<_>>().join(", ");
    Err(Error::foreign(path, "risks", Some(declared), &format!("those of its columns, {wanted}")))
}

/// n and the labels of design, target and noise in the content of a cell.
fn parts(content: &str) -> Option<(&str, [String; 3])> {
    let (n, rest) = content.strip_prefix("n=")?.split_once(";design=")?;
    let (design, rest) = rest.split_once(";target=")?;
    let (target, noise) = rest.split_once(";noise=")?;
    Some((n, [design, target, noise].map(str::to_owned)))
}

/// `from..to`, without `to`.
fn range(text: &str) -> Option<Range<u64>> {
    let (from, to) = text.split_once("..")?;
    let range = from.parse().ok()?..to.parse().ok()?;
    (range.start <= range.end).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: &str =
        "n=20;design=uniform;target=piecewise_linear(knots=[0, 1], values=[0, 1]);noise=normal(sd=1)";

    fn footer(edit: (&str, &str)) -> Footer {
        let pairs = [
            ("risks", "1.5, sup"),
            ("generator", "4"),
            ("seed", "7"),
            ("domain", "hull"),
            ("estimator", "min_norm(ends=free)"),
            ("cell", CONTENT),
            ("label", "mine"),
            ("trials", "10..25"),
        ];
        let value =
            |name: &str, value: &str| if name == edit.0 { edit.1.to_owned() } else { value.to_owned() };
        let pairs = pairs.map(|(name, text)| (format!("tempered.{name}"), value(name, text)));
        Footer { pairs: pairs.into(), rows: 15 }
    }

    fn claims(edit: (&str, &str)) -> Result<Claims, Error> {
        let expected = Expected {
            study: vec![("seed".into(), "7".into())],
            estimators: [("mine".into(), "min_norm(ends=free)".into())].into(),
            without_risks: false,
        };
        let cell = key(CONTENT);
        let named = Named { estimator: "mine", n: 20, cell: &cell, variant: None };
        let columns = ["trial", "risk_l1_5", "risk_sup"];
        Claims::read(Path::new("m.parquet"), named, &footer(edit), &columns, &expected)
    }

    #[test]
    fn a_footer_is_what_the_name_says() {
        let claims = claims(("", "")).unwrap();
        assert_eq!(claims.trials, 10..25);
        let labels = ["uniform", "piecewise_linear(knots=[0, 1], values=[0, 1])", "normal(sd=1)"];
        assert_eq!(claims.labels, labels);
    }

    #[test]
    fn whatever_differs_is_named() {
        for (name, value) in [
            ("label", "yours"),
            ("cell", "n=20;design=grid;target=zero;noise=normal(sd=1)"),
            ("seed", "8"),
            ("estimator", "min_norm(ends=clamp)"),
            ("trials", "10..24"),
            ("trials", "25..10"),
            ("trials", "x"),
            ("risks", "1.5, 2"),
        ] {
            let error = claims((name, value)).unwrap_err().to_string();
            assert!(
                error.starts_with("m.parquet does not belong") && error.contains(name),
                "{name}: {error}"
            );
            assert!(error.contains("tempered verify --repair"), "{error}");
        }
    }

    #[test]
    fn variants_and_formulas_are_read() {
        let mut footer = footer(("", ""));
        let mut add = |name: &str, value: &str| footer.pairs.push((format!("tempered.{name}"), value.into()));
        add("variant", "ends=free");
        add("template.noise", "normal(sd=n^-0.5)");
        let cell = key(CONTENT);
        let of_estimator = key("min_norm(ends=free)");
        let read = |variant: Option<&str>, expected: &Expected| {
            let named = Named { estimator: "mine", n: 20, cell: &cell, variant };
            Claims::read(Path::new("m.parquet"), named, &footer, &["risk_l1_5", "risk_sup"], expected)
        };
        let claims = read(Some(&of_estimator), &Expected::default()).unwrap();
        assert_eq!(claims.full_name, "mine[ends=free]");
        assert_eq!((claims.labels[0].as_str(), claims.labels[2].as_str()), ("uniform", "normal(sd=n^-0.5)"));
        assert_eq!(claims.values.as_ref().unwrap()[2], "normal(sd=1)");
        let other = Claims { labels: claims.values.clone().unwrap(), ..claims.clone() };
        assert!(other.same_partition(Path::new("m"), &claims).is_err());
        assert!(claims.same_partition(Path::new("m"), &claims.clone()).is_ok());
        assert!(read(Some(&key("min_norm")), &Expected::default()).is_err());
        let error = read(None, &Expected::default()).unwrap_err().to_string();
        assert!(error.contains("variant"), "{error}");
        let estimators = [("mine[ends=free]".to_owned(), "min_norm(ends=clamp)".to_owned())].into();
        let error = read(Some(&of_estimator), &Expected { estimators, ..Expected::default() })
            .unwrap_err()
            .to_string();
        assert!(error.contains("min_norm(ends=clamp)"), "{error}");
    }

    #[test]
    fn files_of_one_directory_agree() {
        let one = claims(("", "")).unwrap();
        for (name, apart) in [("generator", true), ("domain", true), ("", false)] {
            let other = claims((name, "other")).unwrap();
            assert_eq!(other.agree(Path::new("m"), &one, true).is_err(), apart, "{name}");
        }
        let mut other = one.clone();
        other.parameters = Some("min_norm(ends=clamp)".into());
        assert!(other.agree(Path::new("m"), &one, true).is_err());
        assert!(other.agree(Path::new("m"), &one, false).is_ok());
    }
}
