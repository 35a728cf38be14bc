//! Pages of long studies: their size, and what they show.

use tempered_report::{
    At, Class, Coordinate, Distribution, Group, Level, Map, Report, Series, Tile, figures, page,
};

/// A page stays below this, so that it opens in a second.
const MOST_BYTES: usize = 5_000_000;

/// A map of this many values each way.
fn map(across: usize, up: usize, data: &str) -> Map {
    let coordinate = |name: &str, count: usize| Coordinate {
        name: name.into(),
        values: (0..count).map(|k| At::Number(1e-3 * 1.7f64.powi(k as i32))).collect(),
    };
    let tile = |k: usize| Tile {
        across: k % across,
        up: k / across,
        value: Some(0.012345 * (1.0 + k as f64)),
        low: Some(0.011111 * (1.0 + k as f64)),
        high: Some(0.013333 * (1.0 + k as f64)),
        class: Some(Class::ALL[k % 4]),
    };
    Map {
        quantity: "risk_l2".into(),
        statistic: "median".into(),
        estimator: "net".into(),
        data: data.into(),
        across: coordinate("width", across),
        up: coordinate("weight_decay", up),
        tiles: (0..across * up).map(tile).collect(),
    }
}

/// A series with as many points in its distributions as an analysis gives.
fn series(estimator: String, noise: String, p: &str) -> Series {
    let level = |n: u64| {
        let value = Some(1.0 / n as f64);
        Level { n, trials: 1000, mean: value, median: value, q25: value, q75: value, ..Level::default() }
    };
    let law = |n: u64| Distribution {
        n,
        survival: (0..384)
            .map(|k| (1.0 + 0.01 * f64::from(k).powf(1.5), 1.0 - f64::from(k) / 384.0))
            .collect(),
        ..Distribution::default()
    };
    Series {
        estimator,
        design: "uniform".into(),
        noise,
        p: p.into(),
        reason: "A sentence or two on why the verdict is what it is, as long as they are in most studies. "
            .repeat(4),
        levels: (0..8).map(|k| level(10 << k)).collect(),
        distributions: [10, 160, 1280].map(law).to_vec(),
        ..Series::default()
    }
}

/// 31 × 31 variants at eight sizes, and the 24 series that say most.
#[test]
fn a_sweep_of_961_variants_is_a_page_of_maps() {
    let maps: Vec<Map> = (0..8).map(|k| map(31, 31, &format!("n = {}", 10 << k))).collect();
    let series = (0..24).map(|k| series(format!("net[width={k}, weight_decay=0.001]"), "normal".into(), "2"));
    let groups = vec![Group { name: "net".into(), series: 961, ..Group::default() }];
    let report = Report { maps, series: series.collect(), groups, ..Report::default() };
    let html = page(&report).unwrap();
    assert!(html.len() < MOST_BYTES, "{}", html.len());
    assert_eq!(html.matches("class=\"tile-of-map\"").count(), 8 * 961);
    let (maps, verdicts) = (html.find("id=\"maps\"").unwrap(), html.find("id=\"verdicts\"").unwrap());
    assert!(maps < verdicts);
    for k in 0..8 {
        assert!(html.contains(&format!("id=\"m-{k}\"")));
    }
    assert!(
        html.contains(
            "<title>width = 0.001, weight_decay = 0.001: 0.01235 [0.01111, 0.01333], benign</title>"
        )
    );
}

/// Sixty estimators in twelve settings: counts and links, and the page of one estimator.
#[test]
fn sixty_estimators_are_counted_and_have_pages() {
    let groups: Vec<Group> = (0..60)
        .map(|k| Group {
            name: format!("estimator {k}"),
            page: Some(format!("estimators/estimator-{k}.html")),
            series: 12,
            counts: vec![("1".into(), [3, 4, 5, 0]), ("2".into(), [0, 0, 0, 12])],
        })
        .collect();
    let telling: Vec<Series> =
        (0..24).map(|k| series(format!("estimator {k}"), format!("noise {}", k % 12), "2")).collect();
    let html = page(&Report { groups, series: telling, ..Report::default() }).unwrap();
    assert!(html.len() < MOST_BYTES, "{}", html.len());
    let (counts, verdicts) = (html.find("id=\"estimators\"").unwrap(), html.find("id=\"verdicts\"").unwrap());
    assert!(counts < verdicts);
    assert!(html.contains("href=\"estimators/estimator-59.html\"") && html.contains(">12 undecided</span>"));
    assert!(!html.contains("0 undecided"));
    let own: Vec<Series> = (0..60)
        .map(|k| series("one".into(), format!("noise {}", k / 5), ["1", "1.5", "2", "3", "4"][k % 5]))
        .collect();
    let part = Report { series: own, whole: Some("../index.html".into()), ..Report::default() };
    let html = page(&part).unwrap();
    assert!(html.len() < MOST_BYTES && html.contains("href=\"../index.html\""), "{}", html.len());
}

#[test]
fn maps_are_files_and_survive_odd_numbers() {
    let mut odd = map(4, 5, "<b>$x$");
    for (k, value) in
        [f64::NAN, f64::INFINITY, -1.0, 0.0, f64::MAX, -f64::MAX, 5e-324].into_iter().enumerate()
    {
        odd.tiles[k].value = Some(value);
    }
    odd.tiles.push(Tile { across: 99, up: 99, value: Some(1.0), ..Tile::default() });
    let none = Map { quantity: "failed".into(), ..Map::default() };
    let report = Report { maps: vec![odd, none], ..Report::default() };
    let html = page(&report).unwrap();
    assert!(!html.contains("NaN") && !html.contains("<b>$"));
    for figure in figures(&report) {
        assert!(!figure.svg().contains("NaN"), "{}", figure.svg());
        assert!(figure.png().unwrap().starts_with(b"\x89PNG"));
    }
}

/// A limit is a level line, a power a line through the last median.
#[test]
fn theory_is_drawn_over_the_whole_range() {
    let one = |limit, exponent| Series {
        theory_limit: limit,
        theory_exponent: exponent,
        distributions: Vec::new(),
        ..series("one".into(), "normal".into(), "2")
    };
    let svg = |series: Vec<Series>| figures(&Report { series, ..Report::default() })[0].svg();
    for (series, words) in [
        (vec![one(Some(0.5), None)], "limit by theory"),
        (vec![one(Some(0.0), Some(-1.0))], "power of n by theory"),
        (vec![one(Some(0.5), None), one(Some(0.0), Some(-1.0))], "limit or power of n by theory"),
    ] {
        assert!(svg(series).contains(words), "{words}");
    }
    assert!(!svg(vec![one(Some(0.0), None)]).contains("by theory"));
}
