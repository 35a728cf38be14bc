//! Reading a metrics file by columns, one row group at a time.

use crate::error::Error;
use crate::footer::Footer;
use crate::regular;
use crate::whole_file::{WholeBytes, WholeFile};
use bytes::{Buf, Bytes};
use parquet::basic::Type;
use parquet::column::reader::get_column_reader;
use parquet::data_type::{BoolType, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length, SerializedPageReader};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The size up to which a file is read at once: reading each of its columns separately takes longer than decoding a few
/// rows.
const SMALL: u64 = 1 << 16;

/// A Parquet file that is open, with its footer read.
///
/// Columns are read by read calls rather than by mapping the file into memory: a failing disk is then an error and not a
/// signal, and reads are made by the threads of the caller.
#[derive(Debug)]
pub struct MetricsFile {
    path: PathBuf,
    content: Content,
    metadata: ParquetMetaData,
}

/// The source of the columns of a file.
#[derive(Debug)]
enum Content {
    /// All bytes of a small file.
    Read(Bytes),
    /// The file. Readers of different columns share one position in it.
    Open(Mutex<File>),
}

impl MetricsFile {
    /// Opens a file and reads its footer.
    ///
    /// # Errors
    /// The disk refuses, the path is not a file ([`Error::Unreadable`]), or the footer is damaged.
    pub fn open(path: &Path) -> Result<MetricsFile, Error> {
        let failed = |source| match regular::is_no_file(&source) {
            true => Error::Unreadable { path: path.into(), why: source.to_string() },
            false => Error::io(path)(source),
        };
        let mut file = regular::open(path).map_err(failed)?;
        let length = file.metadata().map_err(Error::io(path))?.len();
        let parsed = |file: &dyn Fn() -> ParquetResult<ParquetMetaData>| {
            guarded(path, || file().map_err(Error::parquet(path)))
        };
        let (content, metadata) = if length <= SMALL {
            let mut bytes = Vec::with_capacity(length as usize + 1);
            file.read_to_end(&mut bytes).map_err(Error::io(path))?;
            let bytes = Bytes::from(bytes);
            let whole = WholeBytes(bytes.clone());
            (Content::Read(bytes), parsed(&|| ParquetMetaDataReader::new().parse_and_finish(&whole))?)
        } else {
            let whole = WholeFile(file);
            let metadata = parsed(&|| ParquetMetaDataReader::new().parse_and_finish(&whole))?;
            (Content::Open(Mutex::new(whole.0)), metadata)
        };
        Ok(MetricsFile { path: path.into(), content, metadata })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its footer.
    pub fn footer(&self) -> Footer {
        Footer::of(self.metadata.file_metadata())
    }

    /// The names of its columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.metadata.file_metadata().schema_descr().columns().iter().map(|column| column.name())
    }

    /// The names of its columns, with whether they hold numbers or flags.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, bool)> {
        let columns = self.metadata.file_metadata().schema_descr().columns().iter();
        columns.map(|column| {
            let numeric = matches!(column.physical_type(), Type::DOUBLE | Type::INT64 | Type::BOOLEAN);
            (column.name(), numeric && column.max_rep_level() == 0)
        })
    }

    /// Rows of each row group.
    pub fn groups(&self) -> Vec<u64> {
        self.metadata.row_groups().iter().map(|group| group.num_rows().cast_unsigned()).collect()
    }

    /// A column of reals in a row group, NaN where there is none; as many as the row group has rows.
    ///
    /// # Errors
    /// No such column of reals, pages that do not decode, or fewer or more values than rows.
    pub fn reals(&self, group: usize, name: &str) -> Result<Vec<f64>, Error> {
        self.spread::<DoubleType>(group, name, |value| value)
    }

    /// A column of reals, integers or flags in a row group as reals, flags as 0 and 1; NaN where there is none.
    ///
    /// # Errors
    /// As for [`MetricsFile::reals`].
    ///
    /// # Accuracy
    /// Integers beyond 2^53 are rounded.
    pub fn numbers(&self, group: usize, name: &str) -> Result<Vec<f64>, Error> {
        let place = self.names().position(|column| column == name).ok_or_else(|| self.no_column(name))?;
        match self.metadata.row_group(group).column(place).column_descr().physical_type() {
            Type::INT64 => self.spread::<Int64Type>(group, name, |value| value as f64),
            Type::BOOLEAN => self.spread::<BoolType>(group, name, |value| f64::from(u8::from(value))),
            _ => self.reals(group, name),
        }
    }

    /// The values of a column at their rows.
    fn spread<T: DataType>(
        &self,
        group: usize,
        name: &str,
        real: impl Fn(T::T) -> f64,
    ) -> Result<Vec<f64>, Error> {
        let (values, present) = self.column::<T>(group, name)?;
        let mut values = values.into_iter().map(real);
        if present.is_empty() {
            return Ok(values.collect());
        }
        Ok(present.iter().map(|here| if *here { values.next() } else { None }.unwrap_or(f64::NAN)).collect())
    }

    /// A column of integers in a row group.
    ///
    /// # Errors
    /// As for [`MetricsFile::reals`]; a row without a value.
    pub fn integers(&self, group: usize, name: &str) -> Result<Vec<i64>, Error> {
        let (values, present) = self.column::<Int64Type>(group, name)?;
        self.full(name, &present)?;
        Ok(values)
    }

    /// A column of words in a row group.
    ///
    /// # Errors
    /// As for [`MetricsFile::reals`]; a row without a value, or one that is no text.
    pub fn words(&self, group: usize, name: &str) -> Result<Vec<String>, Error> {
        let (values, present) = self.column::<ByteArrayType>(group, name)?;
        self.full(name, &present)?;
        let text = |value: &parquet::data_type::ByteArray| value.as_utf8().map(str::to_owned);
        values.iter().map(text).collect::<ParquetResult<_>>().map_err(Error::parquet(&self.path))
    }

    fn full(&self, name: &str, present: &[bool]) -> Result<(), Error> {
        match present.iter().position(|here| !here) {
            Some(row) => Err(Error::Null { path: self.path.clone(), column: name.into(), row: row + 1 }),
            None => Ok(()),
        }
    }

    /// The values of a column that are there, and which rows have one: nothing where all must have one.
    fn column<T: DataType>(&self, group: usize, name: &str) -> Result<(Vec<T::T>, Vec<bool>), Error> {
        guarded(&self.path, || self.decoded::<T>(group, name))
    }

    fn decoded<T: DataType>(&self, group: usize, name: &str) -> Result<(Vec<T::T>, Vec<bool>), Error> {
        let place = self.names().position(|column| column == name);
        let place = place.ok_or_else(|| self.no_column(name))?;
        let row_group: &RowGroupMetaData = self.metadata.row_group(group);
        let chunk = row_group.column(place);
        let rows = usize::try_from(row_group.num_rows()).unwrap_or(0);
        let descriptor = chunk.column_descr_ptr();
        let (most, repeated) = (descriptor.max_def_level(), descriptor.max_rep_level() > 0);
        let (start, length) = chunk.byte_range();
        let bytes = Arc::new(self.bytes(start, length)?);
        let pages =
            SerializedPageReader::new(bytes, chunk, rows, None).map_err(Error::parquet(&self.path))?;
        let found = descriptor.physical_type().to_string();
        let reader = T::get_column_reader(get_column_reader(descriptor, Box::new(pages)));
        let Some(mut reader) = reader.filter(|_| !repeated) else {
            return Err(Error::NotNumbers { path: self.path.clone(), column: name.into(), found });
        };
        let (mut values, mut levels) = (Vec::with_capacity(rows), Vec::new());
        // One record more than declared is requested, to detect excess records.
        let read = reader.read_records(rows + 1, Some(&mut levels), None, &mut values);
        let (read, ..) = read.map_err(Error::parquet(&self.path))?;
        if read != rows {
            return Err(Error::Rows { path: self.path.clone(), found: read, declared: row_group.num_rows() });
        }
        Ok((values, levels.into_iter().map(|level| level == most).collect()))
    }

    /// The bytes of a column, at this position in the file.
    fn bytes(&self, start: u64, length: u64) -> Result<Stretch, Error> {
        let outside = |end: u64| {
            let why = format!("a column from byte {start} to {length} bytes later in a file of {end}");
            Error::Unreadable { path: self.path.clone(), why }
        };
        // The length is compared with the file's before memory is reserved for it.
        let fits = |end: u64| start.checked_add(length).is_some_and(|last| last <= end);
        let file = match &self.content {
            Content::Read(bytes) => {
                let end = bytes.len() as u64;
                return match fits(end) {
                    true => {
                        Ok(Stretch { start, bytes: bytes.slice(start as usize..(start + length) as usize) })
                    }
                    false => Err(outside(end)),
                };
            }
            Content::Open(file) => file,
        };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let end = file.metadata().map_err(Error::io(&self.path))?.len();
        if !fits(end) {
            return Err(outside(end));
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        file.seek(SeekFrom::Start(start)).map_err(Error::io(&self.path))?;
        file.read_exact(&mut bytes).map_err(Error::io(&self.path))?;
        Ok(Stretch { start, bytes: bytes.into() })
    }

    fn no_column(&self, name: &str) -> Error {
        let found = self.names().collect::<Vec<_>>().join(", ");
        Error::Unreadable { path: self.path.clone(), why: format!("no column `{name}` among {found}") }
    }
}

/// Some bytes of a file, addressed as in the file.
struct Stretch {
    start: u64,
    bytes: Bytes,
}

impl Stretch {
    fn from(&self, start: u64) -> ParquetResult<Bytes> {
        let place = start.checked_sub(self.start).and_then(|place| usize::try_from(place).ok());
        let place = place.filter(|place| *place <= self.bytes.len());
        place
            .map(|place| self.bytes.slice(place..))
            .ok_or_else(|| ParquetError::EOF("outside the column".into()))
    }
}

impl Length for Stretch {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Stretch {
    type T = Rest;

    fn get_read(&self, start: u64) -> ParquetResult<Rest> {
        self.from(start).map(Rest)
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let bytes = self.from(start)?;
        if length > bytes.len() {
            return Err(ParquetError::EOF("a page ends outside its column".into()));
        }
        Ok(bytes.slice(..length))
    }
}

/// The rest of a column; reading beyond its end is an error, for the reason given at [`WholeFile`].
struct Rest(Bytes);

impl Read for Rest {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() && !buffer.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let count = buffer.len().min(self.0.len());
        self.0.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

/// The result of a reader; a panic of the Parquet library, which occurs on some damaged files, becomes an error.
fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let damaged = |_| Err(Error::Damaged { path: path.to_path_buf() });
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(damaged)
}
