//! What the parts of a page have in common.

use crate::setting::Settings;
use crate::{Figure, Report};

/// What the parts of a page are made from.
pub(super) struct Context<'a> {
    pub report: &'a Report,
    pub settings: Settings<'a>,
    pub figures: Vec<Figure>,
    /// The labels of the risks and the sample sizes of the selectors.
    pub exponents: Vec<&'a str>,
    pub sizes: Vec<u64>,
    /// Whether a series has sizes enough for verdicts.
    pub verdicts: bool,
}
