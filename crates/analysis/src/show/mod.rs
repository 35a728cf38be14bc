//! Tables for terminals, and the files of a summary.

pub(crate) mod columns;
pub(crate) mod comparisons;
pub(crate) mod curve_files;
pub(crate) mod curves;
pub(crate) mod parameters;
pub(crate) mod performances;
pub(crate) mod ruled;
pub(crate) mod screen;
pub(crate) mod table;
pub(crate) mod write;
