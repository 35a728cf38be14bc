//! What a page shows of a study that is too long for one.

use super::series::{class, label, view};
use super::{curves, labels};
use std::collections::{BTreeMap, HashMap, HashSet};
use tempered_analysis::{Coordinates, Summary};
use tempered_report::{Class, Curve, Group, Level, Series};

/// Lines of figures, that is series whatever the risk, that a page shows at most: more cannot be told apart.
const MOST_LINES: usize = 30;
/// Series of risks that a page shows of more lines, and curves of each quantity.
const FEW_SERIES: usize = 24;
const FEW_CURVES: usize = 12;
/// Tiles of a page at most: at about 300 bytes each with its row in the table, 3 MB.
const MOST_TILES: usize = 10_000;
/// Estimators with their data among which maps are chosen at most, whatever the quantity: as many buttons fill four lines.
const MOST_MAPS: usize = 24;
/// Fewer sizes than this show no growth: classes would all be open.
const LEAST_SIZES: usize = 3;
/// Rows of its tables at most, a megabyte or two with the points of the figures.
const MOST_ROWS: usize = 2000;
/// Levels of a series that are shown where there are more rows.
const FEW_LEVELS: usize = 50;
/// Bytes of a study file that a page shows at most.
const MOST_YAML: usize = 20_000;

/// What a page shows of a study: the whole, or of a study that is too long what says most.
pub struct Shown {
    pub curves: Vec<Curve>,
    pub series: Vec<Series>,
    /// What is left out, and where it is.
    pub note: String,
    /// The names of estimators, each of which gets a page; empty where the whole is shown.
    pub names: Vec<String>,
}

/// Where all numbers are.
const FILES: &str =
    "All numbers are in summary/verdicts.csv, summary/levels.csv, summary/curves.csv and summary/pairs.csv.";

/// What the page of a study shows.
pub fn index(summary: &Summary) -> Shown {
    let names = names(summary);
    let mut shown = part(summary, |_| true);
    shown.names = if shown.note.is_empty() { Vec::new() } else { names };
    shown
}

/// What the page of one estimator shows.
pub fn group(summary: &Summary, name: &str) -> Shown {
    part(summary, |coordinates| is_of(coordinates, name))
}

/// The series and curves of some estimators, or those of them that together say most.
fn part(summary: &Summary, belongs: impl Fn(&Coordinates) -> bool) -> Shown {
    let places: Vec<usize> =
        (0..summary.series.len()).filter(|place| belongs(&summary.series[*place].coordinates)).collect();
    let lines = lines(places.iter().map(|place| &summary.series[*place]));
    let rows: usize = places.iter().map(|place| summary.series[*place].levels.len()).sum();
    let curves = summary.curves.iter().filter(|curve| belongs(&curve.coordinates));
    let mut of_quantity: BTreeMap<&str, usize> = BTreeMap::new();
    curves.clone().for_each(|curve| *of_quantity.entry(&curve.quantity).or_default() += 1);
    let most = of_quantity.values().copied().max().unwrap_or(0);
    if lines.max(most) <= MOST_LINES && rows <= MOST_ROWS {
        let series = places.iter().map(|place| view(&summary.series[*place])).collect();
        return Shown {
            curves: curves.map(curves::view).collect(),
            series,
            note: String::new(),
            names: Vec::new(),
        };
    }
    let kept = summary.telling_of(places.clone(), FEW_SERIES);
    let mut series: Vec<Series> = kept.iter().map(|place| view(&summary.series[*place])).collect();
    let levels = FEW_LEVELS.min((MOST_ROWS / series.len().max(1)).max(2));
    series.iter_mut().for_each(|series| series.levels = spread(std::mem::take(&mut series.levels), levels));
    let mut shown = Vec::new();
    for quantity in of_quantity.keys() {
        let telling = summary.telling_curves(quantity, FEW_CURVES, &belongs);
        shown.extend(telling.into_iter().map(curves::view));
    }
    let mut note = format!(
        "This page shows {} of {} series, those that together say most, and at most {levels} levels of each.",
        series.len(),
        places.len()
    );
    if most > FEW_CURVES {
        note += &format!(" Of the curves of each quantity it shows {FEW_CURVES} at most.");
    }
    Shown { curves: shown, series, note: format!("{note} {FILES}"), names: Vec::new() }
}

/// Lines of figures: those of a summary are in the order of their labels, one risk after the other.
fn lines<'a>(series: impl Iterator<Item = &'a tempered_analysis::Series>) -> usize {
    let (mut count, mut last) = (0, None);
    for labels in series.map(labels) {
        count += usize::from(last.replace(labels) != Some(labels));
    }
    count
}

/// Whether coordinates are those of an estimator of this name.
pub fn is_of(coordinates: &Coordinates, name: &str) -> bool {
    coordinates.get("estimator").is_some_and(|known| known.word() == Some(name))
}

/// The names of estimators in the order of the study.
pub fn names(summary: &Summary) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in summary.series.iter().filter_map(|series| series.coordinates.get("estimator")?.word()) {
        // Variants of one name follow each other.
        if names.last().is_none_or(|last| last != name) && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// What a page has room for of maps; the first ones are of the largest n.
#[derive(Default)]
pub struct Room {
    tiles: usize,
    /// Estimators with their data among which maps are chosen.
    kinds: HashSet<(String, String)>,
}

impl Room {
    /// Whether there is room for the next map, of an estimator and data with so many tiles.
    pub fn takes(&mut self, estimator: &str, data: &str, tiles: usize) -> bool {
        let kind = (estimator.to_owned(), data.to_owned());
        if self.kinds.len() == MOST_MAPS && !self.kinds.contains(&kind) {
            return false;
        }
        self.kinds.insert(kind);
        self.tiles += tiles;
        self.tiles <= MOST_TILES
    }
}

/// How many series of each estimator are of which class; no classes where sizes are too few for any.
pub fn counted(summary: &Summary, names: &[String], risks: &[String]) -> Vec<Group> {
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(k, name)| (name.as_str(), k)).collect();
    let empty: Vec<(String, [usize; 4])> = risks.iter().map(|risk| (risk.clone(), [0; 4])).collect();
    let mut groups: Vec<Group> = names
        .iter()
        .map(|name| Group { name: label(name), counts: empty.clone(), ..Group::default() })
        .collect();
    let (mut most, mut last) = (0, None);
    for series in &summary.series {
        let Some(place) = series.coordinates.get("estimator").and_then(|name| places.get(name.word()?))
        else {
            continue;
        };
        most = most.max(series.levels.len());
        // Series of one estimator follow each other, those of one line too.
        groups[*place].series += usize::from(last.replace(labels(series)) != Some(labels(series)));
        let risk = label(&series.p.to_string());
        let at = Class::ALL.iter().position(|known| *known == class(series.in_probability));
        let counts = groups[*place].counts.iter_mut().find(|(known, _)| *known == risk);
        if let Some(((_, counts), at)) = counts.zip(at) {
            counts[at] += 1;
        }
    }
    groups.iter_mut().for_each(|group| group.counts.retain(|_| most >= LEAST_SIZES));
    groups
}

/// So many of the levels, evenly spread, first and last included.
fn spread(levels: Vec<Level>, count: usize) -> Vec<Level> {
    let last = levels.len().saturating_sub(1);
    if last < count {
        return levels;
    }
    let chosen: Vec<usize> = (0..count).map(|k| k * last / (count - 1)).collect();
    let kept = levels.into_iter().enumerate().filter(|(place, _)| chosen.binary_search(place).is_ok());
    kept.map(|(_, level)| level).collect()
}

/// The first lines of a long study file, and where the others are.
pub fn start(yaml: &str) -> String {
    if yaml.len() <= MOST_YAML {
        return yaml.into();
    }
    let (mut shown, mut lines) = (String::new(), yaml.lines());
    for line in lines.by_ref() {
        if shown.len() + line.len() > MOST_YAML {
            break;
        }
        shown += line;
        shown.push('\n');
    }
    let more = yaml.lines().count() - shown.lines().count();
    format!("{shown}# … and {more} lines more in _tempered/study.yaml\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_spread_from_first_to_last() {
        let levels = |count: u64| (0..count).map(|n| Level { n, ..Level::default() }).collect::<Vec<_>>();
        let sizes = |levels: Vec<Level>| levels.iter().map(|level| level.n).collect::<Vec<_>>();
        assert_eq!(sizes(spread(levels(101), 5)), [0, 25, 50, 75, 100]);
        for count in 0..6 {
            assert_eq!(sizes(spread(levels(count), 5)), (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn long_study_files_are_cut_between_lines() {
        let yaml: String = (0..10_000).map(|line| format!("  - {line}\n")).collect();
        let cut = start(&yaml);
        assert!(cut.len() < MOST_YAML + 100);
        let (kept, told) = cut.split_once("# … and ").unwrap();
        assert!(yaml.starts_with(kept));
        assert_eq!(told, format!("{} lines more in _tempered/study.yaml\n", 10_000 - kept.lines().count()));
        assert_eq!(start("name: a\n"), "name: a\n");
    }
}
