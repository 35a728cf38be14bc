//! The rules by which the files of a directory are made.

use std::fmt::{self, Display, Formatter};

/// A set of rules for what files hold beyond what the study says: how many trials make a shard, which columns there are,
/// how predictors are written down. A directory keeps the rules it was begun with, so that its files stay comparable and
/// resume finds them where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generator {
    /// Shards hold a fixed number of points.
    Three,
    /// The newest. The size of a shard follows from n and the estimator's cost in the catalogue, or from
    /// `store.shard_trials`, and footers state it: changing what an estimator is taken to cost moves the shards of
    /// directories, and wants a new set of rules.
    Four,
}

impl Generator {
    /// Every set of rules that this program follows, oldest first.
    pub const ALL: [Generator; 2] = [Generator::Three, Generator::Four];
    /// What new directories are made by.
    pub const NEWEST: Generator = Generator::Four;

    /// The rules of this number, as footers and records state it.
    pub fn of(number: &str) -> Option<Generator> {
        Generator::ALL.into_iter().find(|generator| generator.to_string() == number)
    }
}

impl Display for Generator {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Generator::Three => "3",
            Generator::Four => "4",
        })
    }
}
