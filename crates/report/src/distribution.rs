//! The law of a risk over training sets.

/// The law of a risk over training sets of one size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// The sample size.
    pub n: u64,
    /// Points (value, share of trials above it), values ascending.
    pub survival: Vec<(f64, f64)>,
    /// The histogram, bins ascending.
    pub histogram: Vec<Bin>,
    /// The power law fitted to the upper tail.
    pub tail: Option<Tail>,
}

/// A bin of a histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// The lower edge.
    pub low: f64,
    /// The upper edge.
    pub high: f64,
    /// The share of trials in it.
    pub share: f64,
}

/// A power law P(R > r) = `probability` · (r / `from`)^(−`index`) above `from`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tail {
    /// The tail index.
    pub index: f64,
    /// The value at which it sets in.
    pub from: f64,
    /// The share of trials above that value.
    pub probability: f64,
}
