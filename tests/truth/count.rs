//! Counts, shares and their errors.

use std::fmt;
use std::ops::AddAssign;

/// How often something held.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    pub hits: u64,
    pub of: u64,
}

impl Share {
    pub fn add(&mut self, hit: bool) {
        self.hits += u64::from(hit);
        self.of += 1;
    }

    /// In percent.
    pub fn percent(&self) -> f64 {
        100.0 * self.hits as f64 / self.of as f64
    }

    /// The 95 % interval of the probability, in percent: Wilson's, which is one at 0 and at all as well.
    pub fn interval(&self) -> (f64, f64) {
        const Z: f64 = 1.959_964;
        let (n, share) = (self.of as f64, self.percent() / 100.0);
        let middle = share + Z * Z / (2.0 * n);
        let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        // Rounding leaves the ends of 0 and of all on either side of them.
        let end = |value: f64| (100.0 * value / whole).clamp(0.0, 100.0);
        (end(middle - reach), end(middle + reach))
    }
}

/// Hits of all, the share, and its interval.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.of == 0 {
            return f.pad("–");
        }
        let (low, high) = self.interval();
        f.pad(&format!("{}/{} = {:.1} % [{low:.1}, {high:.1}]", self.hits, self.of, self.percent()))
    }
}

/// Verdicts against the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub right: u64,
    pub undecided: u64,
    pub wrong: u64,
    /// Where the truth is not known.
    pub no_truth: u64,
}

impl Tally {
    /// Verdicts that can be judged.
    pub fn judged(&self) -> u64 {
        self.right + self.undecided + self.wrong
    }

    /// Wrong ones among them.
    pub fn wrong(&self) -> Share {
        Share { hits: self.wrong, of: self.judged() }
    }

    /// Undecided ones among them.
    pub fn undecided(&self) -> Share {
        Share { hits: self.undecided, of: self.judged() }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.right += other.right;
        self.undecided += other.undecided;
        self.wrong += other.wrong;
        self.no_truth += other.no_truth;
    }
}
