//! A study with all that its directory records of each trial besides what it asks for.

use super::columns::parameter;
use super::keys::Numbers;
use super::named;
use crate::generator::Generator;
use crate::spec::{self, Study, Template, Weights};
use tempered_math::risk::Risk;

/// Widens a study by what is stored; gives the reference of distances. What contradicts it stays as the study says, which
/// comparing the two tells.
pub(crate) fn widen(study: &mut Study, generator: Generator, stored: &Numbers) -> Option<Template> {
    let value = |name: &str| stored.values().filter_map(|identity| identity.get(name)).cloned().collect();
    let (risks, weights, checkpoints): (Vec<String>, Vec<String>, Vec<String>) =
        (value("risks"), value("weights"), value("checkpoints"));
    // Stored ones first: before there was an order, files had that of the study.
    let asked = std::mem::take(&mut study.criteria.risks);
    for risk in risks.iter().flat_map(|risks| risks.split(", ")).filter_map(risk).chain(asked) {
        if !study.criteria.risks.contains(&risk) {
            study.criteria.risks.push(risk);
        }
    }
    if generator >= Generator::Four {
        // Whatever order they came in: files do not tell the history of a directory.
        study.criteria.risks.sort_by(|a, b| order(*a).total_cmp(&order(*b)));
    }
    let stored_weights = weights.iter().filter_map(|label| Weights::of(label)).reduce(Weights::union);
    study.weights = stored_weights.map_or(study.weights, |stored| stored.union(study.weights));
    if generator >= Generator::Four && study.weights == Weights::Every(1) {
        study.weights = Weights::All;
    }
    let steps = checkpoints.iter().flat_map(|steps| steps.split(", ")).filter_map(|step| step.parse().ok());
    study.checkpoints.extend(steps.collect::<Vec<u64>>());
    study.checkpoints.sort_unstable();
    study.checkpoints.dedup();
    let within: Vec<String> = value("knots_per_gap");
    let within = within.first().and_then(|within| within.parse().ok());
    study.criteria.knots_within = study.criteria.knots_within.or(within);
    let parameters: Vec<String> = value("parameters");
    for (name, kind) in parameters.iter().flat_map(|parameters| parameters.split(", ")).filter_map(parameter)
    {
        match study.parameters.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = spec::join(*known, kind),
            None => study.parameters.push((name, kind)),
        }
    }
    study.parameters.sort();
    let columns: Vec<String> = value("data_parameters");
    study.data_parameters.extend(columns.iter().flat_map(|names| names.split(", ")).map(str::to_owned));
    study.data_parameters.sort();
    study.data_parameters.dedup();
    let reference: Vec<String> = value("reference");
    let asked = study.reference.map(|position| study.estimators[position].rule.clone());
    let reference = asked.or_else(|| named::estimator(reference.first()?));
    study.criteria.distances = reference.is_some();
    reference
}

fn risk(label: &str) -> Option<Risk> {
    if label == "sup" { Some(Risk::Sup) } else { Risk::lp(label.parse().ok()?) }
}

/// Exponents ascending, the supremum last.
fn order(risk: Risk) -> f64 {
    risk.p().unwrap_or(f64::INFINITY)
}
