//! A study with all that its directory records of each trial besides what it asks for.

use super::columns::parameter;
use super::keys::Numbers;
use super::named;
use crate::generator::Generator;
use crate::spec::{self, Estimator, Study, Template, Weights};
use tempered_math::risk::Risk;
use tempered_math::score::Diagnostic;

/// Widens a study by what is stored; gives the reference of distances. What contradicts it stays as the study says, which
/// comparing the two tells.
pub(super) fn widen(study: &mut Study, generator: Generator, stored: &Numbers) -> Option<Template> {
    let values = |name: &str| -> Vec<String> {
        stored.values().filter_map(|identity| identity.get(name)).cloned().collect()
    };
    adopt_variants(&mut study.estimators, stored);
    widen_risks(study, generator, &values("risks"));
    widen_weights(study, generator, &values("weights"));
    widen_columns(study, &values("parameters"), &values("data_parameters"));
    study.metrics.extend(split(&values("metrics")).map(str::to_owned));
    study.metrics.sort();
    study.metrics.dedup();
    let checkpoints = values("checkpoints");
    study.checkpoints.extend(split(&checkpoints).filter_map(|step| step.parse::<u64>().ok()));
    study.checkpoints.sort_unstable();
    study.checkpoints.dedup();
    let diagnostics = values("diagnostics");
    study.criteria.diagnostics.extend(split(&diagnostics).filter_map(Diagnostic::of_word));
    study.criteria.diagnostics.sort_unstable();
    study.criteria.diagnostics.dedup();
    let within = values("knots_per_gap").first().and_then(|within| within.parse().ok());
    study.criteria.knots_within = study.criteria.knots_within.or(within);
    let asked = study.reference.map(|position| study.estimators[position].rule.clone());
    let reference = asked.or_else(|| named::estimator(values("reference").first()?));
    study.criteria.distances = reference.is_some();
    reference
}

/// The entries of lists, as footers and records state them.
fn split(lists: &[String]) -> impl Iterator<Item = &str> {
    lists.iter().flat_map(|list| list.split(", "))
}

/// Gives an estimator, whose name stands for variants in the directory, the swept parameters that tell these apart: `width: 50`
/// beside variants of several widths is the one of width 50, whose files are there.
fn adopt_variants(estimators: &mut [Estimator], stored: &Numbers) {
    let is_new = |known: &Estimator| !stored.contains_key(&known.label);
    for variants in estimators.chunk_by_mut(|one, other| one.name == other.name) {
        let prefix = format!("{}[", variants[0].name);
        if !variants.iter().any(is_new) || stored.contains_key(&*variants[0].name) {
            continue;
        }
        let known = stored.range(prefix.clone()..).next().filter(|(label, _)| label.starts_with(&prefix));
        let swept = known.and_then(|(label, identity)| {
            let text = label.strip_prefix(&prefix)?.strip_suffix(']')?;
            Some(named::variant(&variants[0].name, Some(text), identity.get("estimator")?)?.swept)
        });
        let names: Vec<&str> = swept.iter().flatten().map(|(parameter, _)| *parameter).collect();
        variants.iter_mut().filter(|known| is_new(known)).for_each(|known| known.adopt(&names));
    }
}

fn widen_risks(study: &mut Study, generator: Generator, stored: &[String]) {
    // Stored ones first: before there was an order, files had that of the study.
    let asked = std::mem::take(&mut study.criteria.risks);
    for risk in split(stored).filter_map(risk).chain(asked) {
        if !study.criteria.risks.contains(&risk) {
            study.criteria.risks.push(risk);
        }
    }
    if generator >= Generator::Four {
        // Whatever order they came in: files do not tell the history of a directory.
        study.criteria.risks.sort_by(|a, b| order(*a).total_cmp(&order(*b)));
    }
}

fn widen_weights(study: &mut Study, generator: Generator, stored: &[String]) {
    let stored = stored.iter().filter_map(|label| Weights::of(label)).reduce(Weights::union);
    study.weights = stored.map_or(study.weights, |stored| stored.union(study.weights));
    if generator >= Generator::Four && study.weights == Weights::Every(1) {
        study.weights = Weights::All;
    }
}

fn widen_columns(study: &mut Study, swept: &[String], of_data: &[String]) {
    for (name, kind) in split(swept).filter_map(parameter) {
        match study.parameters.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = spec::join(*known, kind),
            None => study.parameters.push((name, kind)),
        }
    }
    study.parameters.sort();
    study.data_parameters.extend(split(of_data).map(str::to_owned));
    study.data_parameters.sort();
    study.data_parameters.dedup();
}

fn risk(label: &str) -> Option<Risk> {
    Risk::of_word(label).or_else(|| Risk::lp(label.parse().ok()?))
}

/// Exponents ascending, words last.
fn order(risk: Risk) -> f64 {
    risk.p().unwrap_or(f64::INFINITY)
}
