//! Writing a study back with every default spelled out.

use super::estimands;
use super::estimator::Estimator;
use super::formula::Formula;
use super::generate::{Alternative, Generate, PARTS, Sizes};
use super::own_data;
use super::process::nested;
use super::space::Space;
use super::study::Study;
use super::sweep::Slot;
use super::weights::Weights;
use serde_yaml::{Mapping, Value as Yaml};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::risk::Risk;

impl Study {
    /// The study as YAML that reads back as the same study.
    pub fn to_yaml(&self) -> String {
        let mut root = vec![
            ("version", 1.into()),
            ("name", self.name.as_str().into()),
            ("seed", self.seed.into()),
            ("trials", self.trials.into()),
            ("generate", self.generate()),
        ];
        match self.space() {
            // Nothing is evaluated of trials that programs compute.
            Space::Program => root.push(("trial", map(self.rules()))),
            Space::Line | Space::Features => {
                root.extend([("train", map(self.rules())), ("evaluate", self.evaluate())]);
            }
        }
        root.extend([("store", self.store()), ("aggregate", self.aggregate())]);
        // A tree of scalars, lists and string keys always has a YAML form.
        serde_yaml::to_string(&map(root)).unwrap_or_default()
    }

    fn generate(&self) -> Yaml {
        let choices = |list: &[Choice]| Yaml::Sequence(list.iter().map(choice).collect());
        let product = || {
            map([
                ("n", Yaml::Sequence(self.n.iter().map(|n| (*n).into()).collect())),
                ("design", choices(&self.designs)),
                ("target", choices(&self.targets)),
                ("noise", choices(&self.noises)),
            ])
        };
        self.cells.as_ref().map_or_else(product, |cells| cells.source.clone())
    }

    fn evaluate(&self) -> Yaml {
        let risk = |risk: &Risk| match risk {
            Risk::Adversarial(radius) => map([("adversarial", real(*radius))]),
            _ => risk.p().map_or_else(|| Yaml::from(risk.to_string()), real),
        };
        let mut evaluate = vec![
            ("risks", Yaml::Sequence(self.criteria.risks.iter().map(risk).collect())),
            ("domain", self.criteria.domain.to_string().into()),
        ];
        evaluate.extend(self.reference.map(|r| ("reference", self.estimators[r].label.as_str().into())));
        evaluate.extend(self.criteria.knots_within.map(|within| ("knots_per_gap", real(within))));
        if !self.criteria.diagnostics.is_empty() {
            let words = self.criteria.diagnostics.iter().map(|one| one.word().into()).collect();
            evaluate.push(("diagnostics", Yaml::Sequence(words)));
        }
        if !self.checkpoints.is_empty() {
            let steps = self.checkpoints.iter().map(|step| (*step).into()).collect();
            evaluate.push(("checkpoints", Yaml::Sequence(steps)));
        }
        map(evaluate)
    }

    fn store(&self) -> Yaml {
        let weights = match self.weights {
            Weights::All => "all".into(),
            Weights::None => "none".into(),
            Weights::Every(k) => map([("every", k.into())]),
        };
        let mut store = vec![("weights", weights), ("shard_points", self.shard_points.into())];
        store.extend(self.shard_trials.map(|trials| ("shard_trials", trials.into())));
        map(store)
    }

    fn aggregate(&self) -> Yaml {
        let mut aggregate = vec![
            ("quantiles", Yaml::Sequence(self.quantiles.iter().copied().map(real).collect())),
            ("max_failed", real(self.max_failed)),
        ];
        aggregate.extend(self.along.as_deref().map(|along| ("along", along.into())));
        if !self.quantities.is_empty() {
            let names = self.quantities.iter().map(|name| name.as_str().into()).collect();
            aggregate.push(("quantities", Yaml::Sequence(names)));
        }
        aggregate.extend(self.statistic.map(|statistic| ("statistic", statistic.into())));
        if !self.estimands.is_empty() {
            aggregate.push(("estimands", estimands::source(&self.estimands)));
        }
        map(aggregate)
    }
}

pub(super) fn map<'a>(pairs: impl IntoIterator<Item = (&'a str, Yaml)>) -> Yaml {
    Yaml::Mapping(pairs.into_iter().map(|(key, value)| (Yaml::from(key), value)).collect::<Mapping>())
}

/// Whole numbers without a fraction, as people write them.
fn real(x: f64) -> Yaml {
    if x.fract() == 0.0 && x.abs() < 1e15 { Yaml::from(x as i64) } else { Yaml::from(x) }
}

fn choice(choice: &Choice) -> Yaml {
    if choice.arguments().is_empty() {
        return choice.name().into();
    }
    let arguments = choice.arguments().iter().map(|(name, argument)| (*name, value(argument)));
    let is_real = |name: &str| {
        choice.arguments().iter().any(|(known, value)| *known == name && matches!(value, Value::Real(_)))
    };
    map([(choice.name(), map(nested(choice.name(), arguments.collect(), &is_real)))])
}

pub(super) fn value(value: &Value) -> Yaml {
    match value {
        Value::Real(x) => real(*x),
        Value::Whole(x) => (*x).into(),
        Value::Flag(flag) => Yaml::Bool(*flag),
        Value::Word(word) => (*word).into(),
        Value::Reals(xs) => Yaml::Sequence(xs.iter().copied().map(real).collect()),
        // No argument of a choice, and left out where defaults are spelled out.
        Value::Unset => Yaml::Null,
        Value::Wholes(xs) => Yaml::Sequence(xs.iter().map(|x| (*x).into()).collect()),
        Value::Text(text) => text.as_str().into(),
        Value::Texts(texts) => Yaml::Sequence(texts.iter().map(|text| text.as_str().into()).collect()),
        Value::Files(files) => {
            Yaml::Sequence(files.iter().map(|file| file.path().display().to_string().into()).collect())
        }
        // Where it lies, which labels do not say.
        Value::File(file) => file.path().display().to_string().into(),
    }
}

/// What is given for a parameter, axes as lists.
pub(super) fn slot(slot: &Slot) -> Yaml {
    match slot {
        Slot::Value(one) => value(one),
        Slot::Axis(values) => Yaml::Sequence(values.iter().map(value).collect()),
        Slot::Formula(formula) => formula.to_string().into(),
    }
}

/// Groups of axes that go in step, and the condition, as keys of a mapping.
pub(super) fn ties(zip: &[Vec<String>], filter: Option<&Formula>) -> Vec<(&'static str, Yaml)> {
    let group = |names: &Vec<String>| Yaml::Sequence(names.iter().map(|name| name.as_str().into()).collect());
    let mut ties = Vec::new();
    if !zip.is_empty() {
        ties.push(("zip", Yaml::Sequence(zip.iter().map(group).collect())));
    }
    ties.extend(filter.map(|filter| ("where", filter.to_string().into())));
    ties
}

/// Data whose cells are no product, with axes, formulas and conditions as they are written.
pub(super) fn generate_yaml(generate: &Generate<'_>) -> Yaml {
    let n = match &generate.sizes {
        Sizes::Values(values) => Yaml::Sequence(values.iter().map(|n| (*n).into()).collect()),
        Sizes::Formula(formula) => formula.to_string().into(),
    };
    let alternative = |alternative: &Alternative<'_>| {
        let given = alternative.given.iter().map(|given| (given.parameter, slot(&given.slot)));
        let set = alternative.defaults.iter().filter(|(_, default)| *default != Value::Unset);
        let defaults = set.map(|(name, default)| (*name, value(default)));
        let arguments: Vec<(&str, Yaml)> = given.chain(defaults).collect();
        if arguments.is_empty() { alternative.name.into() } else { map([(alternative.name, map(arguments))]) }
    };
    let filter = generate.filter.as_ref().map(|(filter, _)| filter);
    if let Some(own) = generate.parts[0].first().filter(|design| own_data::is_own_name(design.name)) {
        let parts = [("n", n), (own.name, own_data::source(own))];
        return map(parts.into_iter().chain(ties(&generate.zip, filter)));
    }
    let parts = PARTS.iter().zip(&generate.parts).map(|(part, alternatives)| {
        let list: Vec<Yaml> = alternatives.iter().map(alternative).collect();
        (*part, Yaml::Sequence(list))
    });
    map([("n", n)].into_iter().chain(parts).chain(ties(&generate.zip, filter)))
}

impl Study {
    /// What stands under `train`: each name once.
    fn rules(&self) -> impl Iterator<Item = (&str, Yaml)> {
        let one = |estimator: &Estimator| match &estimator.source {
            Some(source) => Yaml::clone(source),
            None => choice(estimator.rule.sample()),
        };
        let firsts = self.estimators.chunk_by(|one, other| one.name == other.name);
        firsts.filter_map(move |variants| variants.first().map(|first| (&*first.name, one(first))))
    }
}
