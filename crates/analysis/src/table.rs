//! The summary for a terminal: plain text, at most 120 columns.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

use crate::fits::Fits;
use crate::growth::Growth;
use crate::model::Model;
use crate::pair::Pair;
use crate::series::Series;
use crate::summary::Summary;
use crate::tail::TailIndex;
use crate::verdict::{RULE, Verdict};

/// The width the table keeps to, as long as two levels still fit.
const WIDTH: usize = 120;
/// Comparisons of estimators that are shown.
const PAIRS: usize = 10;
/// What is said where risks overflowed.
const CENSORED: &str = "A risk that overflowed counts as larger than all others in medians and quantiles (marked *); means and \
     tails of what is left say nothing of the law and decide nothing.\n";
/// Longer labels are cut in the table; the files have them whole.
const LABEL: usize = 32;

impl Summary {
    /// One row per series: the median at each n, its law of growth, the tail index of the gaps' contributions, and what
    /// becomes of median and mean, each with a mark for its agreement with theory. A label that does not change from row to row is printed once; an axis that does
    /// not vary is named above the table. Where there are too many levels for the width, some columns between the
    /// first and the last are left out and counted.
    pub fn table(&self) -> String {
        let levels = self.sizes();
        // A digit and a space are the least that a column takes.
        let mut shown = levels.len().min(WIDTH / 2);
        let table = loop {
            let table = self.render(&spread(&levels, shown));
            let width = table.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            if width <= WIDTH || shown <= 2 {
                break table;
            }
            shown -= 1;
        };
        let mut text = self.heading();
        text.push_str(&table);
        text.push('\n');
        if shown < levels.len() {
            text.push_str(&format!("{} of {} levels are shown.\n", shown, levels.len()));
        }
        text.push_str(&wrap(&self.failed()));
        text.push_str(&self.comparisons());
        text.push_str(&wrap(&self.legend()));
        text.push_str(&wrap(RULE));
        text
    }

    /// Every n of any series, ascending.
    fn sizes(&self) -> Vec<u64> {
        let mut sizes: Vec<u64> = self.series.iter().flat_map(|s| s.levels.iter().map(|l| l.n)).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// Which of the labels differ between series.
    fn varies(&self) -> [bool; 4] {
        let first = self.series.first().map(Series::labels);
        // The estimator always has its column.
        let differs = |axis: usize| {
            axis == 0 || self.series.iter().any(|s| Some(s.labels()[axis]) != first.map(|f| f[axis]))
        };
        [0, 1, 2, 3].map(differs)
    }

    /// A line with what all series have in common.
    fn heading(&self) -> String {
        let Some(first) = self.series.first() else {
            return String::new();
        };
        let varies = self.varies();
        let mut parts = vec!["Median risk by n".to_owned()];
        for (axis, name) in [(1, "design"), (2, "target"), (3, "noise")] {
            if !varies[axis] {
                parts.push(format!("{name} {}", first.labels()[axis]));
            }
        }
        if !first.domain.is_empty() {
            parts.push(format!("domain {}", first.domain));
        }
        let trials = self.series.iter().flat_map(|s| s.levels.iter().map(|l| l.trials));
        if let (Some(least), Some(most)) = (trials.clone().min(), trials.max()) {
            parts.push(if least == most {
                format!("{most} trials")
            } else {
                format!("{least} to {most} trials")
            });
        }
        parts.join(" · ") + "\n"
    }

    /// Failed fits and all fits; a fit that lacks several risks is counted once.
    pub fn failures(&self) -> (u64, u64) {
        self.fits.iter().fold((0, 0), |sum, fits| (sum.0 + fits.failed(), sum.1 + fits.trials))
    }

    /// A line an estimator with failures, and one on what overflowed.
    fn failed(&self) -> String {
        let lines: Vec<String> = self.fits.iter().filter_map(Fits::line).collect();
        let (failed, trials) = self.failures();
        let mut text = String::new();
        if lines.len() > 1 {
            text += &format!("{failed} of {trials} fits failed:\n");
        }
        lines.iter().for_each(|line| text += &format!("{line}\n"));
        if self.series.iter().flat_map(|series| &series.levels).any(|level| level.censored > 0) {
            text += CENSORED;
        }
        text
    }

    /// Estimators against each other at the largest n, on the same samples; empty for one estimator.
    fn comparisons(&self) -> String {
        let Some(n) = self.pairs.iter().map(|pair| pair.n).max() else { return String::new() };
        let varies = self.varies();
        let pairs: Vec<&Pair> = self.pairs.iter().filter(|pair| pair.n == n).collect();
        let mut text =
            format!("On the same samples, n = {n}: the median of the ratio, and trials won by the first\n");
        for pair in pairs.iter().take(PAIRS) {
            let labels = [(1, &pair.design), (2, &pair.target), (3, &pair.noise)];
            let labels: Vec<&str> =
                labels.iter().filter(|(axis, _)| varies[*axis]).map(|(_, label)| label.as_str()).collect();
            let interval = match (pair.ratio.value, pair.ratio.low, pair.ratio.high) {
                (Some(value), Some(low), Some(high)) => {
                    format!("{} ({} to {})", number(value), number(low), number(high))
                }
                (value, ..) => value.map_or_else(|| "–".into(), number),
            };
            let saved = pair.saved_log.map_or_else(String::new, |saved| {
                format!(", {:.0} % of the variance of ln R saved by pairing", 100.0 * saved)
            });
            text += &format!(
                "  {} / {}  {}  p {}: {interval}, {:.0} %{saved}\n",
                pair.estimator,
                pair.against,
                labels.join(" "),
                pair.p,
                100.0 * pair.wins
            );
        }
        if pairs.len() > PAIRS {
            text += &format!("  … and {} more in summary/pairs.csv\n", pairs.len() - PAIRS);
        }
        text
    }

    fn legend(&self) -> String {
        format!(
            "\u{2713} agrees with theory, \u{2717} contradicts it, ? theory speaks and the data do not, no mark: no theory. \
             ± is half the {}% interval. α: tail index of the contributions of gaps.",
            (self.options.confidence * 1e6).round() / 1e4
        )
    }

    fn render(&self, sizes: &[u64]) -> String {
        let varies = self.varies();
        let axes: Vec<usize> = (0..4).filter(|&axis| varies[axis]).collect();
        let names = ["estimator", "design", "target", "noise"];
        let mut header: Vec<String> = axes.iter().map(|&axis| names[axis].to_owned()).collect();
        header.push("p".into());
        header.extend(sizes.iter().map(u64::to_string));
        header.extend(["growth", "α", "in probability", "in expectation"].map(String::from));
        let mut table = Table::new();
        table.load_style(STYLE).set_header(header);
        let mut above: Option<[&str; 4]> = None;
        for series in &self.series {
            table.add_row(row(series, above, &axes, sizes));
            above = Some(series.labels());
        }
        let numbers = axes.len()..axes.len() + 1 + sizes.len();
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 1));
            if numbers.contains(&index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.trim_fmt()
    }
}

/// Rules above and below, one under the header.
pub(crate) const STYLE: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

fn row(series: &Series, above: Option<[&str; 4]>, axes: &[usize], sizes: &[u64]) -> Vec<String> {
    let labels = series.labels();
    // A label is repeated only if it or one before it has changed.
    let same = labels.iter().zip(above.iter().flatten()).take_while(|(a, b)| a == b).count();
    let mut cells: Vec<String> =
        axes.iter().map(|&axis| if axis < same { String::new() } else { cut(labels[axis]) }).collect();
    cells.push(series.p.to_string());
    for size in sizes {
        let level = series.levels.iter().find(|level| level.n == *size);
        let mark = if level.is_some_and(|level| level.censored > 0) { "*" } else { "" };
        let median = level.and_then(|level| level.median);
        cells.push(median.map_or_else(|| "–".into(), number) + mark);
    }
    cells.push(series.growth.as_ref().map_or_else(|| "–".into(), law));
    cells.push(series.tail_index.as_ref().map_or_else(|| "–".into(), tail));
    let [in_probability, in_expectation] = series.agreements();
    let by_tail = if series.decided_by_tail { " α" } else { "" };
    cells.push(marked(series.in_probability, series.theory_in_probability, in_probability) + by_tail);
    cells.push(marked(series.in_expectation, series.theory_in_expectation, in_expectation));
    cells
}

/// A verdict with what theory thinks of it.
fn marked(verdict: Verdict, theory: Option<Verdict>, agrees: Option<bool>) -> String {
    let mark = match (theory, agrees) {
        (None, _) => ' ',
        (_, Some(true)) => '\u{2713}',
        (_, Some(false)) => '\u{2717}',
        (_, None) => '?',
    };
    format!("{mark} {verdict}")
}

/// The law of growth with what it says first of all.
fn law(growth: &Growth) -> String {
    let reach = |low: f64, high: f64| (high - low) / 2.0;
    match (growth.model, growth.limit, growth.exponent.zip(growth.low).zip(growth.high)) {
        (_, Some(limit), _) => format!("→ {} ±{:.1e}", number(limit.value), reach(limit.low, limit.high)),
        (Model::Logarithm, ..) => "a + b ln n".into(),
        (_, _, Some(((exponent, low), high))) => format!("n^{exponent:+.3} ±{:.3}", reach(low, high)),
        (model, ..) => model.formula().into(),
    }
}

fn tail(index: &TailIndex) -> String {
    // Beyond this a law has all the moments that matter, if it has a power tail at all.
    const LIGHT: f64 = 4.0;
    if index.low > LIGHT {
        return format!("> {LIGHT}");
    }
    format!("{:.2} [{:.2}, {:.2}]", index.value, index.low, index.high)
}

/// Four significant digits, with an exponent where the digits would not say more.
pub(crate) fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    // Rounding first: 9.9996 has the magnitude of 10.00.
    let scientific = format!("{value:.3e}");
    let magnitude = scientific.split_once('e').and_then(|(_, e)| e.parse::<i32>().ok()).unwrap_or(0);
    match magnitude {
        -4..=3 => format!("{value:.*}", (3 - magnitude) as usize),
        4..=5 => format!("{value:.0}"),
        _ => format!("{value:.2e}"),
    }
}

fn cut(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    label.chars().take(LABEL - 1).chain(['…']).collect()
}

/// So many of the values, evenly spread, first and last included.
fn spread(values: &[u64], count: usize) -> Vec<u64> {
    if count >= values.len() || count < 2 {
        return values.to_vec();
    }
    let last = values.len() - 1;
    (0..count).map(|k| values[(k * last + (count - 1) / 2) / (count - 1)]).collect()
}

/// Lines of at most [`WIDTH`] characters; a line that is short enough stays as it is.
fn wrap(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some((limit, _)) = rest.char_indices().nth(WIDTH) {
            // The character after the last that fits may be the space to break at.
            let end = rest.char_indices().nth(WIDTH + 1).map_or(rest.len(), |(end, _)| end);
            let Some(space) = rest[..end].rfind(' ') else { break };
            debug_assert!(space <= limit);
            out.push_str(&rest[..space]);
            out.push('\n');
            rest = &rest[space + 1..];
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits() {
        for (value, text) in [
            (2.0 / 3.0, "0.6667"),
            (2.01, "2.010"),
            (9.99996, "10.00"),
            (1469.0, "1469"),
            (146_912.3, "146912"),
            (1.469e9, "1.47e9"),
            (0.000_123_4, "0.0001234"),
            (1.234e-9, "1.23e-9"),
            (0.0, "0"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn spreads_keep_the_ends() {
        let values: Vec<u64> = (0..13).collect();
        for count in 2..13 {
            let some = spread(&values, count);
            assert_eq!((some.len(), some[0], some[count - 1]), (count, 0, 12));
            assert!(some.windows(2).all(|w| w[0] < w[1]), "{some:?}");
        }
    }

    #[test]
    fn wraps_at_the_width() {
        assert!(wrap(RULE).lines().all(|line| line.chars().count() <= WIDTH));
    }
}
