//! The figures of a report, for its page and for papers.

mod axis;
mod canvas;
mod curve;
mod dash;
mod drawing;
mod gallery;
mod ink;
mod law;
mod map;
mod name;
mod risk;
mod trial;
mod write;

pub(crate) use gallery::Kind;
pub use gallery::{Figure, figures};
pub use write::write_figures;
