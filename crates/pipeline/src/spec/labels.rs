//! Studies of labels ±1: what they are made of, what flips them and what is asked of them.

use super::estimator::Estimator;
use super::generate::Alternative;
use super::read::{Errors, Field};
use super::study::Data;
use tempered_math::catalogue::Choice;
use tempered_math::risk::Risk;
use tempered_math::space;

/// The noise of labels.
const FLIP: &str = "flip";
/// The target that makes labels.
pub(super) const SIGN: &str = "sign";
/// The design whose points have labels.
pub(super) const CLUSTERS: &str = "clusters";
/// The law of noise that adds nothing.
const NONE: &str = "none";

/// What the y of a study are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Responses {
    /// Real numbers.
    Real,
    /// Signs of a target.
    Signs,
    /// Labels of clusters, which are no function of x.
    Clusters,
}

impl Responses {
    /// Those of the names of designs and targets.
    pub fn of<'n>(
        mut designs: impl Iterator<Item = &'n str>,
        mut targets: impl Iterator<Item = &'n str>,
    ) -> Responses {
        if designs.any(|name| name == CLUSTERS) {
            return Responses::Clusters;
        }
        if targets.any(|name| name == SIGN) { Responses::Signs } else { Responses::Real }
    }

    /// Those of data.
    pub fn of_data(data: &Data) -> Responses {
        Responses::of(data.designs.iter().map(Choice::name), data.targets.iter().map(Choice::name))
    }

    /// The risks that are meant where none are named.
    pub fn risks(self) -> Vec<Risk> {
        match self {
            Responses::Real => [1.0, 2.0].into_iter().filter_map(Risk::lp).collect(),
            Responses::Signs | Responses::Clusters => vec![Risk::Error],
        }
    }
}

/// Refuses data that mix labels with real numbers, and noise that one has and the other has not.
pub(super) fn check_parts(
    [designs, targets, noises]: [&[Alternative<'_>]; 3],
    errors: &mut Errors,
) -> Option<()> {
    let names = |part: &[Alternative<'_>]| part.iter().map(|one| one.name).collect::<Vec<_>>();
    let responses = Responses::of(names(designs).into_iter(), names(targets).into_iter());
    let mixed = |part: &[Alternative<'_>], errors: &mut Errors, is: &dyn Fn(&str) -> bool, message: &str| {
        let other = part.iter().find(|one| !is(one.name))?;
        errors.helped(&other.item, message.replace("{}", other.name), Some("write two studies".into()));
        Some(())
    };
    let two = "is {} beside labels: their risks are others";
    let found = match responses {
        Responses::Clusters => mixed(designs, errors, &|name| name == CLUSTERS, two).or_else(|| {
            let target = targets.iter().find(|one| one.name != "zero")?;
            let message = format!("is {}, but clusters have labels of their own", target.name);
            errors.helped(&target.item, message, Some("leave `target` out".into()));
            Some(())
        }),
        Responses::Signs => mixed(targets, errors, &|name| name == SIGN, two),
        Responses::Real => None,
    };
    if found.is_some() {
        return None;
    }
    let is_wrong = |one: &&Alternative<'_>| match responses {
        Responses::Real => one.name == FLIP,
        Responses::Signs | Responses::Clusters => ![FLIP, NONE].contains(&one.name),
    };
    let Some(noise) = noises.iter().find(is_wrong) else { return Some(()) };
    let (message, help) = match responses {
        Responses::Real => (
            "flips labels ±1, but the responses are real numbers".to_owned(),
            "target: {sign: {of: …}} or design: {clusters: …} make labels",
        ),
        _ => (
            format!("is {}, but the labels are ±1", noise.name),
            "`flip: {probability: …}` gives labels the wrong sign, and without `noise` they are right",
        ),
    };
    errors.helped(&noise.item, message, Some(help.into()));
    None
}

/// Refuses risks of signs where there are no labels, of functions where there is no f*, and an excess over what is not known.
pub(super) fn check_risks(field: &Field<'_>, data: &Data, risks: &[Risk], errors: &mut Errors) {
    let responses = Responses::of_data(data);
    let place = field.get("risks").unwrap_or_else(|| field.clone());
    let wrong = risks.iter().find(|risk| match responses {
        Responses::Real => risk.is_of_labels(),
        Responses::Signs => matches!(risk, Risk::Gradient | Risk::Adversarial(_)),
        Responses::Clusters => !risk.is_of_labels(),
    });
    if let Some(risk) = wrong {
        let (message, help) = match responses {
            Responses::Clusters => (
                format!(
                    "has {risk}, which compares f̂ with f*, but the labels of clusters are no function of x"
                ),
                "ask for `error`, `noisy_error` or `excess_error`",
            ),
            Responses::Signs => {
                (format!("has {risk}, which labels ±1 do not have"), "ask for `error`, `noisy_error` or R_p")
            }
            Responses::Real => (
                format!("has {risk}, which is of labels ±1, but the responses are real numbers"),
                "target: {sign: {of: …}} or design: {clusters: …} make labels",
            ),
        };
        errors.helped(&place, message, Some(help.into()));
        return;
    }
    let unknown = |design: &&Choice| {
        let law = design.build(space::design::CATALOGUE).ok();
        let d = super::space::dimension(design).and_then(|d| usize::try_from(d).ok());
        let least = law.zip(d).map(|(law, d)| space::risk::Scorer::new(law, d).least_mistakes());
        least.flatten().is_none()
    };
    if risks.contains(&Risk::ExcessError) && data.designs.iter().any(|design| unknown(&design)) {
        let message = "has excess_error, but the least error of any rule is known for two clusters, and for the four of xor";
        errors.helped(&place, message, Some("ask for `error`".into()));
    }
}

/// Refuses rules for labels where responses are real numbers.
pub(super) fn check_estimators(
    field: &Field<'_>,
    data: &Data,
    estimators: &[Estimator],
    errors: &mut Errors,
) {
    if Responses::of_data(data) != Responses::Real {
        return;
    }
    let needs = |estimator: &&Estimator| {
        let built = estimator.rule.sample().build(space::estimator::CATALOGUE);
        built.is_ok_and(|rule| rule.needs_labels())
    };
    if let Some(estimator) = estimators.iter().find(needs) {
        let place = field.get(&estimator.name).unwrap_or_else(|| field.clone());
        let name = estimator.rule.sample().name();
        let message = format!("is {name}, a rule for labels ±1, but the responses are real numbers");
        let help = "target: {sign: {of: …}} or design: {clusters: …} make labels";
        errors.helped(&place, message, Some(help.into()));
    }
}
