//! What theory says of the series and curves of a study.

use std::collections::HashMap;
use tempered_analysis::{Coordinate, Curve, Known, Risk, Statistic, Verdict};
use tempered_math::catalogue::Choice;
use tempered_math::theory::{Class, Known as Told, Setting};
use tempered_math::{estimator, space};
use tempered_pipeline::plan::{Cell, Plan};
use tempered_pipeline::spec::{Estimator, Space};

/// A study, as theory looks at it.
pub struct Theory<'a> {
    plan: &'a Plan,
    /// Designs, targets and noises by their labels.
    choices: [HashMap<String, &'a Choice>; 3],
    /// Of studies in R^d, where d may depend on n, the cells by what series call design, target and noise.
    cells: HashMap<[String; 3], Vec<&'a Cell>>,
    /// The same by their keys.
    by_key: HashMap<&'a str, &'a Cell>,
    /// Estimators of such studies by the parts of their labels.
    estimators: HashMap<Vec<String>, &'a Estimator>,
}

impl<'a> Theory<'a> {
    /// That of a plan.
    pub fn of(plan: &'a Plan) -> Theory<'a> {
        let study = &plan.study;
        let by_label =
            |choices: &'a [Choice]| choices.iter().map(|choice| (choice.to_string(), choice)).collect();
        let choices = [&study.designs, &study.targets, &study.noises].map(|choices| by_label(choices));
        let mut cells: HashMap<[String; 3], Vec<&Cell>> = HashMap::new();
        let mut by_key = HashMap::new();
        let mut estimators = HashMap::new();
        if study.space() == Space::Features {
            estimators.extend(study.estimators.iter().map(|known| (parted(&known.label), known)));
            for cell in plan.cells.iter() {
                cells.entry(labels(cell)).or_default().push(cell);
                by_key.insert(cell.key.as_str(), cell);
            }
        }
        Theory { plan, choices, cells, by_key, estimators }
    }

    /// What is known of a risk of an estimator of the study, on data with these labels, as n grows.
    pub fn known(&self, label: &str, data: [&str; 3], risk: Risk) -> Known {
        let told = match self.plan.study.space() {
            Space::Line => self.on_line(label, data, risk),
            Space::Features => self.of_features(label, data, risk),
            Space::Program => None,
        };
        told.map_or_else(Known::default, known)
    }

    fn on_line(&self, label: &str, data: [&str; 3], risk: Risk) -> Option<Told> {
        let [design, target, noise] = std::array::from_fn(|axis| self.choices[axis].get(data[axis]).copied());
        let (design, target, noise) = (design?, target?, noise?);
        let estimator = self.plan.study.estimators.iter().find(|known| known.label == label)?.rule.fixed()?;
        let setting =
            Setting { design, target, noise, p: risk.p()?, domain: self.plan.study.criteria.domain };
        estimator::known(estimator, &setting)
    }

    fn of_features(&self, label: &str, data: [&str; 3], risk: Risk) -> Option<Told> {
        let cells = self.cells.get(&data.map(str::to_owned))?;
        let sizes: Vec<(u64, u64)> = cells.iter().filter_map(|cell| Some((cell.n, cell.size().d?))).collect();
        let last = cells.iter().max_by_key(|cell| cell.n)?;
        let estimator = self.plan.study.estimators.iter().find(|known| known.label == label)?;
        let choice = last.choice(&estimator.rule).ok()?;
        if let Some(risk) = of_signs(risk) {
            let growth = space::theory::Growth::of(&sizes)?;
            return space::theory::known_error(
                &choice,
                [&last.design, &last.target, &last.noise],
                growth,
                risk,
            );
        }
        // The part of R_2 that is due to noise is R_2 of the target zero in expectation over the noise, and of the same class.
        let zero = space::target::CATALOGUE.iter().find(|entry| entry.name == "zero");
        let zero = zero.and_then(|entry| Choice::new(entry, &[]).ok());
        let (target, p) = match risk {
            Risk::Variance => (zero.as_ref()?, 2.0),
            _ => (&*last.target, risk.p()?),
        };
        let rule = |cell: &&Cell| Some((cell.n, cell.choice(&estimator.rule).ok()?));
        let rules: Vec<_> = cells.iter().map(rule).collect::<Option<_>>()?;
        let setting = space::theory::Setting {
            design: &last.design,
            target,
            noise: &last.noise,
            p,
            growth: space::theory::Growth::of(&sizes)?,
        };
        // What is known of all but bags is of a rule that stays as n grows.
        if choice.name() == "ensemble" {
            let rules: Vec<(u64, &Choice)> = rules.iter().map(|(n, rule)| (*n, &**rule)).collect();
            return space::theory::known_bags(&rules, &setting);
        }
        let stays = rules.iter().all(|(_, rule)| *rule == choice);
        let follows = ["kernel", "nearest", "shepard"].contains(&choice.name()) && !stays;
        if follows { None } else { space::theory::known(&choice, &setting) }
    }

    /// Notes at the places of a curve what is known of its statistic there: the median by the exact law, the mean by that or,
    /// of R_2, by the law of chains or the eigenframework.
    pub fn note(&self, curve: &mut Curve) {
        let Some(risk) = Risk::of_column(&curve.quantity) else { return };
        if self.plan.study.space() != Space::Features {
            return;
        }
        let statistic = curve.statistic;
        let (name, along) = (curve.estimator.clone(), curve.along.clone());
        for point in &mut curve.points {
            let key = point.cell.rsplit(':').next().unwrap_or_default();
            let Some(cell) = self.by_key.get(key) else { continue };
            let full = full_name(&name, &along, point.at.as_ref());
            let planned = self.estimators.get(&full).or_else(|| self.estimators.get(&parted(&name)));
            let choice = planned.and_then(|planned| cell.choice(&planned.rule).ok());
            point.theory = choice.and_then(|choice| at(cell, &choice, risk, statistic));
        }
    }
}

/// The name of an estimator and its swept parameters, that of a curve among them.
fn full_name(name: &str, along: &str, at: Option<&Coordinate>) -> Vec<String> {
    let mut parts = parted(name);
    parts.extend(at.map(|at| format!("{along}={at}")));
    parts.sort_unstable();
    parts
}

/// A label as its name and its swept parameters, sorted: a curve leaves one of them out, wherever it stands.
fn parted(label: &str) -> Vec<String> {
    let (name, parameters) =
        label.strip_suffix(']').and_then(|open| open.split_once('[')).unwrap_or((label, ""));
    let parameters = parameters.split(", ").filter(|parameter| !parameter.is_empty());
    let mut parts: Vec<String> = std::iter::once(name).chain(parameters).map(str::to_owned).collect();
    parts.sort_unstable();
    parts
}

/// The median or the mean of a risk at the size of a cell.
fn at(cell: &Cell, estimator: &Choice, risk: Risk, statistic: Statistic) -> Option<f64> {
    let size = (cell.n, cell.size().d?);
    if risk.is_of_signs() {
        // To leading order medians and means are one.
        let clean = space::theory::error(estimator, &cell.design, &cell.target, &cell.noise, size)?;
        let flipped = cell.noise.arguments().iter().find(|(name, _)| *name == "probability");
        let flipped = flipped.map_or(0.0, |(_, value)| value.real());
        return match risk {
            Risk::Error => Some(clean),
            Risk::NoisyError => Some(flipped + (1.0 - 2.0 * flipped) * clean),
            _ => None,
        };
    }
    let p = risk.p()?;
    let law = space::theory::law(estimator, &cell.design, &cell.target, &cell.noise, size);
    match (statistic, law) {
        // R_p of a plane on normal points is m_p R_2^{p/2}, and so are its quantiles.
        (Statistic::Median, Some(law)) => {
            Some(space::risk::normal_moment(p) * law.quantile(0.5).powf(0.5 * p))
        }
        (Statistic::Median, None) => None,
        (Statistic::Mean, Some(law)) => law.mean_power(p).filter(|mean| mean.is_finite()),
        (Statistic::Mean, None) if p == 2.0 => {
            let collapse = space::theory::collapse(estimator, &cell.design, &cell.target, &cell.noise, size);
            let expected =
                || space::theory::expected(estimator, &cell.design, &cell.target, &cell.noise, size);
            collapse.or_else(expected).filter(|mean| mean.is_finite())
        }
        (Statistic::Mean, None) => None,
    }
}

/// The risk of signs that a column holds.
fn of_signs(risk: Risk) -> Option<tempered_math::risk::Risk> {
    match risk {
        Risk::Error => Some(tempered_math::risk::Risk::Error),
        Risk::ExcessError => Some(tempered_math::risk::Risk::ExcessError),
        _ => None,
    }
}

/// What series call design, target and noise of a cell.
pub fn labels(cell: &Cell) -> [String; 3] {
    let choices = [&cell.design, &cell.target, &cell.noise];
    std::array::from_fn(|axis| {
        let template = cell.labels.as_ref().and_then(|labels| labels[axis].clone());
        template.unwrap_or_else(|| choices[axis].to_string())
    })
}

fn known(told: Told) -> Known {
    let verdict = |class| match class {
        Class::Benign => Verdict::Benign,
        Class::Tempered => Verdict::Tempered,
        Class::Catastrophic => Verdict::Catastrophic,
    };
    Known {
        in_probability: told.in_probability.map(verdict),
        in_expectation: told.in_expectation.map(verdict),
        limit: told.limit,
        exponent: told.exponent,
        source: Some(told.source.into()),
    }
}
