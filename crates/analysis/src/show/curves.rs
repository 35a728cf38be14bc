//! Curves for a terminal: one row a curve, with its minimum and maximum.

use comfy_table::Table;
use std::collections::BTreeMap;

use crate::along::{Curve, Extreme, Point};
use crate::coordinates::{AXES, Coordinate};
use crate::growth::weigh::Growth;
use crate::label::{Truncation, short};
use crate::sample::statistic::Statistic;
use crate::show::ruled::{STYLE, finish};
use crate::show::table::{self, Detail};
use crate::text::{cut, interval, number, wrap};
use crate::verdict::Verdict;

/// Longer labels are truncated in the table, but not in files.
const LABEL: usize = 32;
/// The most positions that are listed for an extreme.
const NAMED: usize = 3;

/// The table of the curves of one quantity.
pub(crate) struct CurveTable<'a> {
    curves: Vec<&'a Curve>,
    /// Whether each label differs between curves, and whether n does.
    varies: ([bool; 4], bool),
    truncations: [Truncation; 4],
    width: usize,
    /// What the probability of a class has to reach for a law to be named.
    confidence: f64,
}

/// A column of the table.
#[derive(Clone)]
enum Column {
    Label(usize),
    Size,
    At(Option<Coordinate>),
    Least,
    Largest,
    Course,
}

impl<'a> CurveTable<'a> {
    /// Curves of one quantity, in at most `width` columns where that is possible.
    pub fn new(curves: Vec<&'a Curve>, width: usize, confidence: f64) -> CurveTable<'a> {
        let first = curves.first();
        let differs = |axis: usize| {
            axis == 0 || curves.iter().any(|c| Some(c.labels()[axis]) != first.map(|f| f.labels()[axis]))
        };
        let sizes = curves.iter().any(|curve| Some(curve.n) != first.map(|first| first.n));
        let truncations = [0, 1, 2, 3].map(|axis| {
            Truncation::of(curves.iter().map(|curve| curve.labels()[axis]), LABEL.min(width / 4))
        });
        CurveTable { varies: ([0, 1, 2, 3].map(differs), sizes), truncations, curves, width, confidence }
    }

    /// The table below a line with the common labels of all curves. As many positions are columns as fit.
    pub fn text(&self) -> String {
        let places = self.places();
        let fits = |shown: &usize| *shown != 1 && self.render(&spread(&places, *shown)).1 <= self.width;
        let shown = (0..=places.len().min(self.width / 4)).rev().find(fits).unwrap_or(0);
        let mut text = wrap(&self.heading(), self.width) + &self.render(&spread(&places, shown)).0 + "\n";
        if shown < places.len() {
            text += &format!("{shown} of {} places are columns; --all shows every one.\n", places.len());
        }
        text
    }

    /// A table with one row a position.
    pub fn every_place(&self) -> String {
        let labels = self.labels();
        let header = labels
            .iter()
            .map(Column::name)
            .chain([self.along(), "value", "mean", "trials", "failed", ""].map(str::to_owned));
        let mut table = Table::new();
        table.load_style(STYLE).set_header(header);
        for curve in &self.curves {
            for (place, point) in curve.points.iter().enumerate() {
                let names = labels
                    .iter()
                    .map(|column| if place == 0 { self.cell(column, curve) } else { String::new() });
                table.add_row(names.chain(point_row(curve, place, point)).collect::<Vec<_>>());
            }
        }
        let numbers = labels.len();
        wrap(&self.heading(), self.width)
            + &finish(&mut table, |place| place >= numbers && place < numbers + 5)
            + "\n"
    }

    fn along(&self) -> &str {
        self.curves.first().map_or("", |curve| &curve.along)
    }

    /// The positions of all curves: numbers ascending, words in the order of the curves.
    fn places(&self) -> Vec<Option<Coordinate>> {
        let mut numbers: BTreeMap<u64, f64> = BTreeMap::new();
        let mut others: Vec<Option<Coordinate>> = Vec::new();
        for at in self.curves.iter().flat_map(|curve| &curve.points).map(|point| &point.at) {
            match at {
                Some(Coordinate::Number(x)) => drop(numbers.insert(ordered(*x), *x)),
                Some(word) if !others.contains(&Some(word.clone())) => others.push(Some(word.clone())),
                _ => {}
            }
        }
        numbers.into_values().map(|x| Some(Coordinate::Number(x))).chain(others).collect()
    }

    fn heading(&self) -> String {
        let Some(first) = self.curves.first() else { return String::new() };
        let same = |of: fn(&Curve) -> Statistic| self.curves.iter().all(|curve| of(curve) == first.statistic);
        let statistic =
            if same(|curve| curve.statistic) { first.statistic.name() } else { "median, or mean (m)" };
        let mut parts = vec![format!("{} along {}, {statistic}", first.quantity, first.along)];
        parts.extend(first.n.filter(|_| !self.varies.1).map(|n| format!("n {n}")));
        for (axis, name) in AXES.into_iter().enumerate().skip(1) {
            // Beside data of the user's own there is no target and no noise.
            let is_none = axis > 1 && first.coordinates.are_own();
            if !self.varies.0[axis] && !first.labels()[axis].is_empty() && !is_none {
                parts.push(format!("{name} {}", short(first.labels()[axis])));
            }
        }
        let trials = self.curves.iter().flat_map(|c| c.points.iter().map(|p| p.level.trials));
        if let (Some(least), Some(most)) = (trials.clone().min(), trials.max()) {
            let trials = if least == most { format!("{most}") } else { format!("{least} to {most}") };
            parts.push(format!("{trials} trials"));
        }
        if self.curves.iter().all(|curve| curve.paired)
            && self.curves.iter().any(|curve| curve.points.len() > 1)
        {
            parts.push("same samples at all places".into());
        }
        parts.join(" · ")
    }

    fn labels(&self) -> Vec<Column> {
        let mut columns: Vec<Column> =
            (0..4).filter(|&axis| self.varies.0[axis]).map(Column::Label).collect();
        columns.extend(self.varies.1.then_some(Column::Size));
        columns
    }

    /// The table with these positions as columns, and its width.
    fn render(&self, places: &[Option<Coordinate>]) -> (String, usize) {
        let mut columns = self.labels();
        columns.extend(places.iter().cloned().map(Column::At));
        columns.extend([Column::Least, Column::Largest]);
        columns.extend(self.curves.iter().any(|curve| curve.course.is_some()).then_some(Column::Course));
        let mut table = Table::new();
        table.load_style(STYLE).set_header(columns.iter().map(Column::name));
        let mut above: Vec<String> = Vec::new();
        for curve in &self.curves {
            let cells: Vec<String> = columns.iter().map(|column| self.cell(column, curve)).collect();
            // A label is repeated only if it or one before it has changed.
            let labels = self.labels().len();
            let same = cells[..labels].iter().zip(&above).take_while(|(a, b)| a == b).count();
            let shown = cells.iter().enumerate().map(|(k, cell)| if k < same { "" } else { cell });
            table.add_row(shown.collect::<Vec<_>>());
            above = cells[..labels].to_vec();
            let known: Vec<String> =
                columns.iter().enumerate().map(|(k, column)| theory(column, k, curve)).collect();
            // The first cell names the row; the places that theory speaks of may all be left out.
            if known.iter().skip(1).any(|cell| !cell.is_empty()) {
                table.add_row(known);
            }
        }
        let text = finish(&mut table, |place| matches!(columns[place], Column::At(_) | Column::Size));
        let width = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        (text, width)
    }

    fn cell(&self, column: &Column, curve: &Curve) -> String {
        match column {
            Column::Label(axis) => self.truncations[*axis].cut(curve.labels()[*axis]),
            Column::Size => curve.n.map_or_else(none, |n| n.to_string()),
            Column::At(at) => {
                let point = curve.points.iter().find(|point| point.at == *at);
                point.map_or_else(String::new, |point| {
                    point.value.map_or_else(none, number) + point.level.mark()
                })
            }
            Column::Least => extreme(curve, curve.minimum.as_ref(), true),
            Column::Largest => extreme(curve, curve.maximum.as_ref(), false),
            Column::Course => {
                let law = curve.growth.as_ref().and_then(|growth| law(growth, self.confidence));
                [Some(curve.words().to_owned()), law].into_iter().flatten().collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// The limit or the law that the mean of a metric follows, where one class of laws is decided at this confidence.
fn law(growth: &Growth, confidence: f64) -> Option<String> {
    let class = growth.probabilities.class(confidence);
    (class != Verdict::Undecided).then(|| table::law(growth, class, Detail::Full))
}

/// A cell of the row below a curve, which has what theory says of its places, those of the extremes among them.
fn theory(column: &Column, place: usize, curve: &Curve) -> String {
    let of = |extreme: &Option<Extreme>| extreme.as_ref().and_then(|extreme| curve.points.get(extreme.place));
    let point = match column {
        _ if place == 0 => return "  theory".to_owned(),
        Column::At(at) => curve.points.iter().find(|point| point.at == *at),
        // A curve of one position has its value here.
        Column::Least if curve.points.len() == 1 => curve.points.first(),
        Column::Least => of(&curve.minimum),
        Column::Largest => of(&curve.maximum),
        _ => None,
    };
    point.and_then(|point| point.theory).map_or_else(String::new, number)
}

impl Column {
    fn name(&self) -> String {
        match self {
            Column::Label(axis) => AXES[*axis].into(),
            Column::Size => "n".into(),
            Column::At(at) => at.as_ref().map_or_else(none, place_name),
            Column::Least => "least, at (or at)".into(),
            Column::Largest => "largest, at (or at)".into(),
            Column::Course => "course".into(),
        }
    }
}

/// Numbers and marks of one position.
fn point_row(curve: &Curve, place: usize, point: &Point) -> Vec<String> {
    let level = &point.level;
    let mean = level.mean.zip(level.mean_se).map_or_else(none, |(mean, se)| {
        format!("{} ± {}{}", number(mean), number(se), if level.mean_trusted { "" } else { "?" })
    });
    let is = |extreme: &Option<Extreme>, word: &str| {
        let extreme = extreme.as_ref()?;
        match (extreme.place == place, extreme.among.contains(&place)) {
            (true, _) => Some(word.to_owned()),
            (false, true) => Some(format!("{word}?")),
            _ => None,
        }
    };
    let marks: Vec<String> =
        [is(&curve.minimum, "least"), is(&curve.maximum, "largest")].into_iter().flatten().collect();
    let at = point.at.as_ref().map_or_else(none, place_name);
    vec![at, with_interval(point), mean, level.trials.to_string(), level.failed.to_string(), marks.join(", ")]
}

/// The minimum or maximum of a curve: its value, its position, and the other positions of its confidence set. For a curve
/// of one position the value is shown once.
fn extreme(curve: &Curve, extreme: Option<&Extreme>, first: bool) -> String {
    let Some(extreme) = extreme else {
        let only = curve.points.first().filter(|_| first && curve.points.len() == 1);
        return only.map_or_else(none, with_interval);
    };
    let at = |place: &usize| curve.points[*place].at.as_ref().map_or_else(none, place_name);
    let (low, high) = (extreme.among.first(), extreme.among.last());
    let others = match extreme.among.len() {
        0 | 1 => String::new(),
        all if all == curve.points.len() => " (or anywhere)".into(),
        count if low.zip(high).is_some_and(|(low, high)| high - low + 1 == count && count > 2) => {
            format!(" ({} to {})", low.map_or_else(none, at), high.map_or_else(none, at))
        }
        count if count > NAMED + 1 => format!(" ({} places)", count),
        _ => {
            let others = extreme.among.iter().filter(|place| **place != extreme.place);
            format!(" ({})", others.map(at).collect::<Vec<_>>().join(", "))
        }
    };
    format!("{}, {}{others}", with_interval(&curve.points[extreme.place]), at(&extreme.place))
}

fn with_interval(point: &Point) -> String {
    let text = match (point.value, point.low, point.high) {
        (Some(value), Some(low), Some(high)) => interval(value, low, high),
        (value, ..) => value.map_or_else(none, number),
    };
    text + point.level.mark()
}

/// A position in few characters: 1e-6 rather than 0.000001.
pub(crate) fn place_name(at: &Coordinate) -> String {
    match at {
        Coordinate::Number(x) => {
            let (plain, scientific) = (format!("{x}"), format!("{x:e}"));
            if scientific.len() < plain.len() { scientific } else { plain }
        }
        Coordinate::Word(word) => cut(&short(word), LABEL),
    }
}

fn none() -> String {
    "–".to_owned()
}

/// Bits that increase with a number.
fn ordered(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// `count` of the positions, evenly spaced, the first and the last included.
fn spread(places: &[Option<Coordinate>], count: usize) -> Vec<Option<Coordinate>> {
    let last = places.len().saturating_sub(1);
    (0..count).map(|k| places[if count > 1 { k * last / (count - 1) } else { 0 }].clone()).collect()
}
