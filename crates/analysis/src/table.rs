//! The table a run ends with.

use crate::summary::{Series, Summary};
use crate::verdict::RULE;
use comfy_table::{CellAlignment, LineStyle, Table, presets};

/// Levels shown side by side at most; the first and the last are always among them.
const SHOWN: usize = 6;

impl Summary {
    /// Medians over n, growth, verdict and theory, one row a series.
    pub fn table(&self) -> String {
        let mut sizes: Vec<u64> =
            self.series.iter().flat_map(|s| s.levels.iter().map(|level| level.n)).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let shown: Vec<u64> = if sizes.len() <= SHOWN {
            sizes
        } else {
            (0..SHOWN).map(|k| sizes[k * (sizes.len() - 1) / (SHOWN - 1)]).collect()
        };
        let varies = |f: fn(&Series) -> &str| self.series.iter().any(|s| f(s) != f(&self.series[0]));
        let (targets, noises) = (varies(|s| &s.target), varies(|s| &s.noise));
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
        let mut header = vec!["estimator".to_string(), "design".into()];
        header.extend(targets.then(|| "target".into()));
        header.extend(noises.then(|| "noise".into()));
        header.push("p".into());
        header.extend(shown.iter().map(|n| format!("n={n}")));
        header.extend(["growth of median".to_string(), "verdict".into(), "theory".into(), String::new()]);
        let first_number = header.len() - shown.len() - 4;
        table.set_header(header);
        for series in &self.series {
            let mut row = vec![series.estimator.clone(), series.design.clone()];
            row.extend(targets.then(|| series.target.clone()));
            row.extend(noises.then(|| series.noise.clone()));
            row.push(series.p.clone());
            for n in &shown {
                let level = series.levels.iter().find(|level| level.n == *n);
                row.push(level.map_or(String::new(), |level| digits(level.median)));
            }
            row.push(series.growth.as_ref().map_or("–".into(), |g| {
                format!("n^{:.2} [{:.2}, {:.2}]", g.exponent + 0.0, g.low + 0.0, g.high + 0.0)
            }));
            row.push(series.in_probability.to_string());
            row.push(series.theory_in_probability.map_or("–".into(), |theory| theory.to_string()));
            row.push(series.agrees.map_or(" ", |agrees| if agrees { "✓" } else { "✗" }).into());
            table.add_row(row);
        }
        for index in first_number - 1..first_number + shown.len() {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let domain = &self.series[0].domain;
        format!("Median risk R_p over training sets (domain: {domain}), in probability\n{table}\n{RULE}\n")
    }
}

/// Four significant digits, without an exponent where it can be read without.
fn digits(x: f64) -> String {
    let magnitude = if x == 0.0 { 0 } else { x.abs().log10().floor() as i32 };
    match magnitude {
        0..=3 => format!("{x:.*}", 3usize.saturating_sub(magnitude as usize)),
        -3..=-1 => format!("{x:.*}", (3 - magnitude) as usize),
        4..=6 => format!("{x:.0}"),
        _ => format!("{x:.2e}"),
    }
}
