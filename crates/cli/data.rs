//! The user's own data: columns x and y of a CSV or Parquet file.

use crate::exit::Failure;
use std::io::Read;
use std::path::Path;

/// Columns that a message names.
const NAMED: usize = 20;

/// A point and the line or row it stands in.
struct Point {
    row: u64,
    x: f64,
    y: f64,
}

/// The points of a file in order of x, each x once.
pub fn sorted(path: &Path) -> Result<(Vec<f64>, Vec<f64>), Failure> {
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
    // A quote that is not closed takes in the rest of the file, and at its end the line break that is put there.
    let closed = |record: &csv::StringRecord, row: u64| {
        if record.iter().any(|field| field.contains('\n')) {
            let what = "a field goes over the end of its line, expected every quote to be closed";
            return Err(Failure::Data(format!("{place}:{row}: {what}")));
        }
        Ok(())
    };
    let file = file.chain(&b"\n"[..]);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let header = reader.headers().map_err(bad)?.clone();
    closed(&header, 1)?;
    let column = |name: &str| {
        let mut places = (0..header.len()).filter(|place| header[*place].trim() == name);
        let found: Vec<&str> = header.iter().take(NAMED).collect();
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
        closed(&record, row)?;
        if record.len() != header.len() {
            let (found, expected) = (record.len(), header.len());
            return Err(Failure::Data(format!(
                "{place}:{row}: {found} fields, expected {expected} as in the header"
            )));
        }
        let number = |(name, at): (&str, usize)| {
            let text = record.get(at).unwrap_or_default().trim();
            text.parse::<f64>().map_err(|_| {
                Failure::Data(format!("{place}:{row}: column `{name}` is {text:?}, expected a number"))
            })
        };
        points.push(Point { row, x: number(columns[0])?, y: number(columns[1])? });
    }
    Ok(points)
}
