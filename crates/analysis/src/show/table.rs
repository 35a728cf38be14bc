//! The summary for a terminal: plain text of a given width.

use comfy_table::Table;

use crate::coordinates::AXES;
use crate::fits::Fits;
use crate::growth::estimate::Estimate;
use crate::growth::model::Model;
use crate::growth::weigh::Growth;
use crate::judge::{RULE, RULE_OF_SIGNS};
use crate::label::{Truncation, short};
use crate::pair::Pair;
use crate::series::Series;
use crate::show::comparisons::comparisons;
use crate::show::ruled::{STYLE, finish};
use crate::summary::Summary;
use crate::tail::index::TailIndex;
use crate::text::{estimate, interval, number, wrap};
use crate::verdict::Verdict;

/// The note where risks overflowed.
const CENSORED: &str = "A risk that overflowed counts as larger than all others in medians and quantiles (marked *); means and \
     tails of what is left say nothing of the law and decide nothing.\n";
/// The explanation of curves.
const CURVES: &str = "A curve is one quantity along one coordinate, all others being the same. Places are judged by the median, or by \
     the mean of shares and counts, whose medians jump. In round brackets stand the places that cannot be told from the least or \
     largest one: the true one is there or among these with 95 %. Where the samples are the same (variants of one estimator, \
     checkpoints), places are compared in pairs. Increasing and decreasing: every step is sure; rises or falls, steps open: some \
     are, and none leads back; all statements on a course hold together with 95 %. Means of risks and distances are marked ?: \
     without a tail index, which needs three sizes n, none is trusted.\n";
/// The note where trials failed.
const FAILED: &str = "Medians of levels where some trials failed are those of the others (marked !).\n";
/// Longer labels are truncated in the table, but not in files.
const LABEL: usize = 32;
/// The number of medians that are shown before less important columns are omitted.
const MEDIANS: usize = 3;
/// A limit is stated where its interval is within this factor; with a wider one the medians are more informative.
const USEFUL: f64 = 2.0;

/// The detail of columns, from full to the least for a narrow terminal.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) enum Detail {
    Full,
    /// Tail indices without intervals.
    Indices,
    /// Laws without intervals either.
    Laws,
    /// No tail indices.
    NoTails,
    /// No laws either.
    Verdicts,
}

impl Detail {
    const ALL: [Detail; 5] = [Detail::Full, Detail::Indices, Detail::Laws, Detail::NoTails, Detail::Verdicts];
}

impl Summary {
    /// One row per series, in at most `width` columns where that is possible: the median at each n, its law of growth, the
    /// tail index of the gaps' contributions, and the verdicts on median and mean, each with a mark for its agreement with
    /// theory. A label that does not change from row to row is printed once; an axis that does not vary is named above the
    /// table. Where the width is too small, columns between the first and the last level are omitted and counted, then
    /// intervals, then other columns. Of more than `most` series the most informative are shown, and the others counted.
    pub(crate) fn growth_table(&self, asked: Vec<usize>, width: usize, most: usize) -> String {
        let (levels, all) = (self.sizes(), asked.len());
        let series: Vec<&Series> =
            self.telling_of(asked, most).into_iter().map(|place| &self.series[place]).collect();
        let (detail, shown) = self.fit(&series, &levels, width);
        let mut text = wrap(&self.heading("Median risk by n"), width);
        text.push_str(&self.render(&series, &spread(&levels, shown), detail, width));
        text.push('\n');
        if series.len() < all {
            let shown = series.len();
            let note = format!(
                "{shown} of {all} series are shown, those that together say most; --all shows every one."
            );
            text.push_str(&wrap(&note, width));
        }
        if shown < levels.len() {
            text.push_str(&format!("{} of {} levels are shown.\n", shown, levels.len()));
        }
        text.push_str(&wrap(&self.failed(), width));
        text
    }

    /// Comparisons of estimators, by the requested risks.
    pub(crate) fn comparisons(&self) -> String {
        let wanted = &self.options.quantities;
        let varies = self.varies();
        let axes: Vec<(usize, &str)> =
            AXES.into_iter().enumerate().skip(1).filter(|(axis, _)| varies[*axis]).collect();
        let is_asked = |pair: &&Pair| wanted.is_empty() || wanted.contains(&pair.p.column());
        let pairs: Vec<&Pair> = self.pairs.iter().filter(is_asked).collect();
        comparisons(&pairs, &axes)
    }

    /// Two lines that explain the table.
    pub fn legend(&self) -> String {
        if !self.has_verdicts() {
            let second = if self.curves_alone() {
                "(…) other places that the true one may be at"
            } else {
                "verdicts need three sizes n"
            };
            return format!(
                "[ ] {} % intervals · * values overflowed · ! trials failed\n{second} · --explain says how to judge\n",
                self.confidence()
            );
        }
        format!(
            "\u{2713} agrees with theory · \u{2717} contradicts it · ? undecided, where theory speaks\n\
             [ ] {} % intervals · α tail index of gaps · --explain says how to judge\n",
            self.confidence()
        )
    }

    /// The explanation of the table and of the rules for verdicts, in lines of at most `width` characters.
    pub fn explanation(&self, width: usize) -> String {
        if self.curves_alone() {
            return wrap(CURVES, width);
        }
        let marks = format!(
            "\u{2713} agrees with theory, \u{2717} contradicts it, ? theory speaks and the data do not, no mark: no theory. \
             Square brackets are {} % intervals. A limit is stated where it is known within a factor of {USEFUL}; growth \
             names the law that fits best. α: tail index of the contributions of gaps.",
            self.confidence()
        );
        let mut text = wrap(&marks, width) + &wrap(RULE, width);
        if self.series.iter().any(|series| series.p.is_of_signs()) {
            text += &wrap(RULE_OF_SIGNS, width);
        }
        text
    }

    /// In percent.
    fn confidence(&self) -> f64 {
        (self.options.confidence * 1e6).round() / 1e4
    }

    /// Every n of any series, ascending.
    pub(crate) fn sizes(&self) -> Vec<u64> {
        let mut sizes: Vec<u64> = self.series.iter().flat_map(|s| s.levels.iter().map(|l| l.n)).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// Whether each label differs between series.
    fn varies(&self) -> [bool; 4] {
        let first = self.series.first().map(Series::labels);
        // The estimator always has its column.
        let differs = |axis: usize| {
            axis == 0 || self.series.iter().any(|s| Some(s.labels()[axis]) != first.map(|f| f[axis]))
        };
        [0, 1, 2, 3].map(differs)
    }

    /// A line with the common labels of all series.
    pub(crate) fn heading(&self, title: &str) -> String {
        let Some(first) = self.series.first() else {
            return String::new();
        };
        let varies = self.varies();
        let mut parts = vec![title.to_owned()];
        for (axis, name) in AXES.into_iter().enumerate().skip(1) {
            if !varies[axis] {
                parts.push(format!("{name} {}", short(first.labels()[axis])));
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
        parts.join(" · ")
    }

    /// The numbers of failed fits and of all fits; a fit without several risks is counted once.
    pub fn failures(&self) -> (u64, u64) {
        self.fits.iter().fold((0, 0), |sum, fits| (sum.0 + fits.failed(), sum.1 + fits.trials))
    }

    /// One line for each estimator with failures, and one on overflows.
    pub(crate) fn failed(&self) -> String {
        let lines: Vec<String> = self.fits.iter().filter_map(Fits::line).collect();
        let (failed, trials) = self.failures();
        let mut text = String::new();
        if lines.len() > 1 {
            text += &format!("{failed} of {trials} fits failed:\n");
        }
        lines.iter().for_each(|line| text += &format!("{line}\n"));
        let mut levels = self.series.iter().flat_map(|series| &series.levels);
        if levels.clone().any(|level| level.failed > level.censored && level.censored == 0) {
            text += FAILED;
        }
        if levels.any(|level| level.censored > 0) {
            text += CENSORED;
        }
        text
    }

    /// The detail and the number of levels that fit into the width.
    fn fit(&self, series: &[&Series], levels: &[u64], width: usize) -> (Detail, usize) {
        let truncations = truncations(series, width);
        let width_of = |columns: &[Column]| -> usize {
            let widest = |column: &Column| {
                let cells = series.iter().map(|series| column.cell(series, &truncations).chars().count());
                // Each column is followed by two spaces.
                cells.max().unwrap_or(0).max(column.name().chars().count()) + 2
            };
            columns.iter().map(widest).sum()
        };
        let medians: Vec<usize> = levels.iter().map(|n| width_of(&[Column::Median(*n)])).collect();
        let least = levels.len().min(MEDIANS);
        let mut last = (Detail::Verdicts, levels.len().min(2));
        for detail in Detail::ALL {
            // The last column is followed by one space instead of two.
            let others = width_of(&self.columns(&[], detail)).saturating_sub(1);
            let fits = |shown: &usize| {
                let places = spread_places(levels.len(), *shown);
                others + places.map(|place| medians[place]).sum::<usize>() <= width
            };
            if let Some(shown) = (least..=levels.len().min(width / 2)).rev().find(fits) {
                last = (detail, shown);
                break;
            }
        }
        last
    }

    fn columns(&self, sizes: &[u64], detail: Detail) -> Vec<Column> {
        let varies = self.varies();
        let mut columns: Vec<Column> = (0..4).filter(|&axis| varies[axis]).map(Column::Label).collect();
        columns.push(Column::Exponent);
        columns.extend(sizes.iter().map(|n| Column::Median(*n)));
        if detail < Detail::Verdicts {
            columns.push(Column::Growth(detail));
        }
        if detail < Detail::NoTails {
            columns.push(Column::Tail(detail));
        }
        columns.extend([Column::InProbability, Column::InExpectation]);
        columns
    }

    fn render(&self, series: &[&Series], sizes: &[u64], detail: Detail, width: usize) -> String {
        let columns = self.columns(sizes, detail);
        let mut table = Table::new();
        table.load_style(STYLE).set_header(columns.iter().map(Column::name));
        let truncations = truncations(series, width);
        let mut above: Option<[&str; 4]> = None;
        for series in series {
            // A label is repeated only if it or one before it has changed.
            let labels = series.labels();
            let same = labels.iter().zip(above.iter().flatten()).take_while(|(a, b)| a == b).count();
            table.add_row(columns.iter().map(|column| match column {
                Column::Label(axis) if *axis < same => String::new(),
                column => column.cell(series, &truncations),
            }));
            above = Some(labels);
        }
        finish(&mut table, |place| matches!(columns[place], Column::Exponent | Column::Median(_)))
    }
}

/// A column of the table.
enum Column {
    Label(usize),
    Exponent,
    Median(u64),
    Growth(Detail),
    Tail(Detail),
    InProbability,
    InExpectation,
}

impl Column {
    fn name(&self) -> String {
        match self {
            Column::Label(axis) => AXES[*axis].into(),
            Column::Exponent => "p".into(),
            Column::Median(n) => n.to_string(),
            Column::Growth(_) => "growth".into(),
            Column::Tail(_) => "α".into(),
            Column::InProbability => "in probability".into(),
            Column::InExpectation => "in expectation".into(),
        }
    }

    /// Its text for a series.
    fn cell(&self, series: &Series, truncations: &[Truncation; 4]) -> String {
        let none = || "–".to_owned();
        match self {
            Column::Label(axis) => truncations[*axis].cut(series.labels()[*axis]),
            Column::Exponent => short(&series.p.to_string()).into_owned(),
            Column::Median(n) => {
                let place = series.levels.binary_search_by_key(n, |level| level.n).ok();
                let level = place.map(|place| &series.levels[place]);
                let mark = level.map_or("", |level| level.mark());
                level.and_then(|level| level.median).map_or_else(none, number) + mark
            }
            Column::Growth(detail) => {
                series.growth.as_ref().map_or_else(none, |growth| law(growth, series.in_probability, *detail))
            }
            Column::Tail(detail) => {
                series.tail_index.as_ref().map_or_else(none, |index| tail(index, *detail))
            }
            Column::InProbability => {
                let by_tail = if series.decided_by_tail { " α" } else { "" };
                let theory = series.theory_in_probability;
                marked(series.in_probability, theory, series.agreements()[0]) + by_tail
            }
            Column::InExpectation => {
                marked(series.in_expectation, series.theory_in_expectation, series.agreements()[1])
            }
        }
    }
}

/// How labels are truncated in a table of these series, of this width.
fn truncations(series: &[&Series], width: usize) -> [Truncation; 4] {
    [0, 1, 2, 3]
        .map(|axis| Truncation::of(series.iter().map(|series| series.labels()[axis]), LABEL.min(width / 4)))
}

/// A verdict with a mark for its agreement with theory.
fn marked(verdict: Verdict, theory: Option<Verdict>, agrees: Option<bool>) -> String {
    let mark = match (theory, agrees) {
        (None, _) => ' ',
        (_, Some(true)) => '\u{2713}',
        (_, Some(false)) => '\u{2717}',
        (_, None) => '?',
    };
    format!("{mark} {verdict}")
}

/// The law of growth by its main result: the limit where the median has one and its interval is narrow enough, else the
/// exponent, else the formula.
pub(crate) fn law(growth: &Growth, verdict: Verdict, detail: Detail) -> String {
    let text = if detail < Detail::Laws { interval } else { estimate };
    let known = |limit: &Estimate| limit.low > 0.0 && limit.high <= USEFUL * limit.low;
    match (growth.model, growth.limit.filter(known), growth.exponent.zip(growth.low).zip(growth.high)) {
        (_, Some(limit), _) if verdict == Verdict::Tempered => {
            format!("→ {}", text(limit.value, limit.low, limit.high))
        }
        (Model::Power, _, Some(((exponent, low), high))) => format!("n^{}", text(exponent, low, high)),
        (model, ..) => model.formula().into(),
    }
}

fn tail(index: &TailIndex, detail: Detail) -> String {
    // A law of a larger index has four moments, if it has a power tail at all.
    const LIGHT: f64 = 4.0;
    if index.low > LIGHT {
        return format!("> {LIGHT}");
    }
    if !index.high.is_finite() {
        return format!("> {:.1}", index.low);
    }
    let text = if detail < Detail::Indices { interval } else { estimate };
    text(index.value, index.low, index.high)
}

/// `count` of the values, evenly spaced, the first and the last included.
fn spread(values: &[u64], count: usize) -> Vec<u64> {
    spread_places(values.len(), count).map(|place| values[place]).collect()
}

/// The indices of [`spread`].
fn spread_places(length: usize, count: usize) -> impl Iterator<Item = usize> {
    let last = length.saturating_sub(1);
    let all = count >= length || count < 2;
    let count = if all { length } else { count };
    (0..count).map(move |k| if all { k } else { (k * last + (count - 1) / 2) / (count - 1) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::growth::weigh::Probabilities;

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
    fn limits_are_stated_where_they_are_known() {
        let growth = |model, (value, low, high)| Growth {
            model,
            exponent: Some(-0.4),
            low: Some(-0.6),
            high: Some(-0.3),
            limit: (model != Model::Power).then_some(Estimate { value, low, high }),
            late_slope: Estimate { value: 0.0, low: -0.1, high: 0.1 },
            runner_up: None,
            evidence: None,
            with_quartiles: None,
            probabilities: Probabilities::default(),
            chi2: 1.0,
            curve: Vec::new(),
        };
        let known = growth(Model::Limit, (0.6469, 0.6412, 0.6523));
        let law = |growth: &Growth, verdict| super::law(growth, verdict, Detail::Full);
        assert_eq!(law(&known, Verdict::Tempered), "→ 0.647 [0.641, 0.652]");
        assert_eq!(super::law(&known, Verdict::Tempered, Detail::Laws), "→ 0.647");
        // No limit is stated for an undecided verdict, or with an interval of a factor of two or more.
        assert_eq!(law(&known, Verdict::Undecided), "c + b n^-g");
        for (low, high) in [(-1.85, 3.15), (0.0, 0.7), (0.4, 0.9)] {
            assert_eq!(law(&growth(Model::Limit, (0.6469, low, high)), Verdict::Tempered), "c + b n^-g");
        }
        assert_eq!(law(&growth(Model::Power, (0.0, 0.0, 0.0)), Verdict::Benign), "n^-0.40 [-0.60, -0.30]");
    }
}
