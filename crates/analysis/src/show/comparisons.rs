//! Comparisons of estimators, for a terminal.

use comfy_table::Table;

use crate::label::short;
use crate::pair::Pair;
use crate::show::ruled::{STYLE, finish};
use crate::text::{cut, interval, number, wrap};

/// The most comparisons that are shown.
const PAIRS: usize = 10;
/// The footnote of pairs with overflowed risks.
const CENSORED: &str = "* of the trials in which neither risk overflowed; of the others it says nothing\n";
/// Longer labels are truncated in the table, but not in files.
const LABEL: usize = 32;

/// Comparisons of estimators at the largest n, on the same samples, with the labels that vary (1 design, 2 target, 3 noise,
/// each with its name); empty for one estimator.
pub(crate) fn comparisons(pairs: &[&Pair], axes: &[(usize, &str)]) -> String {
    let Some(n) = pairs.iter().map(|pair| pair.n).max() else { return String::new() };
    let pairs: Vec<&Pair> = pairs.iter().copied().filter(|pair| pair.n == n).collect();
    let mut header = vec!["estimators".to_owned()];
    header.extend(axes.iter().map(|(_, name)| (*name).to_owned()));
    header.extend(["p", "ratio of risks", "won", "saved"].map(String::from));
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header);
    for pair in pairs.iter().take(PAIRS) {
        table.add_row(row(pair, axes));
    }
    let numbers = axes.len() + 1;
    let text = format!(
        "On the same samples at n = {n}: the median of the first risk over the second, trials that the first wins, and \
         variance of ln R that pairing saves\n"
    );
    let mut text = wrap(&text, 80) + &finish(&mut table, |place| place >= numbers) + "\n";
    if pairs.iter().take(PAIRS).any(|pair| pair.censored > 0) {
        text += CENSORED;
    }
    if pairs.len() > PAIRS {
        text += &format!("… and {} more in summary/pairs.csv\n", pairs.len() - PAIRS);
    }
    text
}

fn row(pair: &Pair, axes: &[(usize, &str)]) -> Vec<String> {
    let labels = ["", &pair.design, &pair.target, &pair.noise];
    let mut row = vec![format!("{} / {}", pair.estimator, pair.against)];
    row.extend(axes.iter().map(|(axis, _)| cut(&short(labels[*axis]), LABEL)));
    row.push(short(&pair.p.to_string()).into_owned());
    let ratio = match (pair.ratio.value(), pair.ratio.low(), pair.ratio.high()) {
        (Some(value), Some(low), Some(high)) => interval(value, low, high),
        (value, ..) => value.map_or_else(|| "–".into(), number),
    };
    row.push(ratio + if pair.censored > 0 { "*" } else { "" });
    row.push(percent(pair.wins));
    row.push(pair.saved_log.map_or_else(|| "–".into(), percent));
    row
}

/// In percent with one decimal; without for 0 and 100 %.
fn percent(share: f64) -> String {
    // Adding zero turns −0 into 0.
    let tenths = (1000.0 * share).round() + 0.0;
    if share == 0.0 || share == 1.0 {
        format!("{:.0} %", tenths / 10.0)
    } else {
        format!("{:.1} %", tenths / 10.0)
    }
}
