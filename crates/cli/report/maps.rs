//! Quantities over two coordinates, where a study sweeps two.

use super::series::{class, label};
use std::collections::{BTreeMap, BTreeSet};
use tempered_analysis::{Coordinate, Coordinates, Summary, Verdict};
use tempered_report::{At, Map, Tile};

/// Fewer values than this are lines of a figure, which say more than a row of tiles.
const LEAST_VALUES: usize = 4;

/// A quantity at one place of a study.
struct Seen<'a> {
    quantity: String,
    statistic: &'static str,
    /// Every coordinate but the estimator's name, by name.
    coordinates: Vec<(&'a str, Coordinate)>,
    estimator: String,
    tile: Tile,
}

/// Coordinates with the numbers that they take, each by the order of numbers.
type Values = BTreeMap<u64, f64>;

/// The maps of what a summary was asked for: of each quantity and name of an estimator, over the two coordinates with the
/// most values; what else varies tells maps apart, the largest n first.
pub fn maps(summary: &Summary, belongs: impl Fn(&Coordinates) -> bool) -> Vec<Map> {
    let mut groups: Vec<((String, String), Vec<Seen<'_>>)> = Vec::new();
    let mut known = BTreeMap::new();
    for seen in seen(summary, belongs) {
        let key = (seen.quantity.clone(), seen.estimator.clone());
        let place = *known.entry(key.clone()).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(seen);
    }
    groups.iter().flat_map(|(_, seen)| of_group(seen)).collect()
}

/// What was asked for: curves, and along n the series of risks.
fn seen(summary: &Summary, belongs: impl Fn(&Coordinates) -> bool) -> Vec<Seen<'_>> {
    let mut all = Vec::new();
    for curve in summary.curves.iter().filter(|curve| belongs(&curve.coordinates)) {
        for point in &curve.points {
            let Some(at) = point.at.clone() else { continue };
            let mut coordinates = named(&curve.coordinates);
            if curve.along != "n" {
                coordinates.push(("n", Coordinate::Number(point.level.n as f64)));
            }
            coordinates.push((&curve.along, at));
            let tile = Tile { value: point.value, low: point.low, high: point.high, ..Tile::default() };
            let (quantity, statistic) = (curve.quantity.clone(), curve.statistic.name());
            let estimator = name(&curve.coordinates);
            all.push(Seen { quantity, statistic, coordinates, estimator, tile });
        }
    }
    for series in summary.asked_series().filter(|series| belongs(&series.coordinates)) {
        let decided = series.levels.len() > 2 || series.in_probability != Verdict::Undecided;
        for level in &series.levels {
            let mut coordinates = named(&series.coordinates);
            coordinates.push(("n", Coordinate::Number(level.n as f64)));
            let tile = Tile {
                value: level.median,
                low: level.median_low,
                high: level.median_high,
                class: decided.then(|| class(series.in_probability)),
                ..Tile::default()
            };
            let estimator = name(&series.coordinates);
            all.push(Seen { quantity: series.p.column(), statistic: "median", coordinates, estimator, tile });
        }
    }
    all
}

fn named(coordinates: &Coordinates) -> Vec<(&str, Coordinate)> {
    coordinates.iter().filter(|(name, _)| *name != "estimator").map(|(n, value)| (n, value.clone())).collect()
}

fn name(coordinates: &Coordinates) -> String {
    coordinates.get("estimator").map(ToString::to_string).unwrap_or_default()
}

/// The maps of one quantity of one estimator.
fn of_group(seen: &[Seen<'_>]) -> Vec<Map> {
    let Some([across, up]) = axes(seen) else { return Vec::new() };
    let [columns, rows] = [across, up].map(|axis| values(seen, axis));
    let others = others(seen, [across, up]);
    let mut maps: BTreeMap<Vec<Rest>, Map> = BTreeMap::new();
    for one in seen {
        let place = |axis: &str, values: &Values| {
            let bits = ordered(number(one, axis)?);
            Some(values.range(..bits).count())
        };
        let Some((a, u)) = place(across, &columns).zip(place(up, &rows)) else { continue };
        let rest = rest(one, &others);
        let map = maps.entry(rest).or_insert_with_key(|rest| Map {
            quantity: one.quantity.clone(),
            statistic: one.statistic.into(),
            estimator: label(&one.estimator),
            data: rest.iter().map(|rest| rest.words.clone()).collect::<Vec<_>>().join(", "),
            across: coordinate(across, &columns),
            up: coordinate(up, &rows),
            tiles: Vec::new(),
        });
        map.tiles.push(Tile { across: a, up: u, ..one.tile });
    }
    // A map with more holes than tiles says less than lines.
    let full = columns.len() * rows.len();
    maps.into_values().filter(|map| 2 * map.tiles.len() > full).collect()
}

/// The two coordinates with the most values, n last among equals, in their own order; none where fewer than two have enough.
fn axes<'a>(seen: &'a [Seen<'_>]) -> Option<[&'a str; 2]> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in seen.iter().flat_map(|one| &one.coordinates) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let counts: Vec<(usize, &str)> = names
        .iter()
        .map(|name| (values(seen, name).len(), *name))
        .filter(|(count, _)| *count >= LEAST_VALUES)
        .collect();
    // Parameters of the estimator are what a map is made for: n is read along wherever it is an axis.
    let mut best: Vec<&(usize, &str)> = counts.iter().collect();
    best.sort_by_key(|(count, name)| (*name == "n", std::cmp::Reverse(*count)));
    let chosen: Vec<&str> = best.iter().take(2).map(|(_, name)| *name).collect();
    let mut ordered = names.into_iter().filter(|name| chosen.contains(name));
    Some([ordered.next()?, ordered.next()?])
}

/// The numbers that a coordinate takes.
fn values(seen: &[Seen<'_>], axis: &str) -> Values {
    seen.iter().filter_map(|one| number(one, axis)).map(|x| (ordered(x), x)).collect()
}

fn number(one: &Seen<'_>, axis: &str) -> Option<f64> {
    one.coordinates.iter().find(|(name, _)| *name == axis)?.1.number()
}

fn coordinate(axis: &str, values: &Values) -> tempered_report::Coordinate {
    tempered_report::Coordinate {
        name: axis.to_owned(),
        values: values.values().map(|x| At::Number(*x)).collect(),
    }
}

/// A coordinate that tells maps apart, in its order: n descends, all else ascends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rest {
    order: u64,
    words: String,
}

/// The coordinates of a place that tell maps apart.
fn rest(one: &Seen<'_>, names: &BTreeSet<&str>) -> Vec<Rest> {
    let others = one.coordinates.iter().filter(|(name, _)| names.contains(name));
    others
        .map(|(name, value)| {
            let order = value.number().map_or(0, ordered);
            let order = if *name == "n" { u64::MAX - order } else { order };
            Rest { order, words: format!("{name} = {}", label(&value.to_string())) }
        })
        .collect()
}

/// The names of coordinates that differ within a group, axes aside.
fn others<'a>(seen: &'a [Seen<'_>], axes: [&str; 2]) -> BTreeSet<&'a str> {
    let mut first: BTreeMap<&str, &Coordinate> = BTreeMap::new();
    let mut others = BTreeSet::new();
    for (name, value) in seen.iter().flat_map(|one| &one.coordinates).filter(|(name, _)| !axes.contains(name))
    {
        if *first.entry(name).or_insert(value) != value {
            others.insert(*name);
        }
    }
    others
}

/// Bits that ascend with a number.
fn ordered(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(coordinates: &[(&'static str, f64)]) -> Seen<'static> {
        let coordinates = coordinates.iter().map(|(name, x)| (*name, Coordinate::Number(*x))).collect();
        let tile = Tile { value: Some(1.0), ..Tile::default() };
        Seen { quantity: "risk_l2".into(), statistic: "median", coordinates, estimator: "net".into(), tile }
    }

    fn product(widths: &[f64], lambdas: &[f64], sizes: &[f64]) -> Vec<Seen<'static>> {
        let mut all = Vec::new();
        for width in widths {
            for lambda in lambdas {
                all.extend(sizes.iter().map(|n| seen(&[("width", *width), ("lambda", *lambda), ("n", *n)])));
            }
        }
        all
    }

    #[test]
    fn parameters_are_axes_and_n_tells_maps_apart() {
        let maps = of_group(&product(
            &[50.0, 10.0, 200.0, 20.0],
            &[-1.0, 0.0, 2.0, 1.0],
            &[8.0, 16.0, 24.0, 32.0, 64.0],
        ));
        assert_eq!(
            maps.iter().map(|map| map.data.as_str()).collect::<Vec<_>>(),
            ["n = 64", "n = 32", "n = 24", "n = 16", "n = 8"]
        );
        assert_eq!((maps[0].across.name.as_str(), maps[0].up.name.as_str()), ("width", "lambda"));
        assert_eq!(maps[0].up.values, [-1.0, 0.0, 1.0, 2.0].map(At::Number));
        assert_eq!(maps[0].tiles.len(), 16);
        let places: std::collections::BTreeSet<_> =
            maps[0].tiles.iter().map(|tile| (tile.across, tile.up)).collect();
        assert_eq!(places.len(), 16);
    }

    #[test]
    fn one_parameter_is_mapped_over_n() {
        let maps = of_group(&product(&[1.0, 2.0, 3.0, 4.0], &[1.0], &[8.0, 16.0, 32.0, 64.0]));
        assert_eq!((maps.len(), maps[0].data.as_str()), (1, ""));
        assert_eq!((maps[0].across.name.as_str(), maps[0].up.name.as_str()), ("width", "n"));
    }

    #[test]
    fn rows_and_crosses_are_no_maps() {
        assert!(of_group(&product(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0], &[8.0])).is_empty());
        let values = [1.0, 2.0, 3.0, 4.0];
        let cross = product(&values, &values, &[8.0])
            .into_iter()
            .filter(|one| number(one, "width") == Some(1.0) || number(one, "lambda") == Some(1.0));
        assert!(of_group(&cross.collect::<Vec<_>>()).is_empty());
    }
}
