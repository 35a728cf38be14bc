//! The summary as JSON.

use serde_json::Value;

use crate::summary::Summary;

impl Summary {
    /// An array with one object per series: all fields of [`Series`](crate::Series), `p` a number or `"sup"`,
    /// verdicts in lower case, the levels under `levels`. What is missing or infinite is `null`.
    pub fn json(&self) -> Value {
        // Only maps with odd keys could fail, and a series has none.
        self.series.iter().map(|series| serde_json::to_value(series).unwrap_or_default()).collect()
    }
}
