//! Gathering samples that may be larger than memory.
//!
//! Up to a few million values are kept in memory and sorted. For more, a first pass over the files counts values by their
//! leading bits, and a second one keeps those near the requested ranks: about one value in a hundred.

use crate::error::Error;
use crate::sample::logs::Logs;
use crate::sample::moments::Moments;
use crate::sample::ordered::Ordered;
use crate::sample::outline;
use crate::sample::wanted::{BUCKETS, Wanted, bucket};
use rayon::prelude::*;

/// The most values of all ordered columns together that are kept in memory, 32 MB.
const HELD: u64 = 1 << 22;

/// The statistics of one column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// Rows, those without a value included.
    pub rows: u64,
    /// Mean and spread of the finite values.
    pub moments: Moments,
    /// Order statistics of all values, infinite ones included.
    pub ordered: Ordered,
    /// The logarithms of the positive finite values.
    pub logs: Logs,
    /// The distribution function: values with the share of the sample at or below them, both ascending.
    pub outline: Vec<(f64, f64)>,
}

/// The statistics of a column to gather in addition to its moments.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gather {
    /// The order statistics that quantiles and their errors need.
    pub order: bool,
    /// The logarithms.
    pub logs: bool,
}

/// A column that is being gathered, in one or two passes over all values in the same order.
pub(crate) struct Column {
    gather: Gather,
    sample: Sample,
    order: Order,
}

/// The state of the order statistics.
enum Order {
    /// Not requested; other statistics are being gathered.
    Unasked,
    /// Complete.
    Done,
    /// All values.
    Held(Vec<f64>),
    /// The number of values in each bucket.
    Counted(Vec<u64>),
    /// The number of values in each bucket, and the values near the requested ranks.
    Near(Vec<u64>, Wanted),
}

/// Adds all values to the columns, in the same order each time.
pub(crate) type Pass<'a> = dyn FnMut(&mut [Column]) -> Result<(), Error> + 'a;

/// Gathers columns of `rows` rows, with the order statistics for quantiles at these levels.
pub(crate) fn collect(
    rows: u64,
    gather: &[Gather],
    levels: &[f64],
    pass: &mut Pass<'_>,
) -> Result<Vec<Sample>, Error> {
    let ordered = gather.iter().filter(|gather| gather.order).count();
    let fits = rows.saturating_mul(ordered as u64) <= HELD;
    let mut columns: Vec<Column> = gather.iter().map(|gather| Column::new(*gather, fits)).collect();
    pass(&mut columns)?;
    columns.par_iter_mut().for_each(|column| column.turn(levels));
    if !fits {
        pass(&mut columns)?;
        columns.par_iter_mut().for_each(|column| column.turn(levels));
    }
    Ok(columns.into_iter().map(|column| column.sample).collect())
}

impl Column {
    fn new(gather: Gather, fits: bool) -> Column {
        let order = match gather.order {
            false => Order::Unasked,
            true if fits => Order::Held(Vec::new()),
            true => Order::Counted(vec![0; BUCKETS]),
        };
        Column { gather, sample: Sample::default(), order }
    }

    /// Adds the values of the next rows, NaN for missing ones.
    pub fn add(&mut self, values: &[f64]) {
        match &mut self.order {
            Order::Done => return,
            Order::Near(_, wanted) => return present(values).for_each(|value| wanted.offer(value)),
            Order::Unasked => (),
            Order::Held(held) => held.extend(present(values)),
            Order::Counted(counts) => present(values).for_each(|value| counts[bucket(value)] += 1),
        }
        self.sample.add(values, self.gather);
    }

    /// Whether all statistics are complete.
    pub fn is_done(&self) -> bool {
        matches!(self.order, Order::Done)
    }

    /// Ends a pass over all values.
    fn turn(&mut self, levels: &[f64]) {
        self.order = match std::mem::replace(&mut self.order, Order::Done) {
            Order::Counted(counts) => {
                let wanted = Wanted::new(&counts, levels);
                Order::Near(counts, wanted)
            }
            Order::Held(values) => {
                self.sample.ordered = Ordered::all(values);
                self.sample.outline = outline::of(&self.sample.ordered);
                Order::Done
            }
            Order::Near(counts, wanted) => {
                self.sample.outline = outline::of_counts(&counts);
                self.sample.ordered = wanted.ordered(&counts);
                Order::Done
            }
            Order::Unasked | Order::Done => Order::Done,
        };
    }
}

impl Sample {
    fn add(&mut self, values: &[f64], gather: Gather) {
        if values.iter().any(|value| !value.is_finite()) {
            self.moments.extend(&present(values).filter(|value| value.is_finite()).collect::<Vec<_>>());
        } else {
            self.moments.extend(values);
        }
        if gather.logs {
            self.logs.extend(values);
        }
        self.rows += values.len() as u64;
    }
}

/// The values that are not missing.
fn present(values: &[f64]) -> impl Iterator<Item = f64> {
    values.iter().copied().filter(|value| !value.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::point::generator;
    use rand_chacha::rand_core::Rng;

    /// Two passes agree with sorting, on a million values with a heavy tail.
    #[test]
    fn two_passes_agree_with_sorting() {
        let count = 300_000u64;
        let mut rng = generator(3, &["collect"]);
        let values: Vec<f64> =
            (0..count).map(|_| ((rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64).powf(-1.5)).collect();
        let levels = [0.05, 0.25, 0.5, 0.75, 0.95];
        let mut pass = |columns: &mut [Column]| {
            values.chunks(1000).for_each(|values| columns[0].add(values));
            Ok(())
        };
        let ordered = Gather { order: true, ..Gather::default() };
        let one = &collect(count, &[ordered], &levels, &mut pass).unwrap()[0];
        let two = &collect(HELD + 1, &[ordered], &levels, &mut pass).unwrap()[0];
        assert_eq!(one.ordered.count(), two.ordered.count());
        assert_eq!((one.moments, one.rows), (two.moments, two.rows));
        for level in levels {
            for shift in -3000..3000 {
                let rank = (level * count as f64) as u64;
                let rank = rank.saturating_add_signed(shift);
                if (rank as f64 - level * count as f64).abs()
                    < 8.0 * (level * (1.0 - level) * count as f64).sqrt()
                {
                    assert_eq!(one.ordered.get(rank), two.ordered.get(rank), "{level} {shift}");
                }
            }
        }
        assert_eq!(one.ordered.get(0), two.ordered.get(0));
        assert_eq!(one.ordered.largest(50_000), two.ordered.largest(50_000));
        for (value, share) in &two.outline {
            let exact = values.iter().filter(|v| *v < value).count() as f64 / count as f64;
            assert!((exact - share).abs() < 1e-9, "{value}: {exact} against {share}");
        }
    }

    #[test]
    fn rows_without_a_value_are_counted() {
        let mut pass = |columns: &mut [Column]| {
            columns[0].add(&[2.0, f64::NAN, 3.0]);
            Ok(())
        };
        let gather = Gather { order: true, logs: true };
        for rows in [3, HELD + 1] {
            let sample = &collect(rows, &[gather], &[0.5], &mut pass).unwrap()[0];
            assert_eq!((sample.rows, sample.ordered.count()), (3, 2), "{rows}");
            assert_eq!((sample.ordered.get(0), sample.ordered.get(1)), (Some(2.0), Some(3.0)));
            let mut logs = Logs::default();
            logs.extend(&[2.0, 3.0]);
            assert_eq!(sample.logs, logs, "{rows}");
        }
    }
}
