//! The stopping rule for a loss that no longer decreases.

/// The default number of steps of a window: the memory 1/(1 − β₂) of Adam at its usual β₂ = 0.999, so that two windows
/// compare losses under step sizes that have little in common.
pub(super) const WINDOW: u64 = 1000;

/// Compares the lowest loss of a window of steps with the lowest loss of all windows before.
///
/// Minima over windows are compared so that a loss that oscillates, or that of a batch, does not stop the training.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plateau {
    /// The relative decrease that a window must exceed; 0 disables the rule.
    share: f64,
    window: u64,
    before: f64,
    now: f64,
    steps: u64,
}

impl Plateau {
    pub fn new(share: f64, window: u64) -> Plateau {
        Plateau { share, window, before: f64::INFINITY, now: f64::INFINITY, steps: 0 }
    }

    /// Whether the rule is enabled.
    pub fn watches(&self) -> bool {
        self.share > 0.0
    }

    /// Records the loss of a step; returns whether a window ends with it that decreased the lowest loss by too little.
    pub fn is_reached(&mut self, loss: f64) -> bool {
        self.now = if loss < self.now { loss } else { self.now };
        self.steps += 1;
        if self.steps < self.window {
            return false;
        }
        let reached = self.now >= (1.0 - self.share) * self.before;
        self.before = if self.now < self.before { self.now } else { self.before };
        (self.now, self.steps) = (f64::INFINITY, 0);
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The step at which training on these losses stops.
    fn given_up(share: f64, window: u64, loss: impl Fn(u64) -> f64) -> Option<u64> {
        let mut plateau = Plateau::new(share, window);
        (0..1000).find(|step| plateau.is_reached(loss(*step)))
    }

    #[test]
    fn a_window_without_progress_ends_it() {
        // The loss halves every ten steps until step 50 and is constant from there; windows end at 10 k − 1.
        let falling = |step: u64| 0.5f64.powi(step.min(50) as i32 / 10);
        assert_eq!(given_up(0.4, 10, falling), Some(69));
        assert_eq!(given_up(0.6, 10, falling), Some(19));
        assert_eq!(given_up(0.1, 10, |step| 0.99f64.powi(step as i32)), Some(19));
        assert_eq!(given_up(0.09, 10, |step| 0.99f64.powi(step as i32)), None);
    }

    #[test]
    fn swings_within_a_window_are_no_rise() {
        let swinging = |step: u64| 0.98f64.powi(step as i32) * if step.is_multiple_of(3) { 1.0 } else { 5.0 };
        assert_eq!(given_up(0.01, 12, swinging), None);
    }
}
