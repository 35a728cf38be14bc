//! From files to rows: the files of a directory, the tests of their footers, and their columns.

pub(crate) mod belongs;
pub(crate) mod blocks;
pub(crate) mod common;
pub(crate) mod order;
pub(crate) mod samples;
pub(crate) mod scan;
