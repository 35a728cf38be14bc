//! SQL over the tables of a run.

use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, Table};
use polars::prelude::*;
use polars::sql::SQLContext;

use crate::error::Error;
use crate::show::ruled::STYLE;
use crate::text::number;

/// Rows that a table for a terminal shows.
const SHOWN: usize = 100;

/// The answer to a query.
pub struct Answer {
    frame: DataFrame,
}

/// Answers a query over the tables `metrics`, `weights` and `checkpoints` of a run directory, in the SQL of polars. The
/// last two are there where some were stored.
///
/// # Errors
/// [`Error::Empty`] where no metrics file is finished yet; [`Error::NoTable`]; [`Error::Query`] for a query that polars
/// refuses.
pub fn query(dir: &Path, sql: &str) -> Result<Answer, Error> {
    let mut folders = Vec::new();
    for table in ["metrics", "weights", "checkpoints"] {
        let folder = dir.join(table);
        if holds_parquet(&folder) {
            folders.push((table, folder));
        } else if table == "metrics" {
            return Err(Error::Empty { path: folder });
        } else if sql.to_lowercase().contains(table) {
            return Err(Error::NoTable { table, path: folder });
        }
    }
    let frame = match execute(&folders, sql, |_| Ok(None))? {
        Ok(frame) => frame,
        // Polars takes the columns of the first file for those of all. While a directory grows by a column that is not so, and
        // only then the footers of all files are worth reading.
        Err(first) => execute(&folders, sql, |folder| columns(folder).map(Some))?
            .map_err(|_| Error::Query { source: first })?,
    };
    Ok(Answer { frame })
}

/// Runs a query over tables whose columns are those of the first file, or as they are stated.
fn execute(
    folders: &[(&str, PathBuf)],
    sql: &str,
    columns: impl Fn(&Path) -> Result<Option<SchemaRef>, Error>,
) -> Result<PolarsResult<DataFrame>, Error> {
    let mut context = SQLContext::new();
    for (table, folder) in folders {
        context.register(table, scan(folder, columns(folder)?)?);
    }
    let mut run = || -> PolarsResult<DataFrame> {
        Ok(context.execute(sql)?.collect_with_engine(Engine::Streaming)?.unwrap_single())
    };
    Ok(run())
}

/// The columns that any file of a table has, those of the first file first.
fn columns(folder: &Path) -> Result<SchemaRef, Error> {
    let mut all = Schema::default();
    for path in parquet_files(folder) {
        let of = || {
            let path = PlRefPath::new(path.to_string_lossy());
            LazyFrame::scan_parquet(path, ScanArgsParquet::default())?.collect_schema()
        };
        let schema = of().map_err(|source| Error::Table { path: path.clone(), source })?;
        for (name, kind) in schema.iter() {
            if !all.contains(name) {
                all.insert(name.clone(), kind.clone());
            }
        }
    }
    Ok(all.into())
}

impl Answer {
    /// As a table of at most a hundred rows; says how many there are if there are more.
    pub fn table(&self) -> String {
        let columns = self.frame.columns();
        let mut table = Table::new();
        table.load_style(STYLE).set_header(columns.iter().map(|column| column.name().to_string()));
        for row in 0..self.frame.height().min(SHOWN) {
            table.add_row(columns.iter().map(|column| column.get(row).map_or_else(|_| String::new(), show)));
        }
        for (place, column) in columns.iter().enumerate() {
            if column.dtype().is_primitive_numeric()
                && let Some(column) = table.column_mut(place)
            {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut text = table.trim_fmt() + "\n";
        if self.frame.height() > SHOWN {
            text += &format!("{SHOWN} of {} rows; --format csv or json prints all.\n", self.frame.height());
        }
        text
    }

    /// As CSV with a header.
    ///
    /// # Errors
    /// A column of lists, which CSV cannot hold.
    pub fn csv(&mut self) -> Result<String, Error> {
        self.write(|frame, out| CsvWriter::new(out).finish(frame))
    }

    /// As an array with one object a row.
    ///
    /// # Errors
    /// A column that JSON cannot hold.
    pub fn json(&mut self) -> Result<String, Error> {
        self.write(|frame, out| JsonWriter::new(out).with_json_format(JsonFormat::Json).finish(frame))
    }

    fn write(
        &mut self,
        write: impl FnOnce(&mut DataFrame, &mut Vec<u8>) -> PolarsResult<()>,
    ) -> Result<String, Error> {
        let mut out = Vec::new();
        write(&mut self.frame, &mut out).map_err(|source| Error::Query { source })?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}

fn show(value: AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => "–".into(),
        AnyValue::Float64(value) => number(value),
        AnyValue::Float32(value) => number(f64::from(value)),
        AnyValue::String(text) => text.to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::List(values) => {
            let first: Vec<String> = values.iter().take(3).map(show).collect();
            let more = if values.len() > 3 { format!(", … ({})", values.len()) } else { String::new() };
            format!("[{}{more}]", first.join(", "))
        }
        other => other.to_string(),
    }
}

fn scan(folder: &Path, columns: Option<SchemaRef>) -> Result<LazyFrame, Error> {
    // Stated types: a label such as `7` would otherwise be guessed to be a number.
    let keys = Schema::from_iter([
        Field::new("estimator".into(), DataType::String),
        Field::new("n".into(), DataType::Int64),
    ]);
    let hive_options = HiveOptions {
        enabled: Some(true),
        hive_start_idx: 0,
        schema: Some(keys.into()),
        try_parse_dates: false,
    };
    // While a directory grows by a column, some files lack it yet.
    let args =
        ScanArgsParquet { hive_options, schema: columns, allow_missing_columns: true, ..Default::default() };
    let scanned = LazyFrame::scan_parquet(PlRefPath::new(folder.to_string_lossy()), args);
    scanned.map_err(|source| Error::Table { path: folder.to_owned(), source })
}

/// Whether a folder or one below it holds a Parquet file.
fn holds_parquet(folder: &Path) -> bool {
    parquet_files(folder).next().is_some()
}

/// The Parquet files of a folder and of those below it, in the order of their names.
fn parquet_files(folder: &Path) -> Box<dyn Iterator<Item = PathBuf>> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort_unstable();
    let is_parquet = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "parquet");
    Box::new(entries.into_iter().flat_map(move |path| -> Box<dyn Iterator<Item = PathBuf>> {
        if path.is_dir() { parquet_files(&path) } else { Box::new(Some(path).filter(is_parquet).into_iter()) }
    }))
}
