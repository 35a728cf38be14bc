//! The rules by which the files of a directory are made.

use std::fmt::{self, Display, Formatter};
use tempered_store::Format;

/// A set of rules for what files hold beyond what the study says: how many trials make a shard, which columns there are,
/// how predictors are written down. A directory keeps the rules it was begun with, so that its files stay comparable and
/// resume finds them where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generator {
    /// Shards hold a fixed number of points. Columns `estimator` and `n` repeat what folders say. A score that is no
    /// finite number voids its trial, and quadrature goes as deep for each risk as for any: a risk that is added may void
    /// trials and move others in their last digits. Predictors are stored as sums of units.
    Three,
    /// Folders alone say estimator and n, so that every reader of Parquet finds the types that it gives them. A score that
    /// is no finite number is missing by itself, and no risk depends on the others. Predictors are stored in forms that
    /// doubles carry, which files state. The size of a shard follows from n and the estimator's cost in the catalogue, or
    /// from `store.shard_trials`, and footers state it: changing what an estimator is taken to cost moves the shards of
    /// directories, and wants a new set of rules.
    Four,
    /// As four, but shards of estimators that take long grow with the trials of a cell from two seconds to a minute, so that processes
    /// which share a short study end together.
    Five,
}

impl Generator {
    /// Every set of rules that this program follows, oldest first.
    ///
    /// ```
    /// use tempered_pipeline::generator::Generator;
    ///
    /// assert_eq!(Generator::of("4"), Some(Generator::Four));
    /// assert!(Generator::ALL.iter().all(|rules| Generator::of(&rules.to_string()) == Some(*rules)));
    /// ```
    pub const ALL: [Generator; 3] = [Generator::Three, Generator::Four, Generator::Five];
    /// What new directories are made by.
    pub const NEWEST: Generator = Generator::Five;

    /// The rules of this number, as footers and records state it.
    pub fn of(number: &str) -> Option<Generator> {
        Generator::ALL.into_iter().find(|generator| generator.to_string() == number)
    }

    /// The form of rows.
    pub fn format(self) -> Format {
        match self {
            Generator::Three => Format::Three,
            Generator::Four | Generator::Five => Format::Four,
        }
    }
}

impl Display for Generator {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Generator::Three => "3",
            Generator::Four => "4",
            Generator::Five => "5",
        })
    }
}
