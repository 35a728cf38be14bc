//! Shares of trials.

/// Wilson's interval for a share of n trials; it lies in [0, 1], and its length is positive also for shares 0 and 1.
///
/// Source: Wilson (1927), J. Amer. Statist. Assoc. 22.
pub(crate) fn share_interval(share: f64, n: f64, errors: f64) -> (f64, f64) {
    let square = errors * errors / n;
    let middle = share + square / 2.0;
    let reach = (square * (share * (1.0 - share) + square / 4.0)).sqrt();
    (((middle - reach) / (1.0 + square)).max(0.0), ((middle + reach) / (1.0 + square)).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half of 100 is [.404, .596], none of 20 [0, .161].
    #[test]
    fn shares_have_wilson_s_interval() {
        let (low, high) = share_interval(0.5, 100.0, 1.96);
        assert!((low - 0.4038).abs() < 1e-4 && (high - 0.5962).abs() < 1e-4, "{low} {high}");
        let (low, high) = share_interval(0.0, 20.0, 1.96);
        assert!(low == 0.0 && (high - 0.1611).abs() < 1e-4, "{low} {high}");
    }
}
