//! The table of a summary for a terminal.

use std::collections::HashMap;

use comfy_table::Table;

use crate::along::{Curve, SIZE};
use crate::coordinates::{AXES, Coordinates};
use crate::label::Truncation;
use crate::sample::statistic::Statistic;
use crate::series::Series;
use crate::show::curves::CurveTable;
use crate::show::performances::tables as performances;
use crate::show::ruled::{STYLE, finish};
use crate::summary::Summary;
use crate::text::{estimate, interval, number, wrap};

/// The least number of sizes for a table of growth: with fewer all verdicts are undecided.
const LEAST_SIZES: usize = 3;
/// Longer labels are truncated in the table, but not in files.
const LABEL: usize = 32;

/// A quantity of one estimator, cell and n.
#[derive(Clone, Copy)]
struct Cell {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    mark: &'static str,
}

/// Quantities in columns, estimators and cells in rows.
#[derive(Default)]
struct Levels<'a> {
    columns: Vec<String>,
    rows: Vec<([&'a str; 4], u64)>,
    known: HashMap<([&'a str; 4], u64), usize>,
    cells: Vec<HashMap<usize, Cell>>,
}

impl Summary {
    /// The table of the options, in at most `width` columns where that is possible. Along n with at least three sizes it has
    /// medians, their law of growth and verdicts; with fewer sizes, quantities by estimator. Along other coordinates it has
    /// curves. Of more than `most` rows the most informative are shown; without a bound, every position of every curve.
    pub fn table(&self, width: usize, most: usize) -> String {
        let asked = self.asked();
        if self.options.along != SIZE {
            return self.curve_tables(width, most)
                + &performances(&self.performances, width, most)
                + &wrap(&self.failed(), width)
                + &self.profile_text(width);
        }
        let mut text = if self.sizes().len() < LEAST_SIZES && !self.series.is_empty() {
            self.levels_table(&asked, width, most) + &wrap(&self.failed(), width)
        } else {
            let (growth, failed) = match asked.is_empty() {
                true => (String::new(), wrap(&self.failed(), width)),
                false => (self.growth_table(asked.clone(), width, most), String::new()),
            };
            growth + &self.curve_tables(width, most) + &failed
        };
        text.push_str(&performances(&self.performances, width, most));
        text.push_str(&self.comparisons());
        text.push_str(&self.profile_text(width));
        text
    }

    /// Noise profiles, a paragraph each.
    fn profile_text(&self, width: usize) -> String {
        crate::profile::lines(&self.profiles).iter().map(|line| wrap(line, width)).collect()
    }

    /// The indices of the series of the requested risks.
    fn asked(&self) -> Vec<usize> {
        let wanted = &self.options.quantities;
        let is_asked = |series: &Series| wanted.is_empty() || wanted.contains(&series.p.column());
        (0..self.series.len()).filter(|place| is_asked(&self.series[*place])).collect()
    }

    /// The series of the requested risks along n; none along other coordinates.
    pub fn asked_series(&self) -> impl Iterator<Item = &Series> {
        let places = if self.options.along == SIZE { self.asked() } else { Vec::new() };
        places.into_iter().map(|place| &self.series[place])
    }

    /// Whether the table has verdicts.
    pub(crate) fn has_verdicts(&self) -> bool {
        self.options.along == SIZE && self.sizes().len() >= LEAST_SIZES && !self.asked().is_empty()
    }

    /// Whether only curves are shown.
    pub(crate) fn curves_alone(&self) -> bool {
        let enough = self.sizes().len() >= LEAST_SIZES || self.series.is_empty();
        self.options.along != SIZE || (self.asked().is_empty() && enough)
    }

    fn curve_tables(&self, width: usize, most: usize) -> String {
        let along = &self.options.along;
        if self.curves.is_empty() && along != SIZE {
            let note = format!(
                "No estimator has a value along {along} yet. Training shows itself at the steps that `evaluate.checkpoints` names."
            );
            return wrap(&note, width);
        }
        let mut quantities: Vec<&str> = Vec::new();
        for curve in &self.curves {
            if !quantities.contains(&curve.quantity.as_str()) {
                quantities.push(&curve.quantity);
            }
        }
        // What estimates are worth says more than their means, unless these are asked for.
        let is_named = |name: &str| self.options.estimands.iter().any(|estimand| estimand.names(name));
        if self.options.quantities.is_empty() && most < usize::MAX {
            quantities.retain(|name| !is_named(name));
        }
        let share = (most / quantities.len().max(1)).max(1);
        let mut text = String::new();
        for quantity in quantities {
            let all: Vec<&Curve> = self.curves.iter().filter(|curve| curve.quantity == quantity).collect();
            let (count, shown) = (all.len(), most_telling(all, share));
            let left_out = count - shown.len();
            let table = CurveTable::new(shown, width, self.options.confidence);
            text += &if most == usize::MAX { table.every_place() } else { table.text() };
            if left_out > 0 {
                let note = format!(
                    "{} of {count} curves are shown, those that together say most; --all shows every one.",
                    count - left_out
                );
                text += &wrap(&note, width);
            }
        }
        text
    }

    /// Quantities by estimator and cell.
    fn levels_table(&self, asked: &[usize], width: usize, most: usize) -> String {
        let mut levels = Levels::default();
        for series in asked.iter().map(|place| &self.series[*place]) {
            let column = levels.column(series.p.column());
            for level in &series.levels {
                let mark = level.mark();
                let cell = Cell { value: level.median, low: level.median_low, high: level.median_high, mark };
                levels.add(series.labels(), level.n, column, cell);
            }
        }
        for curve in &self.curves {
            let note = if curve.statistic == Statistic::Mean { " (mean)" } else { "" };
            let column = levels.column(format!("{}{note}", curve.quantity));
            for point in &curve.points {
                let mark = point.level.mark();
                let cell = Cell { value: point.value, low: point.low, high: point.high, mark };
                levels.add(curve.labels(), point.level.n, column, cell);
            }
        }
        let size = levels.rows.first().map(|first| first.1).filter(|_| !levels.varies()[4]);
        let heading = self.heading(&size.map_or_else(|| "Medians".into(), |n| format!("Medians at n = {n}")));
        wrap(&heading, width) + &levels.text(width, most)
    }
}

impl Summary {
    /// At most `most` curves of a quantity among those with such coordinates, the most informative ones.
    pub fn telling_curves(
        &self,
        quantity: &str,
        most: usize,
        belongs: &dyn Fn(&Coordinates) -> bool,
    ) -> Vec<&Curve> {
        let wanted = |curve: &&Curve| curve.quantity == quantity && belongs(&curve.coordinates);
        most_telling(self.curves.iter().filter(wanted).collect(), most)
    }
}

/// At most `most` curves: one of each kind of outcome in turn, rare kinds first.
fn most_telling(curves: Vec<&Curve>, most: usize) -> Vec<&Curve> {
    if curves.len() <= most {
        return curves;
    }
    let mut kinds: HashMap<_, Vec<usize>> = HashMap::new();
    for (place, curve) in curves.iter().enumerate() {
        let inside = [&curve.minimum, &curve.maximum].map(|end| end.as_ref().is_some_and(|end| end.inside));
        let label = crate::coordinates::split(0, &curve.estimator).0;
        kinds.entry((label, curve.course.map(|course| course.name()), inside)).or_default().push(place);
    }
    let mut kinds: Vec<Vec<usize>> = kinds.into_values().collect();
    kinds.sort_by_key(|places| (places.len(), places[0]));
    let turns = (0..curves.len()).flat_map(|turn| kinds.iter().filter_map(move |places| places.get(turn)));
    let mut chosen: Vec<usize> = turns.copied().take(most).collect();
    chosen.sort_unstable();
    chosen.into_iter().map(|place| curves[place]).collect()
}

impl<'a> Levels<'a> {
    fn column(&mut self, name: String) -> usize {
        let known = self.columns.iter().position(|column| *column == name);
        known.unwrap_or_else(|| {
            self.columns.push(name);
            self.columns.len() - 1
        })
    }

    fn add(&mut self, labels: [&'a str; 4], n: u64, column: usize, cell: Cell) {
        let row = *self.known.entry((labels, n)).or_insert_with(|| {
            self.rows.push((labels, n));
            self.cells.push(HashMap::new());
            self.rows.len() - 1
        });
        self.cells[row].insert(column, cell);
    }

    /// Whether each label differs between rows, and whether n does.
    fn varies(&self) -> [bool; 5] {
        let first = self.rows.first();
        let differs =
            |axis: usize| self.rows.iter().any(|(labels, _)| Some(labels[axis]) != first.map(|f| f.0[axis]));
        let sizes = self.rows.iter().any(|(_, n)| Some(*n) != first.map(|first| first.1));
        [true, differs(1), differs(2), differs(3), sizes]
    }

    /// Several tables where not all columns fit; intervals are omitted before a second table is started.
    fn text(&self, width: usize, most: usize) -> String {
        let shown = self.rows.len().min(most);
        let mut text = String::new();
        let mut rest: Vec<usize> = (0..self.columns.len()).collect();
        while !rest.is_empty() {
            let fits = |count: &usize, intervals| self.render(&rest[..*count], shown, intervals).1 <= width;
            let all = rest.len();
            let whole = fits(&all, true) || !fits(&all, false);
            let count = (1..=all).rev().find(|count| fits(count, whole)).unwrap_or(1);
            text += &self.render(&rest[..count], shown, whole).0;
            text.push('\n');
            rest.drain(..count);
        }
        if shown < self.rows.len() {
            text += &format!("{shown} of {} rows are shown; --all shows every one.\n", self.rows.len());
        }
        text
    }

    fn render(&self, columns: &[usize], shown: usize, intervals: bool) -> (String, usize) {
        let varies = self.varies();
        let mut header: Vec<String> =
            (0..4).filter(|axis| varies[*axis]).map(|axis| AXES[axis].into()).collect();
        header.extend(varies[4].then(|| "n".to_owned()));
        let labels = header.len();
        header.extend(columns.iter().map(|column| self.columns[*column].clone()));
        let mut table = Table::new();
        table.load_style(STYLE).set_header(header);
        let truncations = [0, 1, 2, 3]
            .map(|axis| Truncation::of(self.rows.iter().take(shown).map(|(names, _)| names[axis]), LABEL));
        let mut above: Vec<String> = Vec::new();
        for (row, (names, n)) in self.rows.iter().enumerate().take(shown) {
            let mut cells: Vec<String> =
                (0..4).filter(|axis| varies[*axis]).map(|axis| truncations[axis].cut(names[axis])).collect();
            cells.extend(varies[4].then(|| n.to_string()));
            let same = cells.iter().zip(&above).take_while(|(a, b)| a == b).count();
            above.clone_from(&cells);
            cells[..same.min(labels.saturating_sub(1))].iter_mut().for_each(String::clear);
            cells.extend(
                columns.iter().map(|column| {
                    self.cells[row].get(column).map_or("–".into(), |cell| cell.text(intervals))
                }),
            );
            table.add_row(cells);
        }
        let text = finish(&mut table, |place| place >= labels);
        let width = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        (text, width)
    }
}

impl Cell {
    fn text(&self, intervals: bool) -> String {
        let text = match (self.value, self.low, self.high) {
            (Some(value), Some(low), Some(high)) if intervals => interval(value, low, high),
            (Some(value), Some(low), Some(high)) => estimate(value, low, high),
            (value, ..) => value.map_or_else(|| "–".into(), number),
        };
        text + self.mark
    }
}
