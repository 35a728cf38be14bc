//! What a page shows of a study that is too long for one.

use super::series::view;
use tempered_analysis::Summary;
use tempered_report::{Level, Series};

/// Series that a page shows at most, and those that it shows of more.
const MOST_SERIES: usize = 100;
const FEW_SERIES: usize = 24;
/// Rows of its tables at most, a megabyte or two with the points of the figures.
const MOST_ROWS: usize = 2000;
/// Levels of a series that are shown where there are more rows.
const FEW_LEVELS: usize = 50;
/// Bytes of a study file that a page shows at most.
const MOST_YAML: usize = 20_000;

/// The series of a page, and what it leaves out; a page stays below five megabytes.
pub fn shown(summary: &Summary) -> (Vec<Series>, String) {
    let all = summary.series.len();
    let rows: usize = summary.series.iter().map(|series| series.levels.len()).sum();
    if all <= MOST_SERIES && rows <= MOST_ROWS {
        return (summary.series.iter().map(view).collect(), String::new());
    }
    let places = if all <= MOST_SERIES { (0..all).collect() } else { summary.telling(FEW_SERIES) };
    let mut series: Vec<Series> = places.iter().map(|place| view(&summary.series[*place])).collect();
    let levels = FEW_LEVELS.min((MOST_ROWS / series.len()).max(2));
    series.iter_mut().for_each(|series| series.levels = spread(std::mem::take(&mut series.levels), levels));
    let note = format!(
        "This page shows {} of {all} series, those that together say most, and at most {levels} levels of each. All are \
         in summary/verdicts.csv, summary/levels.csv and summary/pairs.csv.",
        series.len()
    );
    (series, note)
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
