//! `tempered fit`.

use crate::args::{Fit, FitFormat};
use crate::exit::{Ending, Failure};
use crate::output;
use serde_json::json;
use std::path::Path;
use tempered_math::estimator;
use tempered_math::predictor::Knots;
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::seed::Draws;
use tempered_pipeline::spec;

/// Fits an estimator to a user's data.
pub fn fit(options: &Fit) -> Result<Ending, Failure> {
    let choice = spec::parse_choice(&options.estimator, "--estimator", estimator::CATALOGUE)?;
    let (x, y) = sorted(&options.data)?;
    let place = options.data.display();
    let sample = Sample::new(&x, &y).map_err(|why| Failure::Data(format!("{place}: {why}")))?;
    let mut knots = Knots::default();
    let mut fitter = choice.build(estimator::CATALOGUE).map_err(tempered_pipeline::Error::from)?;
    let content = format!("fit;estimator={choice}");
    fitter
        .fit(sample, &Draws::new(0, &content, 0), &mut knots)
        .map_err(|why| Failure::Data(format!("{place}: {why}")))?;
    let ((slope, intercept), size) = (knots.skip(), knots.size());
    if ![slope, intercept, size.norm].into_iter().all(f64::is_finite) {
        return Err(Failure::Data(format!("{place}: {}", Degenerate::Overflow)));
    }
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
                json!({"estimator": choice.to_string(), "n": x.len(), "norm": size.norm, "kinks": kinks,
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
                size.norm,
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

/// A point and the line or row it stands in.
struct Point {
    row: u64,
    x: f64,
    y: f64,
}

/// The points of a file in order of x, each x once.
fn sorted(path: &Path) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let parquet = path.extension().is_some_and(|extension| extension == "parquet");
    let mut points = if parquet { read_parquet(path)? } else { read_csv(path)? };
    let (place, unit) = (path.display(), if parquet { "row" } else { "line" });
    let at = |row: u64| if parquet { format!("{place}: row {row}") } else { format!("{place}:{row}") };
    for point in &points {
        for (name, value) in [("x", point.x), ("y", point.y)] {
            if !value.is_finite() {
                let what = format!("column `{name}` is {value}, expected a finite number");
                return Err(Failure::Data(format!("{}: {what}", at(point.row))));
            }
        }
    }
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    if let Some(pair) = points.windows(2).find(|pair| pair[0].x == pair[1].x) {
        let (first, second) = (pair[0].row.min(pair[1].row), pair[0].row.max(pair[1].row));
        let what = format!("x = {} stands in {unit} {first} already, expected each x once", pair[0].x);
        return Err(Failure::Data(format!("{}: {what}", at(second))));
    }
    Ok(points.into_iter().map(|point| (point.x, point.y)).unzip())
}

fn read_parquet(path: &Path) -> Result<Vec<Point>, Failure> {
    let (x, y) = tempered_store::read_xy(path, "x", "y").map_err(|error| match error {
        tempered_store::Error::Io { .. } => error.into(),
        content => Failure::Data(content.to_string()),
    })?;
    Ok((1..).zip(x).zip(y).map(|((row, x), y)| Point { row, x, y }).collect())
}

fn read_csv(path: &Path) -> Result<Vec<Point>, Failure> {
    let place = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|source| Failure::File { place: place.clone(), source })?;
    let bad = |error: csv::Error| Failure::Data(format!("{place}: {error}"));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(file);
    let header = reader.headers().map_err(bad)?.clone();
    let column = |name: &str| {
        let mut places = (0..header.len()).filter(|place| &header[*place] == name);
        let found: Vec<&str> = header.iter().collect();
        let what = match (places.next(), places.next()) {
            (Some(place), None) => return Ok(place),
            (None, _) => format!("no column `{name}`: expected a header with x and y"),
            _ => format!("two columns `{name}`: expected each once"),
        };
        Err(Failure::Data(format!("{place}:1: {what}, found {}", found.join(", "))))
    };
    let columns = [("x", column("x")?), ("y", column("y")?)];
    let mut points = Vec::new();
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let row = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            let (found, expected) = (record.len(), header.len());
            return Err(Failure::Data(format!(
                "{place}:{row}: {found} fields, expected {expected} as in the header"
            )));
        }
        let number = |(name, at): (&str, usize)| {
            let text = record.get(at).unwrap_or_default();
            text.parse::<f64>().map_err(|_| {
                Failure::Data(format!("{place}:{row}: column `{name}` is {text:?}, expected a number"))
            })
        };
        points.push(Point { row, x: number(columns[0])?, y: number(columns[1])? });
    }
    Ok(points)
}
