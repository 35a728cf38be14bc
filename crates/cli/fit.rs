//! `tempered fit`.

use crate::args::{Fit, FitFormat};
use crate::exit::{Ending, Failure};
use crate::output;
use serde_json::json;
use std::path::Path;
use tempered_math::estimator;
use tempered_math::predictor::Knots;
use tempered_math::sample::Sample;
use tempered_pipeline::spec;

/// Fits an estimator to a user's data.
pub fn fit(options: &Fit) -> Result<Ending, Failure> {
    let choice = spec::parse_choice(&options.estimator, "--estimator", estimator::CATALOGUE)?;
    let (mut x, mut y) = read(&options.data)?;
    sort(&mut x, &mut y);
    let place = options.data.display();
    let sample =
        Sample::new(&x, &y).map_err(|why| Failure::Data(format!("{place}: {why} (points sorted by x)")))?;
    let mut knots = Knots::default();
    let mut fitter = choice.build(estimator::CATALOGUE).map_err(tempered_pipeline::Error::from)?;
    fitter.fit(sample, &mut knots).map_err(|why| Failure::Data(format!("{place}: {why}")))?;
    let (slope, intercept) = knots.skip();
    let train_error = knots.train_error(&y);
    let kinks: Vec<(f64, f64)> = knots
        .x
        .iter()
        .copied()
        .zip(knots.change.iter().copied())
        .filter(|(_, change)| *change != 0.0)
        .collect();
    let text = match options.format {
        FitFormat::Json => {
            let kinks: Vec<_> =
                kinks.iter().map(|(x, change)| json!({"x": x, "slope_change": change})).collect();
            format!(
                "{:#}",
                json!({"estimator": choice.to_string(), "n": x.len(), "norm": knots.norm(), "kinks": kinks,
                    "skip": {"slope": slope, "intercept": intercept}, "train_error": train_error})
            )
        }
        FitFormat::Csv => {
            let rows: Vec<String> = kinks.iter().map(|(x, change)| format!("{x},{change}")).collect();
            format!("x,slope_change\n{}", rows.join("\n"))
        }
        FitFormat::Human => {
            let mut text = format!(
                "{choice}\n  points       {}\n  norm         {:.6}\n  kinks        {}\n  train error  {train_error:.3e}\n  \
                 left line    {slope:.6} x + {intercept:.6}\n",
                x.len(),
                knots.norm(),
                kinks.len()
            );
            for (x, change) in kinks.iter().take(20) {
                text += &format!("  kink at {x:<22} slope change {change}\n");
            }
            if kinks.len() > 20 {
                text += &format!("  … and {} more (--format json or csv shows all)\n", kinks.len() - 20);
            }
            text
        }
    };
    output::print(&text)?;
    Ok(Ending::Done)
}

fn read(path: &Path) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    if path.extension().is_some_and(|extension| extension == "parquet") {
        return Ok(tempered_store::read_xy(path, "x", "y")?);
    }
    let place = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|source| Failure::File { place: place.clone(), source })?;
    let bad = |error: csv::Error| Failure::Data(format!("{place}: {error}"));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    let header = reader.headers().map_err(bad)?.clone();
    let column = |name: &str| {
        header.iter().position(|column| column == name).ok_or_else(|| {
            let found: Vec<&str> = header.iter().collect();
            Failure::Data(format!(
                "{place}:1: no column `{name}`: expected a header with x and y, found {}",
                found.join(", ")
            ))
        })
    };
    let (at_x, at_y) = (column("x")?, column("y")?);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let line = record.position().map_or(0, csv::Position::line);
        for (name, at, values) in [("x", at_x, &mut x), ("y", at_y, &mut y)] {
            let text = record.get(at).unwrap_or_default();
            let value: f64 = text.parse().map_err(|_| {
                Failure::Data(format!("{place}:{line}: column `{name}` is {text:?}, expected a number"))
            })?;
            values.push(value);
        }
    }
    Ok((x, y))
}

/// Sorts the points by x.
fn sort(x: &mut [f64], y: &mut [f64]) {
    let mut points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (i, point) in points.into_iter().enumerate() {
        (x[i], y[i]) = point;
    }
}
