//! Numbers of a user's file.

/// A number and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    /// Its line or row, from 1.
    pub row: u64,
    /// Rounded to the nearest double.
    pub value: f64,
    /// What it was, where it was whole: above 2^53 two of them may become one double.
    pub whole: Option<i128>,
}
