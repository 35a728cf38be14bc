//! Where x lives, and how large training sets are.

use super::formula::Scalar;
use super::mark::Yaml;
use super::own_data::{PARAMETERS, is_own_name};
use super::process::{feature_estimators, line_estimators, whole_trials};
use super::read::{Errors, Field};
use super::template::{Template, Unfit};
use std::borrow::Cow;
use tempered_math::catalogue::{Choice, Value};
use tempered_math::{design, space};

/// The parameter of designs of R^d that is a coordinate of its own.
pub const DIMENSION: &str = "d";

/// Where x lives, which decides the catalogues of designs, targets and estimators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// One sorted feature.
    Line,
    /// Rows of d features.
    Features,
    /// Nowhere that is known: whole trials are computed by programs.
    Program,
}

/// The size of training sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size {
    /// Points.
    pub n: u64,
    /// Features of a point; none on the line.
    pub d: Option<u64>,
    /// Where x lives.
    pub space: Space,
}

/// The features of a point by this design; none on the line.
pub fn dimension(design: &Choice) -> Option<u64> {
    design.arguments().iter().find_map(|(name, value)| match value {
        Value::Whole(d) if *name == DIMENSION => Some(*d),
        _ => None,
    })
}

/// The name of a coordinate: the parameter with the part of the data before it, but `d` and parameters of the user's own by themselves.
pub(crate) fn coordinate(part: &str, choice: &str, parameter: &str) -> String {
    if part == "design" && (parameter == DIMENSION || is_own_name(choice)) {
        return parameter.to_owned();
    }
    format!("{part}_{parameter}")
}

impl Space {
    /// That of a design.
    pub fn of(design: &Choice) -> Space {
        match dimension(design) {
            _ if design.name() == PARAMETERS => Space::Program,
            Some(_) => Space::Features,
            None => Space::Line,
        }
    }

    /// What is meant under `generate` where something in it is wrong: R^d if features are counted, or a design has only that.
    pub(super) fn meant(generate: &Field<'_>) -> Space {
        let named = |field: &Field<'_>| match &field.node.value {
            Yaml::Map(pairs) => pairs.first().and_then(|(name, _)| name.text()).map(str::to_owned),
            _ => field.node.text().map(str::to_owned),
        };
        let is_of = |name: &str| {
            let among = |mut names: Box<dyn Iterator<Item = &'static str>>| names.any(|known| known == name);
            among(Box::new(space::design::CATALOGUE.iter().map(|entry| entry.name)))
                && !among(Box::new(design::CATALOGUE.iter().map(|entry| entry.name)))
        };
        let designs = generate.get("design");
        let mut designs = designs.iter().flat_map(|field| field.items(&mut Errors::default()));
        let features = generate.get(DIMENSION).is_some()
            || designs.any(|design| named(&design).is_some_and(|name| is_of(&name)));
        if features { Space::Features } else { Space::Line }
    }

    /// What an estimator is where names in its formulas have these values.
    ///
    /// # Errors
    /// See [`Template::at`].
    pub fn estimator<'a>(
        self,
        rule: &'a Template,
        of: &dyn Fn(&str) -> Option<Scalar>,
    ) -> Result<Cow<'a, Choice>, Unfit> {
        match self {
            Space::Line => rule.at(line_estimators(), of),
            Space::Features => rule.at(feature_estimators(), of),
            Space::Program => rule.at(whole_trials(), of),
        }
    }
}

impl Size {
    /// n points on the line, or of d features.
    pub fn new(n: u64, d: Option<u64>) -> Size {
        Size { n, d, space: if d.is_some() { Space::Features } else { Space::Line } }
    }

    /// n points of a design.
    pub fn of(n: u64, design: &Choice) -> Size {
        Size { n, d: dimension(design), space: Space::of(design) }
    }

    /// Numbers in the x of a training set; one where a program computes the trial.
    pub fn numbers(self) -> u64 {
        match self.space {
            Space::Program => 1,
            Space::Line | Space::Features => self.n.saturating_mul(self.d.unwrap_or(1)),
        }
    }

    /// The value of a coordinate that formulas of estimators mention.
    pub fn coordinate(self, name: &str) -> Option<Scalar> {
        let value = match name {
            "n" => Some(self.n),
            DIMENSION => self.d,
            _ => None,
        };
        value.map(|value| Scalar::Number(value as f64))
    }

    /// The names of these coordinates.
    pub fn names(self) -> &'static [&'static str] {
        match self.space {
            Space::Line | Space::Program => &["n"],
            Space::Features => &["n", DIMENSION],
        }
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "n = {}", self.n)?;
        self.d.map_or(Ok(()), |d| write!(f, ", d = {d}"))
    }
}
