//! Studies: YAML text, checked into a [`Study`] with every error located.

mod check;
mod choice;
mod counts;
mod diagnostic;
mod edit;
mod label;
mod limits;
mod mark;
mod read;
mod resolved;
mod schema;
mod study;

pub use check::{parse, parse_choice, parse_recorded};
pub use diagnostic::{Diagnostic, SpecError};
pub use label::is_reserved;
pub use mark::LARGEST_FILE;
pub use schema::schema;
pub(crate) use study::trains;
pub use study::{Study, Weights};
pub use tempered_math::risk::{Domain, Risk};
