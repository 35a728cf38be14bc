//! The selection of the most informative series.

use std::collections::BTreeMap;

use crate::series::Series;
use crate::summary::Summary;

/// The kind of a series: contradiction of theory, estimator, risk, both verdicts.
type Kind<'a> = (bool, &'a str, String, String, String);

impl Summary {
    /// The indices of at most `most` series, ascending: of every kind of outcome in turn the series with the largest
    /// median at its last level, contradictions of theory first, then rare kinds.
    pub fn telling(&self, most: usize) -> Vec<usize> {
        self.telling_of((0..self.series.len()).collect(), most)
    }

    /// [`Summary::telling`] among the series with these indices.
    pub fn telling_of(&self, places: Vec<usize>, most: usize) -> Vec<usize> {
        if places.len() <= most {
            return places;
        }
        let mut kinds: BTreeMap<Kind<'_>, Vec<usize>> = BTreeMap::new();
        for place in places {
            kinds.entry(kind(&self.series[place])).or_default().push(place);
        }
        let mut kinds: Vec<(Kind<'_>, Vec<usize>)> = kinds.into_iter().collect();
        kinds.sort_by_key(|(kind, places)| (kind.0, places.len()));
        for (_, places) in &mut kinds {
            places.sort_by(|a, b| last(&self.series[*b]).total_cmp(&last(&self.series[*a])));
        }
        let turns =
            (0..self.series.len()).flat_map(|turn| kinds.iter().filter_map(move |(_, k)| k.get(turn)));
        let mut chosen: Vec<usize> = turns.copied().take(most).collect();
        chosen.sort_unstable();
        chosen
    }
}

/// Contradictions are first in order.
fn kind(series: &Series) -> Kind<'_> {
    let contradicts = series.agreements().contains(&Some(false));
    let [in_probability, in_expectation] =
        [series.in_probability, series.in_expectation].map(|verdict| verdict.to_string());
    (!contradicts, &series.estimator, series.p.to_string(), in_probability, in_expectation)
}

fn last(series: &Series) -> f64 {
    series.levels.iter().rev().find_map(|level| level.median).unwrap_or(f64::NEG_INFINITY)
}
