//! Quantities over two coordinates, where a study sweeps two.

use super::fold::Room;
use super::series::{class, label};
use std::collections::{BTreeMap, BTreeSet};
use tempered_analysis::{Coordinate, Coordinates, Curve, Series, Summary, Verdict};
use tempered_report::{At, Map, Tile};

/// Fewer values than this are lines of a figure, which say more than a row of tiles.
const LEAST_VALUES: usize = 4;

/// What places are read from: a curve, or along n the series of a risk.
#[derive(Clone, Copy)]
enum Source<'a> {
    Curve(&'a Curve),
    Series(&'a Series),
}

/// A quantity at one place of a study. A study may have a million places, so they are made again for each pass.
#[derive(Clone)]
struct Seen<'a> {
    statistic: &'static str,
    /// Every coordinate but the estimator's name, by name.
    coordinates: Vec<(&'a str, Coordinate)>,
    tile: Tile,
}

/// A coordinate with the numbers that it takes, ascending, each after the bits by which it is found.
struct Axis<'a> {
    name: &'a str,
    values: Vec<(u64, f64)>,
}

/// The maps of what a summary was asked for that a page has room for: of each quantity and name of an estimator, over the
/// two coordinates with the most values; what else varies tells maps apart, the largest n first.
///
/// Memory: the maps, and a reference for each curve and series.
pub fn maps(summary: &Summary, belongs: impl Fn(&Coordinates) -> bool) -> Vec<Map> {
    let mut groups: Vec<((String, String), Vec<Source<'_>>)> = Vec::new();
    let mut known = BTreeMap::new();
    for source in sources(summary, belongs) {
        let key = source.key();
        let place = *known.entry(key.clone()).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(source);
    }
    let mut room = Room::default();
    let maps = groups.iter().flat_map(|((quantity, estimator), sources)| {
        of_group([quantity, estimator], || sources.iter().flat_map(|source| source.places()), &mut room)
    });
    maps.collect()
}

/// What was asked for: curves, and along n the series of risks.
fn sources(summary: &Summary, belongs: impl Fn(&Coordinates) -> bool) -> impl Iterator<Item = Source<'_>> {
    let all = summary.curves.iter().map(Source::Curve).chain(summary.asked_series().map(Source::Series));
    all.filter(move |source| belongs(source.coordinates()))
}

impl<'a> Source<'a> {
    fn coordinates(self) -> &'a Coordinates {
        match self {
            Source::Curve(curve) => &curve.coordinates,
            Source::Series(series) => &series.coordinates,
        }
    }

    /// The names of quantity and estimator.
    fn key(self) -> (String, String) {
        let quantity = match self {
            Source::Curve(curve) => curve.quantity.clone(),
            Source::Series(series) => series.p.column(),
        };
        (quantity, self.coordinates().get("estimator").map(ToString::to_string).unwrap_or_default())
    }

    fn places(self) -> impl Iterator<Item = Seen<'a>> {
        let (curve, series) = match self {
            Source::Curve(curve) => (Some(curve), None),
            Source::Series(series) => (None, Some(series)),
        };
        curve.into_iter().flat_map(of_curve).chain(series.into_iter().flat_map(of_series))
    }
}

fn of_curve(curve: &Curve) -> impl Iterator<Item = Seen<'_>> {
    curve.points.iter().filter_map(|point| {
        let at = point.at.clone()?;
        let mut coordinates = named(&curve.coordinates);
        if curve.along != "n" {
            coordinates.push(("n", Coordinate::Number(point.level.n as f64)));
        }
        coordinates.push((&curve.along, at));
        let tile = Tile { value: point.value, low: point.low, high: point.high, ..Tile::default() };
        Some(Seen { statistic: curve.statistic.name(), coordinates, tile })
    })
}

fn of_series(series: &Series) -> impl Iterator<Item = Seen<'_>> {
    let decided = series.levels.len() > 2 || series.in_probability != Verdict::Undecided;
    series.levels.iter().map(move |level| {
        let mut coordinates = named(&series.coordinates);
        coordinates.push(("n", Coordinate::Number(level.n as f64)));
        let tile = Tile {
            value: level.median,
            low: level.median_low,
            high: level.median_high,
            class: decided.then(|| class(series.in_probability)),
            ..Tile::default()
        };
        Seen { statistic: "median", coordinates, tile }
    })
}

fn named(coordinates: &Coordinates) -> Vec<(&str, Coordinate)> {
    coordinates.iter().filter(|(name, _)| *name != "estimator").map(|(n, value)| (n, value.clone())).collect()
}

/// The maps of one quantity of one estimator that there is room for. Each call of `seen` begins again with the first place.
fn of_group<'a, I: Iterator<Item = Seen<'a>>>(
    [quantity, estimator]: [&str; 2],
    seen: impl Fn() -> I,
    room: &mut Room,
) -> Vec<Map> {
    let Some(axes) = axes(seen()) else { return Vec::new() };
    let others = others(seen(), axes.each_ref().map(|axis| axis.name));
    // Tiles are counted first: of a million places a page shows a few thousand.
    let mut found: BTreeMap<Vec<Rest>, (usize, &str)> = BTreeMap::new();
    for one in seen().filter(|one| axes.iter().all(|axis| axis.place(one).is_some())) {
        found.entry(rest(&one, &others)).or_insert((0, one.statistic)).0 += 1;
    }
    // A map with more holes than tiles says less than lines.
    let full: usize = axes.iter().map(|axis| axis.values.len()).product();
    found.retain(|_, (tiles, _)| 2 * *tiles > full);
    let estimator = label(estimator);
    let begin = |(rest, (tiles, statistic)): (Vec<Rest>, (usize, &str))| {
        let data = rest.iter().map(|rest| rest.words.clone()).collect::<Vec<_>>().join(", ");
        let [across, up] = axes.each_ref().map(Axis::coordinate);
        let (quantity, statistic, estimator) = (quantity.into(), statistic.into(), estimator.clone());
        let takes = room.takes(&estimator, &data, tiles);
        let tiles = Vec::with_capacity(tiles);
        takes.then_some((rest, Map { quantity, statistic, estimator, data, across, up, tiles }))
    };
    let mut maps: BTreeMap<Vec<Rest>, Map> = found.into_iter().filter_map(begin).collect();
    for one in seen() {
        let [across, up] = axes.each_ref().map(|axis| axis.place(&one));
        if let (Some(across), Some(up), Some(map)) = (across, up, maps.get_mut(&rest(&one, &others))) {
            map.tiles.push(Tile { across, up, ..one.tile });
        }
    }
    maps.into_values().collect()
}

/// The two coordinates with the most values, n last among equals, in their own order; none where fewer than two have enough.
fn axes<'a>(seen: impl Iterator<Item = Seen<'a>>) -> Option<[Axis<'a>; 2]> {
    let mut known: Vec<(&str, BTreeMap<u64, f64>)> = Vec::new();
    for one in seen {
        for (name, _) in &one.coordinates {
            if !known.iter().any(|(other, _)| other == name) {
                known.push((name, BTreeMap::new()));
            }
        }
        for (name, values) in &mut known {
            values.extend(number(&one, name).map(|x| (ordered(x), x)));
        }
    }
    known.retain(|(_, values)| values.len() >= LEAST_VALUES);
    // Parameters of the estimator are what a map is made for: n is read along wherever it is an axis.
    let mut best: Vec<(bool, usize, &str)> =
        known.iter().map(|(name, values)| (*name == "n", values.len(), *name)).collect();
    best.sort_by_key(|(is_n, count, _)| (*is_n, std::cmp::Reverse(*count)));
    best.truncate(2);
    known.retain(|(name, _)| best.iter().any(|(.., chosen)| chosen == name));
    let mut chosen =
        known.into_iter().map(|(name, values)| Axis { name, values: values.into_iter().collect() });
    Some([chosen.next()?, chosen.next()?])
}

impl Axis<'_> {
    /// The position among the values; none where the place has no number here.
    fn place(&self, one: &Seen<'_>) -> Option<usize> {
        let bits = ordered(number(one, self.name)?);
        self.values.binary_search_by_key(&bits, |(known, _)| *known).ok()
    }

    fn coordinate(&self) -> tempered_report::Coordinate {
        tempered_report::Coordinate {
            name: self.name.to_owned(),
            values: self.values.iter().map(|(_, x)| At::Number(*x)).collect(),
        }
    }
}

fn number(one: &Seen<'_>, axis: &str) -> Option<f64> {
    one.coordinates.iter().find(|(name, _)| *name == axis)?.1.number()
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
fn others<'a>(seen: impl Iterator<Item = Seen<'a>>, axes: [&str; 2]) -> BTreeSet<&'a str> {
    let mut first: BTreeMap<&str, Coordinate> = BTreeMap::new();
    let mut others = BTreeSet::new();
    for (name, value) in seen.flat_map(|one| one.coordinates).filter(|(name, _)| !axes.contains(name)) {
        match first.get(name) {
            Some(known) if *known != value => drop(others.insert(name)),
            Some(_) => {}
            None => drop(first.insert(name, value)),
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
        Seen { statistic: "median", coordinates, tile }
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

    fn of(seen: &[Seen<'static>]) -> Vec<Map> {
        of_group(["risk_l2", "net"], || seen.iter().cloned(), &mut Room::default())
    }

    #[test]
    fn parameters_are_axes_and_n_tells_maps_apart() {
        let maps =
            of(&product(&[50.0, 10.0, 200.0, 20.0], &[-1.0, 0.0, 2.0, 1.0], &[8.0, 16.0, 24.0, 32.0, 64.0]));
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
        let maps = of(&product(&[1.0, 2.0, 3.0, 4.0], &[1.0], &[8.0, 16.0, 32.0, 64.0]));
        assert_eq!((maps.len(), maps[0].data.as_str()), (1, ""));
        assert_eq!((maps[0].across.name.as_str(), maps[0].up.name.as_str()), ("width", "n"));
    }

    #[test]
    fn rows_and_crosses_are_no_maps() {
        assert!(of(&product(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0], &[8.0])).is_empty());
        let values = [1.0, 2.0, 3.0, 4.0];
        let cross = product(&values, &values, &[8.0])
            .into_iter()
            .filter(|one| number(one, "width") == Some(1.0) || number(one, "lambda") == Some(1.0));
        assert!(of(&cross.collect::<Vec<_>>()).is_empty());
    }

    /// A page has room for ten thousand tiles, four maps of 2500, and for twenty-four kinds of data.
    #[test]
    fn the_largest_sizes_are_shown_where_there_is_no_room_for_all() {
        let (values, sizes): (Vec<f64>, Vec<f64>) =
            ((0..50).map(f64::from).collect(), (10..20).map(f64::from).collect());
        let maps = of(&product(&values, &values, &sizes));
        let data: Vec<&str> = maps.iter().map(|map| map.data.as_str()).collect();
        assert_eq!(data, ["n = 19", "n = 18", "n = 17", "n = 16"]);
        assert!(maps.iter().all(|map| map.tiles.len() == 2500));
        let mut room = Room::default();
        let kinds = (0..30).filter(|k| room.takes("net", &format!("n = {k}"), 1)).count();
        assert_eq!((kinds, room.takes("net", "n = 0", 1), room.takes("net", "n = 29", 1)), (24, true, false));
    }
}
