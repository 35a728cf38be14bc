//! Sketches: quantiles of positive values within 1 %, in memory that follows how far they spread.
//!
//! Source: C. Masson, J. E. Rim, H. K. Lee, DDSketch: a fast and fully-mergeable quantile sketch with relative-error
//! guarantees, PVLDB 12 (2019). Bins are kept as pairs, so that a sketch of four values takes four, and what a record
//! says can be checked before it is believed.

use serde::{Deserialize, Serialize};

/// Relative error of a quantile.
const ERROR: f64 = 0.01;
/// Bin k holds γ^(k−1) < x ≤ γ^k.
const GAMMA: f64 = (1.0 + ERROR) / (1.0 - ERROR);
/// Bins that positive doubles can fall into: |ln x| < 746 and ln γ = 0.02.
const LAST_BIN: i32 = 37_300;
/// The bin of zero, below all others.
const ZERO: i32 = -LAST_BIN - 1;

/// How many values fell into each bin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(i32, u64)>", into = "Vec<(i32, u64)>")]
pub struct Sketch {
    /// Bins ascending, none empty.
    bins: Vec<(i32, u64)>,
}

impl Sketch {
    /// Counts a value; what is no number of at least 0 has no bin.
    pub fn add(&mut self, value: f64) {
        if value >= 0.0 && value.is_finite() {
            let bin = if value > 0.0 { (value.ln() / GAMMA.ln()).ceil() as i32 } else { ZERO };
            self.count(bin, 1);
        }
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Sketch) {
        other.bins.iter().for_each(|(bin, count)| self.count(*bin, *count));
    }

    fn count(&mut self, bin: i32, count: u64) {
        match self.bins.binary_search_by_key(&bin, |(bin, _)| *bin) {
            Ok(place) => self.bins[place].1 = self.bins[place].1.saturating_add(count),
            Err(place) => self.bins.insert(place, (bin, count)),
        }
    }

    /// The value of rank level · (count − 1), within 1 %; `None` of no values.
    pub fn quantile(&self, level: f64) -> Option<f64> {
        let total = self.bins.iter().fold(0u64, |total, (_, count)| total.saturating_add(*count));
        let rank = level * (total.checked_sub(1)? as f64);
        let mut below = 0u64;
        let here = self.bins.iter().find(|(_, count)| {
            below = below.saturating_add(*count);
            below as f64 > rank
        });
        let (bin, _) = here.or(self.bins.last())?;
        // The middle of the bin by relative distance.
        // Powers by logarithms: products of this many factors leave the range of doubles on their way.
        let middle = f64::from(*bin) * GAMMA.ln() + (2.0 / (1.0 + GAMMA)).ln();
        Some(if *bin == ZERO { 0.0 } else { middle.exp().min(f64::MAX) })
    }
}

impl TryFrom<Vec<(i32, u64)>> for Sketch {
    type Error = &'static str;

    fn try_from(bins: Vec<(i32, u64)>) -> Result<Sketch, &'static str> {
        let ascending = bins.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if !ascending || bins.iter().any(|(bin, count)| !(ZERO..=LAST_BIN).contains(bin) || *count == 0) {
            return Err("bins must ascend, be bins of a double, and not be empty");
        }
        Ok(Sketch { bins })
    }
}

impl From<Sketch> for Vec<(i32, u64)> {
    fn from(sketch: Sketch) -> Vec<(i32, u64)> {
        sketch.bins
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_one_percent() {
        let mut values: Vec<f64> =
            (1..2000).map(|k| (f64::from(k) * 0.618_033_988_75).fract().powi(-3)).collect();
        values.extend([0.0, f64::MIN_POSITIVE, f64::MAX]);
        let (mut left, mut right) = (Sketch::default(), Sketch::default());
        for (k, value) in values.iter().enumerate() {
            if k % 3 == 0 { &mut left } else { &mut right }.add(*value);
        }
        [f64::NAN, f64::INFINITY, -1.0].into_iter().for_each(|value| left.add(value));
        left.merge(&right);
        values.sort_by(f64::total_cmp);
        for k in 0..=1000 {
            let level = f64::from(k) / 1000.0;
            let exact = values[(level * (values.len() - 1) as f64) as usize];
            let found = left.quantile(level).unwrap();
            assert!((found - exact).abs() <= 0.0101 * exact, "{level}: {found} of {exact}");
        }
        assert_eq!(Sketch::default().quantile(0.5), None);
    }

    #[test]
    fn records_that_are_no_sketch_are_refused() {
        let read = |text: &str| serde_json::from_str::<Sketch>(text).ok();
        let mut sketch = Sketch::default();
        [1.0, 0.0, 3.5, 3.5].into_iter().for_each(|value| sketch.add(value));
        assert_eq!(read(&serde_json::to_string(&sketch).unwrap()), Some(sketch));
        for bad in ["[[1,1],[1,1]]", "[[2,1],[1,1]]", "[[1,0]]", "[[2000000000,1]]", "[[1,-1]]", "3"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
