//! The classes of every series.

use super::cells::{Cell, Column, Table};
use crate::setting::Settings;
use crate::{Class, Conclusion, Report, Series};

impl Table {
    /// The classes of every estimator, setting and risk.
    pub fn verdicts(report: &Report) -> Table {
        table(report)
    }
}

/// The table, one row a series.
fn table(report: &Report) -> Table {
    let shared = Settings::of(report).shared();
    let varies = |part: &str| !shared.iter().any(|shared| shared.starts_with(part));
    let columns = [
        ("estimator", true),
        ("design", true),
        ("target", varies("target")),
        ("noise", varies("noise")),
        ("p", true),
        ("domain", false),
        ("in_probability", true),
        ("theory_in_probability", true),
        ("agrees_in_probability", false),
        ("in_expectation", true),
        ("theory_in_expectation", true),
        ("agrees_in_expectation", false),
        ("theory_source", false),
        ("growth", true),
        ("exponent", true),
        ("exponent_low", true),
        ("exponent_high", true),
        ("runner_up", false),
        ("evidence", false),
        ("tail_index", true),
        ("reason", false),
    ];
    Table {
        name: "verdicts",
        caption:
            "What becomes of the risks as n grows, in probability (medians and quantiles over training sets) \
                  and in expectation (means)."
                .to_owned(),
        columns: columns.map(|(name, shown)| Column { name, shown }).to_vec(),
        rows: report.series.iter().map(row).collect(),
    }
}

fn row(series: &Series) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let growth = series.growth.clone().unwrap_or_default();
    let exponent = growth.exponent;
    let mut row: Vec<Cell> =
        [&series.estimator, &series.design, &series.target, &series.noise, &series.p, &series.domain]
            .map(|label| text(label))
            .to_vec();
    row.extend(conclusion(&series.in_probability));
    row.extend(conclusion(&series.in_expectation));
    row.extend([
        text(series.theory_source.as_deref().unwrap_or_default()),
        Cell::Formula(growth.formula),
        Cell::Number(exponent.map(|e| e.value)),
        Cell::Number(exponent.and_then(|e| e.low)),
        Cell::Number(exponent.and_then(|e| e.high)),
        Cell::Formula(growth.runner_up.unwrap_or_default()),
        // Odds are told in words, their logarithm in tables.
        Cell::Number(growth.evidence.map(f64::ln)),
        Cell::Number(series.tail_indices.first().map(|(_, index)| index.value)),
        text(&series.reason),
    ]);
    row
}

fn conclusion(conclusion: &Conclusion) -> [Cell; 3] {
    let agrees = conclusion.agrees.map_or("", |agrees| if agrees { "true" } else { "false" });
    [conclusion.class.word(), conclusion.theory.map_or("", Class::word), agrees]
        .map(|word| Cell::Text(word.to_owned()))
}
