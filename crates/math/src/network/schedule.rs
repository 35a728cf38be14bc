//! Schedules: how the step size falls over the steps.

/// The factor on the step size at step t of T.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Schedule {
    /// 1.
    Constant,
    /// 1 − t/T.
    Linear,
    /// (1 + cos(π t/T))/2.
    Cosine,
}

impl Schedule {
    pub const WORDS: &[&str] = &["constant", "linear", "cosine"];

    pub fn new(word: &str) -> Schedule {
        match word {
            "linear" => Schedule::Linear,
            "cosine" => Schedule::Cosine,
            _ => Schedule::Constant,
        }
    }

    #[inline(always)]
    pub fn factor(self, step: u64, steps: u64) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Linear => 1.0 - step as f64 / steps as f64,
            Schedule::Cosine => 0.5 * (1.0 + libm::cos(std::f64::consts::PI * (step as f64 / steps as f64))),
        }
    }
}
