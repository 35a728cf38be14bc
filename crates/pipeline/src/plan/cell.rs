//! Cells: combinations of the data axes.

use crate::error::Error;
use crate::spec::{Combination, Size, Template, essence, is_program};
use std::borrow::Cow;
use std::sync::Arc;
use tempered_math::catalogue::Choice;
use tempered_math::seed::{Key, Purpose};

/// One combination of the data axes.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Points a trial.
    pub n: u64,
    /// Law of x. Cells share their choices: there may be a million of them.
    pub design: Arc<Choice>,
    /// f*.
    pub target: Arc<Choice>,
    /// Law of ε.
    pub noise: Arc<Choice>,
    /// Sixteen hexadecimal digits that name the cell's content.
    pub key: String,
    /// What design, target and noise are called in series where their arguments depend on other coordinates.
    pub labels: Option<Arc<[Option<String>; 3]>>,
}

impl Cell {
    pub(crate) fn new(n: u64, design: &Arc<Choice>, target: &Arc<Choice>, noise: &Arc<Choice>) -> Cell {
        let mut cell = Cell {
            n,
            design: design.clone(),
            target: target.clone(),
            noise: noise.clone(),
            key: String::new(),
            labels: None,
        };
        cell.key = tempered_store::key(&cell.content());
        cell
    }

    /// What the cell is, by value: seeds and file names derive from it, so position in a sweep does not matter.
    pub fn content(&self) -> String {
        format!("n={};design={};target={};noise={}", self.n, self.design, self.target, self.noise)
    }

    pub(super) fn of(Combination { n, choices: [design, target, noise], labels }: &Combination) -> Cell {
        Cell { labels: labels.clone(), ..Cell::new(*n, design, target, noise) }
    }

    /// The size of its training sets.
    pub fn size(&self) -> Size {
        Size::of(self.n, &self.design)
    }

    /// What an estimator is in this cell.
    ///
    /// # Errors
    /// A formula has no value here.
    pub fn choice<'a>(&self, rule: &'a Template) -> Result<Cow<'a, Choice>, Error> {
        let size = self.size();
        size.space.estimator(rule, &|name| size.coordinate(name)).map_err(|unfit| Error::Formula {
            cell: self.content(),
            parameter: unfit.parameter,
            message: unfit.fault.message,
        })
    }

    /// What an estimator fits here, by value: its random numbers derive from it.
    pub fn fit_content(&self, estimator: &Choice) -> String {
        if is_program(estimator) {
            return format!("{};estimator={}", self.content(), essence(estimator));
        }
        format!("{};estimator={estimator}", self.content())
    }

    /// The stream key of one purpose in this cell.
    pub fn stream(&self, seed: u64, purpose: Purpose) -> Key {
        Key::new(seed, &self.content(), purpose)
    }
}
