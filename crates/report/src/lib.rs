//! Figures, tables and the page that show a study.
//!
//! A [`Report`] is a plain view model: labels, numbers and classes that somebody else has worked out. From it come
//! a single HTML [`page`] that opens offline, the [`Figure`]s as SVG and PNG files, and the [`Table`]s as CSV,
//! Markdown and LaTeX. The output is a function of the report alone: no clock, no network, no statistics.

mod class;
mod curve;
mod distribution;
mod error;
mod figure;
mod formula;
mod map;
mod number;
mod page;
mod panel;
mod quantity;
mod report;
mod series;
mod setting;
mod table;
mod trial;

pub use class::Class;
pub use curve::{At, Curve, Extreme, Place};
pub use distribution::{Bin, Distribution, Tail};
pub use error::Error;
pub use figure::{Figure, figures, write_figures};
pub use map::{Coordinate, Map, Tile};
pub use page::page;
pub use report::{Group, Report, Study};
pub use series::{Conclusion, Growth, Interval, Level, Scaling, Series};
pub use table::{Table, write_tables};
pub use trial::{DrawnTrial, Fit};
