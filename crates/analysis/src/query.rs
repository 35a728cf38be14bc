//! SQL over the tables of a run.

use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, Table};
use polars::prelude::*;
use polars::sql::SQLContext;
use tempered_store::{Checksum, Error as Store, Found, RunDirectory, read_checksum, read_footer};

use crate::error::Error;
use crate::show::ruled::STYLE;
use crate::text::number;

/// The most rows that a table for a terminal shows.
const SHOWN: usize = 100;

/// The answer to a query.
pub struct Answer {
    frame: DataFrame,
}

/// Answers a query over the tables `metrics`, `weights` and `checkpoints` of a run directory, in the SQL of polars. The
/// last two exist where some were stored.
///
/// # Errors
/// [`Error::Empty`] where no metrics file is finished yet; [`Error::NoTable`]; [`Error::Query`] for a query that polars
/// refuses; [`Error::Read`] and [`Error::Table`] for a file that is damaged or cannot be read.
pub fn query(dir: &Path, sql: &str) -> Result<Answer, Error> {
    let mut folders = Vec::new();
    for table in ["metrics", "weights", "checkpoints"] {
        let folder = dir.join(table);
        if parquet_files(&folder).next().is_some() {
            folders.push((table, folder));
        } else if table == "metrics" {
            return Err(Error::Empty { path: folder });
        } else if sql.to_lowercase().contains(table) {
            return Err(Error::NoTable { table, path: folder });
        }
    }
    // Polars would wait for ever for a named pipe, and skips empty files.
    let is_file = |path: &PathBuf| path.metadata().is_ok_and(|data| data.is_file() && data.len() > 0);
    for path in folders.iter().flat_map(|(_, folder)| parquet_files(folder)).filter(|path| !is_file(path)) {
        if let Found::Unreadable(why) = read_footer(&path).map_err(Error::read(&path))? {
            return Err(Error::read(&path)(Store::Unreadable { path: path.clone(), why }));
        }
    }
    let frame = match execute(&folders, sql, &[]) {
        Ok(frame) => frame,
        // Files have had the same columns since the directory began, so that the name of a column is what is wrong.
        Err(refused) if is_of_names(&refused) && !has_former(dir)? => {
            return Err(Error::Query { source: refused });
        }
        Err(refused) => again(&folders, sql, refused)?,
    };
    Ok(Answer { frame })
}

/// Runs a query over tables with the columns of their first files, or with the given ones.
fn execute(folders: &[(&str, PathBuf)], sql: &str, columns: &[Columns]) -> PolarsResult<DataFrame> {
    let mut context = SQLContext::new();
    for (place, (table, folder)) in folders.iter().enumerate() {
        context.register(table, scan(folder, columns.get(place).map(|columns| columns.all.clone()))?);
    }
    Ok(context.execute(sql)?.collect_with_engine(Engine::Streaming)?.unwrap_single())
}

/// Whether polars knows no column or function of a name.
fn is_of_names(refused: &PolarsError) -> bool {
    match refused {
        PolarsError::Context { error, .. } => is_of_names(error),
        PolarsError::ColumnNotFound(_)
        | PolarsError::SchemaFieldNotFound(_)
        | PolarsError::SQLInterface(_)
        | PolarsError::SQLSyntax(_) => true,
        _ => false,
    }
}

/// Whether there are files from before a change of columns, as there are while it is made.
fn has_former(dir: &Path) -> Result<bool, Error> {
    Ok(RunDirectory::open(dir).map_err(Error::read(dir))?.former().root().exists())
}

/// Repeats a query that polars refused because of assumed columns, or returns the error.
///
/// Polars assumes that all files have the columns of the first one. This is wrong while a column is being added to a
/// directory, the only case in which the query is run again.
fn again(folders: &[(&str, PathBuf)], sql: &str, mut refused: PolarsError) -> Result<DataFrame, Error> {
    let columns = folders.iter().map(|(_, folder)| columns(folder)).collect::<Result<Vec<_>, _>>()?;
    if columns.iter().any(|columns| columns.differ) {
        match execute(folders, sql, &columns) {
            Ok(frame) => return Ok(frame),
            Err(error) => refused = error,
        }
    }
    if matches!(refused, PolarsError::IO { .. } | PolarsError::ComputeError(_) | PolarsError::Context { .. })
    {
        folders.iter().try_for_each(|(_, folder)| undamaged(folder))?;
    }
    Err(Error::Query { source: refused })
}

/// The columns of a table.
struct Columns {
    /// The columns that any of its files has, those of the first file first.
    all: SchemaRef,
    /// Whether files have different columns.
    differ: bool,
}

fn columns(folder: &Path) -> Result<Columns, Error> {
    let (mut all, mut differ) = (Schema::default(), false);
    for (place, path) in parquet_files(folder).enumerate() {
        let of = || {
            let path = PlRefPath::new(path.to_string_lossy());
            // Keys are not columns of files, and polars would try to parse them as dates.
            let hive_options =
                HiveOptions { enabled: Some(false), hive_start_idx: 0, schema: None, try_parse_dates: false };
            LazyFrame::scan_parquet(path, ScanArgsParquet { hive_options, ..Default::default() })?
                .collect_schema()
        };
        let schema = of().map_err(|source| Error::Table { path: path.clone(), source })?;
        differ |= place > 0 && schema.len() != all.len();
        for (name, kind) in schema.iter() {
            if !all.contains(name) {
                differ |= place > 0;
                all.insert(name.clone(), kind.clone());
            }
        }
    }
    Ok(Columns { all: all.into(), differ })
}

/// Compares the bytes of every file with its checksum; names the first that differs.
fn undamaged(folder: &Path) -> Result<(), Error> {
    for path in parquet_files(folder) {
        let Checksum { stored, computed } = read_checksum(&path).map_err(Error::read(&path))?;
        if let Some(stored) = stored.filter(|stored| *stored != computed) {
            return Err(Error::read(&path)(Store::Checksum { path: path.clone(), stored, computed }));
        }
    }
    Ok(())
}

impl Answer {
    /// The answer as a table of at most a hundred rows, with their number if there are more.
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

fn scan(folder: &Path, columns: Option<SchemaRef>) -> PolarsResult<LazyFrame> {
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
    // While a column is being added to a directory, some files do not have it.
    let args =
        ScanArgsParquet { hive_options, schema: columns, allow_missing_columns: true, ..Default::default() };
    LazyFrame::scan_parquet(PlRefPath::new(folder.to_string_lossy()), args)
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
