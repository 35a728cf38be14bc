//! Writing a study back with every default spelled out.

use super::study::{Study, Weights};
use serde_yaml::{Mapping, Value as Yaml};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::risk::Risk;

impl Study {
    /// The study as YAML that reads back as the same study.
    pub fn to_yaml(&self) -> String {
        let choices = |list: &[Choice]| Yaml::Sequence(list.iter().map(choice).collect());
        let generate = map([
            ("n", Yaml::Sequence(self.n.iter().map(|n| (*n).into()).collect())),
            ("design", choices(&self.designs)),
            ("target", choices(&self.targets)),
            ("noise", choices(&self.noises)),
        ]);
        let train = map(self.estimators.iter().map(|(label, estimator)| (label.as_str(), choice(estimator))));
        let risk = |risk: &Risk| risk.p().map_or(Yaml::from("sup"), real);
        let weights = match self.weights {
            Weights::All => "all".into(),
            Weights::None => "none".into(),
            Weights::Every(k) => map([("every", k.into())]),
        };
        let mut evaluate = vec![
            ("risks", Yaml::Sequence(self.criteria.risks.iter().map(risk).collect())),
            ("domain", self.criteria.domain.to_string().into()),
        ];
        evaluate.extend(self.reference.map(|r| ("reference", self.estimators[r].0.as_str().into())));
        evaluate.extend(self.criteria.knots_within.map(|within| ("knots_per_gap", real(within))));
        if !self.checkpoints.is_empty() {
            let steps = self.checkpoints.iter().map(|step| (*step).into()).collect();
            evaluate.push(("checkpoints", Yaml::Sequence(steps)));
        }
        let mut store = vec![("weights", weights), ("shard_points", self.shard_points.into())];
        store.extend(self.shard_trials.map(|trials| ("shard_trials", trials.into())));
        let root = map([
            ("version", 1.into()),
            ("name", self.name.as_str().into()),
            ("seed", self.seed.into()),
            ("trials", self.trials.into()),
            ("generate", generate),
            ("train", train),
            ("evaluate", map(evaluate)),
            ("store", map(store)),
            (
                "aggregate",
                map([
                    ("quantiles", Yaml::Sequence(self.quantiles.iter().copied().map(real).collect())),
                    ("max_failed", real(self.max_failed)),
                ]),
            ),
        ]);
        // A tree of scalars, lists and string keys always has a YAML form.
        serde_yaml::to_string(&root).unwrap_or_default()
    }
}

fn map<'a>(pairs: impl IntoIterator<Item = (&'a str, Yaml)>) -> Yaml {
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
    let arguments = choice.arguments().iter().map(|(name, value)| {
        let value = match value {
            Value::Real(x) => real(*x),
            Value::Whole(x) => (*x).into(),
            Value::Flag(flag) => Yaml::Bool(*flag),
            Value::Word(word) => (*word).into(),
            Value::Reals(xs) => Yaml::Sequence(xs.iter().copied().map(real).collect()),
            Value::Wholes(xs) => Yaml::Sequence(xs.iter().map(|x| (*x).into()).collect()),
        };
        (*name, value)
    });
    map([(choice.name(), map(arguments))])
}
