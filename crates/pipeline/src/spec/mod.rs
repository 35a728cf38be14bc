//! Studies: YAML text, checked into a [`Study`] with every error located.

mod aggregate;
mod check;
mod choice;
mod columns;
mod combine;
mod counts;
mod data;
mod diagnostic;
mod edit;
mod estimators;
mod formula;
mod label;
mod limits;
mod mark;
mod read;
mod resolved;
mod schema;
mod study;
mod sweep;
mod template;

pub(crate) use check::parse_rule;
pub use check::{parse, parse_choice, parse_recorded};
pub(crate) use columns::{DATA_COLUMNS, column, join};
pub use diagnostic::{Diagnostic, SpecError};
pub use edit::Edit;
pub use estimators::Estimator;
pub use formula::{Formula, Scalar};
pub use label::is_reserved;
pub use mark::LARGEST_FILE;
pub use schema::schema;
pub(crate) use study::trains;
pub use study::{Cells, Combination, Study, Weights};
pub use tempered_math::risk::{Domain, Risk};
pub use template::{Template, Unfit};
