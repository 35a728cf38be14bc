//! One estimator of a study.

use super::read::{Errors, Field};
use super::space::Size;
use super::template::{Template, Unfit};
use serde_yaml::Value as Resolved;
use std::sync::Arc;
use tempered_math::catalogue::Value;

/// One estimator of a study: a variant of what stands under a name, or all of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimator {
    /// What it is called: its name, and the swept parameters that tell it from the others of that name,
    /// `relu[width=50, lr=0.1]`. No two estimators of a study have the same.
    pub label: String,
    /// Its name under `train`, which its folder has.
    pub name: Arc<str>,
    /// Its swept parameters in the order of the catalogue; none where the name stands for one estimator.
    pub swept: Vec<(&'static str, Value)>,
    /// What it is in each cell.
    pub rule: Template,
    /// Groups of its swept parameters that go in step.
    pub zip: Vec<Vec<String>>,
    /// What stands under the name where it has axes or formulas.
    pub source: Option<Arc<Resolved>>,
}

impl Estimator {
    /// One that has no variants.
    pub fn one(name: &str, rule: Template) -> Estimator {
        Estimator::variant(name, Vec::new(), rule)
    }

    /// The variant of a name with these swept parameters.
    pub fn variant(name: &str, swept: Vec<(&'static str, Value)>, rule: Template) -> Estimator {
        let label = if swept.is_empty() { name.into() } else { format!("{name}[{}]", text(&swept)) };
        Estimator { label, name: name.into(), swept, rule, zip: Vec::new(), source: None }
    }

    /// Makes these parameters swept ones too, where they have one value in all cells.
    pub(crate) fn adopt(&mut self, parameters: &[&str]) {
        let is_swept =
            |name: &str| self.swept.iter().any(|(own, _)| *own == name) || parameters.contains(&name);
        let is_fixed = |name: &&str| self.rule.formulas().iter().all(|(formula, _)| formula != name);
        let arguments = self.rule.sample().arguments();
        let swept: Vec<_> = arguments.iter().filter(|(name, _)| is_swept(name)).cloned().collect();
        let has = |name: &&str| swept.iter().any(|(own, _)| own == name);
        if parameters.iter().all(|name| has(name) && is_fixed(name)) {
            let Estimator { name, zip, source, .. } = self.clone();
            *self = Estimator { zip, source, ..Estimator::variant(&name, swept, self.rule.clone()) };
        }
    }

    /// What names its files where its name stands for several estimators: a hash of what it is, so that a variant keeps its
    /// files whatever else is swept.
    pub fn key(&self) -> Option<String> {
        (!self.swept.is_empty()).then(|| tempered_store::key(&self.rule.to_string()))
    }

    /// The swept parameters as text, `width=50, lr=0.1`; none where there are none.
    pub fn variant_text(&self) -> Option<String> {
        (!self.swept.is_empty()).then(|| text(&self.swept))
    }
}

fn text(swept: &[(&'static str, Value)]) -> String {
    swept.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

/// Reports a formula that has no value at one of these sizes.
pub(super) fn check_formulas(
    field: &Field<'_>,
    estimators: &[Estimator],
    sizes: &[Size],
    errors: &mut Errors,
) {
    for estimator in estimators.iter().filter(|estimator| !estimator.rule.formulas().is_empty()) {
        for size in sizes {
            let of = |name: &str| size.coordinate(name);
            if let Err(Unfit { parameter, fault }) = size.space.estimator(&estimator.rule, &of) {
                let message =
                    format!("has {} whose {parameter} {} at {size}", estimator.label, fault.message);
                errors.helped(field, message, fault.help);
                break;
            }
        }
    }
}
