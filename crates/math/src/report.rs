//! What a fit says of itself.

/// What a fit reports in addition to its predictor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// The numerical rank of the linear system that was solved, before any ridge, where one was.
    pub rank: Option<u64>,
    /// Steps of training, where there was training.
    pub steps: Option<u64>,
    /// Whether a stopping rule ended the training, rather than the limit of its steps.
    pub converged: Option<bool>,
}
