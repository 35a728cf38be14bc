//! Tables of a report as CSV, Markdown and LaTeX.

mod cells;
mod latex;
mod levels;
mod verdicts;
mod write;

pub use cells::Table;
pub use write::write_tables;
