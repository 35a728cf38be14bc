//! Rows of a table, which is no law.

use super::{Design, features};
use crate::catalogue::{Entry, Kind, Parameter, Value};
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Design> = Entry {
    name: "rows",
    summary: "rows of a table of the user's own, drawn without replacement; risks are over the rows left out",
    parameters: || {
        let optional = |name, summary, kind| Parameter { name, summary, kind, default: Some(Value::Unset) };
        vec![
            Parameter { summary: "number of features, which follows from the columns", ..features() },
            Parameter { name: "file", summary: "a CSV or Parquet file", kind: Kind::File, default: None },
            Parameter { name: "response", summary: "the column of y", kind: Kind::Text, default: None },
            optional("features", "the columns of x; all columns of numbers but the response", Kind::Texts),
            Parameter {
                name: "standardise",
                summary: "features minus their mean, over their standard deviation (divisor n), both of the training rows",
                kind: Kind::Flag,
                default: Some(Value::Flag(false)),
            },
            optional("digest", "the first 16 hexadecimal digits of the BLAKE3 hash of the file", Kind::Text),
        ]
    },
    build: |_| Ok(Box::new(Rows)),
};

/// A name in the catalogue: samples and risks come from [`Table`](crate::space::rows::Table), which a choice does not hold.
struct Rows;

impl Design for Rows {
    /// Points are not known without their table: numbers that are none.
    fn fill(&self, _: &mut ChaCha8Rng, _: usize, x: &mut [f64]) {
        x.fill(f64::NAN);
    }

    fn spectrum(&self, d: usize) -> Vec<f64> {
        vec![f64::NAN; d]
    }

    fn check(&self, _: usize) -> Result<(), String> {
        Err("rows of a table follow no law".into())
    }
}
