//! The performance of estimates, for a terminal and as a table of files.

use comfy_table::Table as Text;

use crate::coordinates::{AXES, Coordinates};
use crate::label::short;
use crate::performance::{Figure, Performance};
use crate::show::columns::{Named, Table, integers, reals, text};
use crate::show::parameters::Parameters;
use crate::show::ruled::{STYLE, finish};
use crate::text::{cut, number, wrap};

/// Longer labels are truncated in the table, but not in files.
const LABEL: usize = 32;
/// The heading and the figure of a column.
type Column = (&'static str, fn(&Performance) -> Option<Figure>);
/// The figures, the most informative first: what does not fit into a terminal goes from the end.
const FIGURES: [Column; 7] = [
    ("bias", |p| p.bias),
    ("empirical SE", |p| p.empirical_se),
    ("MSE", |p| p.mse),
    ("coverage", |p| p.coverage),
    ("stated SE", |p| p.model_se),
    ("its error", |p| p.model_se_error),
    ("coverage of mean", |p| p.coverage_of_mean),
];

/// A table for each estimand, in at most `width` columns where that is possible, and of at most `most` rows.
pub(crate) fn tables(all: &[Performance], width: usize, most: usize) -> String {
    let mut out = String::new();
    for one in all.chunk_by(|one, other| one.estimand == other.estimand) {
        let shown = &one[..one.len().min(most)];
        let figures: Vec<&Column> =
            FIGURES.iter().filter(|(_, get)| one.iter().any(|row| get(row).is_some())).collect();
        let rendered = (1..=figures.len()).rev().map(|count| render(shown, &figures[..count]));
        let fits = |text: &String| text.lines().all(|line| line.chars().count() <= width);
        let (mut last, mut count) = (String::new(), figures.len() + 1);
        for text in rendered {
            (last, count) = (text, count - 1);
            if fits(&last) {
                break;
            }
        }
        let trials: Vec<u64> = one.iter().map(|row| row.trials).collect();
        let (least, largest) = (trials.iter().min().copied(), trials.iter().max().copied());
        let trials = match (least, largest) {
            (Some(least), Some(most)) if least != most => format!("{least} to {most}"),
            (_, most) => most.unwrap_or(0).to_string(),
        };
        let heading =
            format!("{}: estimates, value ± Monte Carlo standard error · {trials} trials", one[0].estimand);
        out += &(wrap(&heading, width) + &last + "\n");
        let without: Vec<&str> = figures.iter().skip(count).map(|(name, _)| *name).collect();
        if !without.is_empty() {
            let note =
                format!("Without room here: {}; summary/performance.csv has them.", without.join(", "));
            out += &wrap(&note, width);
        }
        if shown.len() < one.len() {
            let note = format!("{} of {} rows are shown; --all shows every one.", shown.len(), one.len());
            out += &wrap(&note, width);
        }
    }
    out
}

/// The coordinates that differ between rows, besides the estimator.
fn varying(rows: &[Performance]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let of = |row: &Performance, name: &str| row.coordinates.get(name).map(ToString::to_string);
    for name in rows.iter().flat_map(|row| row.coordinates.iter().map(|(name, _)| name)) {
        let is_of_data = !names.iter().any(|known| known == name) && name != AXES[0];
        let differs = rows.iter().any(|row| of(row, name) != of(&rows[0], name));
        let swept = rows.iter().any(|row| row.estimator.contains(&format!("{name}=")));
        if is_of_data && differs && !swept {
            names.push(name.to_owned());
        }
    }
    names
}

fn render(rows: &[Performance], figures: &[&Column]) -> String {
    let names = varying(rows);
    let failed = rows.iter().any(|row| row.failed > 0);
    let value = |coordinates: &Coordinates, name: &str| {
        coordinates.get(name).map_or_else(|| "–".to_owned(), |value| short(&value.to_string()).into_owned())
    };
    let mut header: Vec<String> = vec!["estimator".into()];
    header.extend(names.iter().cloned());
    header.push("n".into());
    let labels = header.len();
    header.extend(figures.iter().map(|(name, _)| (*name).to_owned()));
    header.extend(failed.then(|| "failed".to_owned()));
    let mut table = Text::new();
    table.load_style(STYLE).set_header(header);
    let mut above = String::new();
    for row in rows {
        let name = cut(&short(&row.estimator), LABEL);
        let mut cells = vec![if name == above { String::new() } else { name.clone() }];
        above = name;
        cells.extend(names.iter().map(|name| value(&row.coordinates, name)));
        cells.push(row.n.to_string());
        cells.extend(figures.iter().map(|(_, get)| get(row).map_or_else(|| "–".to_owned(), told)));
        cells.extend(failed.then(|| row.failed.to_string()));
        table.add_row(cells);
    }
    finish(&mut table, |place| place >= labels - 1)
}

/// A value with its error to two digits of the error.
fn told(Figure { value, error }: Figure) -> String {
    let Some(error) = error.filter(|error| *error > 0.0 && error.is_finite()) else { return number(value) };
    let places = 1.0 - error.log10().floor();
    if (0.0..=8.0).contains(&places) && value.abs() < 1e6 {
        let places = places as usize;
        return format!("{value:.places$} ± {error:.places$}");
    }
    format!("{} ± {}", number(value), number(error))
}

/// The columns of some rows, for files.
pub(crate) fn columns(rows: &[Performance], parameters: &Parameters) -> Table {
    let words: [Named<Performance, String>; 5] = [
        ("estimand", |p| p.estimand.clone()),
        ("estimator", |p| p.estimator.clone()),
        ("design", |p| p.design.clone()),
        ("target", |p| p.target.clone()),
        ("noise", |p| p.noise.clone()),
    ];
    let mut table: Table =
        words.iter().map(|(name, get)| text(name, rows.iter().map(|row| Some(get(row))))).collect();
    let counts: [Named<Performance, u64>; 3] =
        [("n", |p| p.n), ("trials", |p| p.trials), ("failed", |p| p.failed)];
    table.extend(counts.iter().map(|(name, get)| integers(name, rows.iter().map(get))));
    table.push(reals("truth", rows.iter().map(|row| row.truth)));
    let figures: [Named<Performance, Option<Figure>>; 7] = [
        ("bias", |p| p.bias),
        ("empirical_se", |p| p.empirical_se),
        ("mse", |p| p.mse),
        ("model_se", |p| p.model_se),
        ("model_se_error", |p| p.model_se_error),
        ("coverage", |p| p.coverage),
        ("coverage_of_mean", |p| p.coverage_of_mean),
    ];
    for (name, get) in figures {
        table.push(reals(name, rows.iter().map(|row| get(row).map(|figure| figure.value))));
        table.push(reals(&format!("{name}_mcse"), rows.iter().map(|row| get(row)?.error)));
    }
    table.push(reals("coverage_low", rows.iter().map(|row| Some(row.coverage_interval?[0]))));
    table.push(reals("coverage_high", rows.iter().map(|row| Some(row.coverage_interval?[1]))));
    parameters.columns(&mut table, rows.iter().map(|row| &row.coordinates));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left out for want of room is named, and nothing is where all fits.
    #[test]
    fn columns_that_do_not_fit_are_named() {
        let figure = |value| Some(Figure { value, error: Some(0.01) });
        let row = Performance {
            estimand: "mean".into(),
            estimator: "student".into(),
            n: 10,
            trials: 100,
            bias: figure(0.1),
            mse: figure(0.2),
            coverage: figure(0.95),
            ..Performance::default()
        };
        let narrow = tables(std::slice::from_ref(&row), 50, 20);
        let narrow = narrow.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            narrow.contains("Without room here: coverage; summary/performance.csv has them."),
            "{narrow}"
        );
        let wide = tables(&[row], 120, 20);
        assert!(wide.contains("coverage") && !wide.contains("Without"), "{wide}");
    }

    #[test]
    fn figures_have_two_digits_of_their_error() {
        let of = |value, error| told(Figure { value, error });
        assert_eq!(of(0.12345, Some(0.0123)), "0.123 ± 0.012");
        assert_eq!(of(-12.3456, Some(1.0)), "-12.3 ± 1.0");
        assert_eq!(of(0.95, Some(0.0)), "0.9500");
        assert_eq!(of(1e-12, Some(1e-13)), "1.00e-12 ± 1.00e-13");
        assert_eq!(of(2.0, None), "2.000");
    }
}
