//! What stands under `evaluate`: risks and what else is computed of a predictor.

use super::counts::counts;
use super::estimator::Estimator;
use super::labels::Responses;
use super::limits::{LAST_CHECKPOINT, RISKS};
use super::read::{Errors, Field, distinct, word};
use super::space::Space;
use super::study::trains;
use tempered_math::risk::{Domain, Risk};
use tempered_math::score::{Criteria, Diagnostic};

/// What stands under `evaluate`.
pub(super) struct Evaluation {
    pub criteria: Criteria,
    /// Position of the reference among the estimators.
    pub reference: Option<usize>,
    pub checkpoints: Vec<u64>,
}

/// What is evaluated of trials that programs compute: nothing.
pub(super) fn nothing(field: Option<&Field<'_>>, errors: &mut Errors) -> Option<Evaluation> {
    if let Some(field) = field {
        let help = "leave it out; what the program answers is under its `metrics`";
        errors.helped(field, "is of predictors, but whole trials have metrics alone", Some(help.into()));
        return None;
    }
    let criteria = Criteria::risks(&[], Domain::None);
    Some(Evaluation { criteria, reference: None, checkpoints: Vec::new() })
}

pub(super) fn evaluate(
    field: Option<&Field<'_>>,
    estimators: &[Estimator],
    (space, responses): (Space, Responses),
    errors: &mut Errors,
) -> Option<Evaluation> {
    let keys = ["risks", "domain", "reference", "knots_per_gap", "checkpoints", "diagnostics"];
    let fields = field.map_or(vec![None; keys.len()], |field| field.map(&keys, errors));
    let risks = risks(fields[0].as_ref(), (space, responses), errors);
    let domain = domain(fields[1].as_ref(), space, errors);
    if space == Space::Features {
        // Checkpoints are refused as on the line, since no estimator trains.
        for (key, field) in
            keys.iter().zip(&fields).filter(|(key, _)| ["reference", "knots_per_gap"].contains(key))
        {
            if let Some(field) = field {
                errors.push(field, format!("asks for `{key}`, which estimators on the line have"));
                return None;
            }
        }
    }
    let diagnostics = match &fields[5] {
        Some(field) => diagnostics(field, space, errors),
        None => Some(Vec::new()),
    };
    // Labels that are wrong themselves are reported where they stand.
    let reference = match &fields[2] {
        Some(field) if !estimators.is_empty() => {
            let labels: Vec<&str> = estimators.iter().map(|estimator| estimator.label.as_str()).collect();
            word(field, &labels, errors).map(Some)
        }
        _ => Some(None),
    };
    let share = |x: f64| (0.0..1.0).contains(&x);
    let knots_within = match &fields[3] {
        Some(field) => field.real("a number of at least 0 and below 1", share, errors).map(Some),
        None => Some(None),
    };
    let checkpoints = match &fields[4] {
        Some(field) => checkpoints(field, estimators, errors),
        None => Some(Vec::new()),
    };
    let (risks, domain, reference, knots_within) = (risks?, domain?, reference?, knots_within?);
    let (distances, diagnostics) = (reference.is_some(), diagnostics?);
    let criteria = Criteria { risks, domain, distances, knots_within, diagnostics };
    Some(Evaluation { criteria, reference, checkpoints: checkpoints? })
}

/// The domain of the risks: on the line the hull of the data unless another one is given, off it the law of x.
fn domain(field: Option<&Field<'_>>, space: Space, errors: &mut Errors) -> Option<Domain> {
    let domains: &[Domain] = match space {
        Space::Line => &[Domain::Hull, Domain::Unit],
        Space::Features => &[Domain::Population],
        Space::Program => &[Domain::None],
    };
    let Some(field) = field else { return domains.first().copied() };
    let words: Vec<String> = domains.iter().map(Domain::to_string).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    word(field, &words, errors).and_then(|word| domains.get(word).copied())
}

fn risks(
    field: Option<&Field<'_>>,
    (space, responses): (Space, Responses),
    errors: &mut Errors,
) -> Option<Vec<Risk>> {
    let Some(field) = field else { return Some(responses.risks()) };
    let mut items = field.items(errors);
    if items.len() > RISKS {
        errors.push(field, format!("has {} entries, but there may be at most {RISKS}", items.len()));
        items.clear();
    }
    let risks: Vec<Option<Risk>> = items.iter().map(|item| risk(item, space, errors)).collect();
    distinct(&items, &risks, errors);
    risks.into_iter().collect::<Option<Vec<Risk>>>().filter(|risks| !risks.is_empty())
}

fn diagnostics(field: &Field<'_>, space: Space, errors: &mut Errors) -> Option<Vec<Diagnostic>> {
    if space == Space::Line {
        errors.push(field, "asks for `diagnostics`, which estimators with d features have");
        return None;
    }
    let words = Diagnostic::ALL.map(Diagnostic::word);
    let items = field.items(errors);
    let known: Vec<Option<Diagnostic>> = items
        .iter()
        .map(|item| word(item, &words, errors).and_then(|place| Diagnostic::ALL.get(place).copied()))
        .collect();
    distinct(&items, &known, errors);
    let mut known = known.into_iter().collect::<Option<Vec<Diagnostic>>>()?;
    known.sort_unstable();
    Some(known)
}

fn checkpoints(field: &Field<'_>, estimators: &[Estimator], errors: &mut Errors) -> Option<Vec<u64>> {
    let mut checkpoints = counts(field, (0, LAST_CHECKPOINT), errors)?;
    checkpoints.sort_unstable();
    if !estimators.is_empty() && !estimators.iter().any(|estimator| trains(estimator.rule.sample())) {
        errors.push(field, "asks for checkpoints, but no estimator under `train` is trained step by step");
    }
    Some(checkpoints)
}

fn risk(field: &Field<'_>, space: Space, errors: &mut Errors) -> Option<Risk> {
    let is_word = |risk: &Risk| !matches!(risk, Risk::Adversarial(_));
    let is_of_space = |risk: &Risk| space == Space::Features || *risk == Risk::Sup;
    if let Some(risk) = field.node.text().and_then(Risk::of_word).filter(is_of_space).filter(is_word) {
        return Some(risk);
    }
    if space == Space::Features
        && let Some(radius) = field.get("adversarial")
    {
        // Other keys beside it are reported.
        field.map(&["adversarial"], errors);
        return radius.real("a radius above 0", |radius| radius > 0.0, errors).and_then(Risk::adversarial);
    }
    let expected = match space {
        Space::Line | Space::Program => "a number p of at least 1, or `sup`",
        Space::Features => {
            "a number p of at least 1, or one of `sup`, `variance`, `bias`, `gradient`, `{adversarial: radius}`, and for labels `error`, `noisy_error`, `excess_error`"
        }
    };
    field.real(expected, |p| p >= 1.0, errors).and_then(Risk::lp)
}
