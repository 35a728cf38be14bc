//! Training sets from a table, and the scores of predictors at the rows left out.

use super::law::{Asked, Judged};
use crate::error::Error;
use crate::plan::{Cell, Plan};
use crate::spec::Wanted;
use std::sync::Arc;
use tempered_math::sample::Degenerate;
use tempered_math::seed::{Key, Purpose};
use tempered_math::space::Predictor;
use tempered_math::space::rows::{Holdout, Scale, Split, Table};

/// Which rows of a table train in each trial of a cell.
pub(super) struct RowLaw {
    table: Arc<Table>,
    key: Key,
    n: usize,
    standardise: bool,
}

impl RowLaw {
    /// That of a cell; `None` where its design is a law.
    ///
    /// # Errors
    /// The table cannot be read.
    pub fn of(plan: &Plan, cell: &Cell) -> Result<Option<RowLaw>, Error> {
        let Some(table) = plan.table(cell)? else { return Ok(None) };
        Ok(Some(RowLaw {
            table,
            key: cell.stream(plan.study.seed, Purpose::Design),
            n: usize::try_from(cell.n).unwrap_or(usize::MAX),
            standardise: Wanted::of(&cell.design).is_some_and(|wanted| wanted.standardise),
        }))
    }

    /// The number of features.
    pub fn d(&self) -> usize {
        self.table.d()
    }

    /// Divides the rows as a trial does.
    fn split(&self, trial: u64, split: &mut Split) -> Option<Scale> {
        split.draw(&mut self.key.trial(trial), self.table.rows(), self.n);
        self.standardise.then(|| Scale::new(&self.table, split))
    }

    /// Fills the training set of a trial; `split` is scratch.
    pub fn fill(&self, trial: u64, split: &mut Split, (x, y): (&mut [f64], &mut [f64])) {
        let scale = self.split(trial, split);
        let rows = split.training().iter().zip(x.chunks_exact_mut(self.d())).zip(y);
        for ((row, x), y) in rows {
            match &scale {
                Some(scale) => scale.apply(self.table.row(*row), x),
                None => x.copy_from_slice(self.table.row(*row)),
            }
            *y = self.table.y()[*row];
        }
    }
}

/// Judges predictors by the rows that their trials leave out.
pub(super) struct RowScorer {
    law: RowLaw,
    split: Split,
    holdout: Holdout,
}

impl RowScorer {
    pub fn new(law: RowLaw) -> RowScorer {
        RowScorer { law, split: Split::default(), holdout: Holdout::default() }
    }

    /// The rows that a trial leaves out, as its training rows are scaled, row by row.
    pub fn places(&mut self, trial: u64) -> Vec<f64> {
        let scale = self.law.split(trial, &mut self.split);
        let d = self.law.d();
        let mut places = vec![0.0; self.split.left_out().len() * d];
        for (row, x) in self.split.left_out().iter().zip(places.chunks_exact_mut(d)) {
            match &scale {
                Some(scale) => scale.apply(self.law.table.row(*row), x),
                None => x.copy_from_slice(self.law.table.row(*row)),
            }
        }
        places
    }

    /// Risks over the rows left out. There are no parts of R_2: how responses vary about their mean is not known.
    ///
    /// # Errors
    /// The predictor has another dimension.
    pub fn judge(&mut self, trial: u64, predictor: &Predictor, asked: &Asked) -> Result<Judged, Degenerate> {
        let scale = self.law.split(trial, &mut self.split);
        self.holdout.judge(&self.law.table, &self.split, scale.as_ref(), predictor)?;
        Ok(over_rows(&self.holdout, asked))
    }
}

/// Risks over some points. There are no parts of R_2.
pub(super) fn over_rows(holdout: &Holdout, asked: &Asked) -> Judged {
    Judged {
        powers: asked.exponents.iter().map(|p| holdout.risk(*p)).collect(),
        supremum: asked.supremum.then(|| holdout.supremum()),
        parts: None,
        mistakes: None,
        gradient: None,
        adversarial: Vec::new(),
    }
}
