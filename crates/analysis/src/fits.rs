//! Failed fits of each estimator, by reason.

use crate::read::samples::Reasons;
use std::collections::BTreeMap;

/// The most sizes of training sets that a line names, those with the most failures first.
const NAMED: usize = 4;

/// The fits of one estimator over all cells of a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fits {
    /// The estimator's label.
    pub estimator: String,
    /// Fits in the files.
    pub trials: u64,
    /// Fits without a risk, by reason, in the words of the files' column `status`. A fit without several risks is counted
    /// once.
    pub reasons: BTreeMap<String, u64>,
    /// For each size of training sets, the numbers of fits and of failed fits.
    pub sizes: BTreeMap<u64, (u64, u64)>,
}

impl Fits {
    /// Fits that lack a risk.
    pub fn failed(&self) -> u64 {
        self.reasons.values().sum()
    }

    /// Counts the fits of one cell.
    pub(crate) fn add(&mut self, n: u64, trials: u64, reasons: &Reasons) {
        self.trials += trials;
        let size = self.sizes.entry(n).or_default();
        size.0 += trials;
        for (word, count) in reasons {
            size.1 += count;
            *self.reasons.entry(word.clone()).or_default() += count;
        }
    }

    /// The failed fits and the reasons in a line; `None` where there are none.
    pub fn line(&self) -> Option<String> {
        let failed = self.failed();
        if failed == 0 {
            return None;
        }
        let mut line =
            format!("{}: {failed} of {} failed: {}", self.estimator, self.trials, reasons(&self.reasons));
        let mut sizes: Vec<(u64, u64, u64)> =
            self.sizes.iter().map(|(n, (trials, failed))| (*n, *trials, *failed)).collect();
        sizes.retain(|(.., failed)| *failed > 0);
        if failed < self.trials && self.sizes.len() > 1 {
            let more = sizes.len().saturating_sub(NAMED);
            sizes.sort_by_key(|(n, _, failed)| (std::cmp::Reverse(*failed), *n));
            sizes.truncate(NAMED);
            sizes.sort_unstable();
            let named = sizes.iter().map(|(n, trials, failed)| format!("n = {n}: {failed} of {trials}"));
            line += &format!(" ({}", named.collect::<Vec<_>>().join(", "));
            line += &if more > 0 { format!(", {more} more sizes)") } else { ")".to_owned() };
        }
        Some(line)
    }
}

/// Reasons, the most frequent first; the number is omitted where there is only one reason.
pub fn reasons(reasons: &BTreeMap<String, u64>) -> String {
    let mut sorted: Vec<(&String, u64)> = reasons.iter().map(|(word, count)| (word, *count)).collect();
    sorted.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    match sorted.as_slice() {
        [(word, _)] => (*word).clone(),
        more => more.iter().map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Words = &'static [(&'static str, u64)];

    fn fits(cells: &[(u64, u64, Words)]) -> Fits {
        let mut fits = Fits { estimator: "kernel".into(), ..Fits::default() };
        for (n, trials, reasons) in cells {
            fits.add(
                *n,
                *trials,
                &reasons.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect(),
            );
        }
        fits
    }

    #[test]
    fn a_line_says_what_failed_and_where() {
        assert_eq!(fits(&[(10, 60, &[]), (20, 60, &[])]).line(), None);
        let all = fits(&[(10, 60, &[("ill_conditioned", 60)])]);
        assert_eq!(all.line().unwrap(), "kernel: 60 of 60 failed: ill_conditioned");
        let some = fits(&[
            (10, 60, &[]),
            (20, 60, &[("ill_conditioned", 2), ("overflow", 1)]),
            (30, 60, &[("overflow", 9)]),
        ]);
        assert_eq!(
            some.line().unwrap(),
            "kernel: 12 of 180 failed: overflow 10, ill_conditioned 2 (n = 20: 3 of 60, n = 30: 9 of 60)"
        );
        let (few, most): (Words, Words) = (&[("overflow", 1)], &[("overflow", 5)]);
        let many: Vec<_> = (1..8u64).map(|n| (n, 60, if n % 2 == 1 { most } else { few })).collect();
        let line = fits(&many).line().unwrap();
        assert!(
            line.ends_with("(n = 1: 5 of 60, n = 3: 5 of 60, n = 5: 5 of 60, n = 7: 5 of 60, 3 more sizes)"),
            "{line}"
        );
    }
}
