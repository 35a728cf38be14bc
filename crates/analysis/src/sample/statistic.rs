//! The statistics that curves follow.

/// The statistic by which positions of a curve are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// The median.
    Median,
    /// The mean: of shares and counts, whose medians change in jumps, and where it is asked for.
    Mean,
}

impl Statistic {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Statistic::Median => "median",
            Statistic::Mean => "mean",
        }
    }
}
