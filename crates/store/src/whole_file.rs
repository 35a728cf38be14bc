//! Files for the Parquet library in which reading beyond the end is an error.

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::{BufReader, Cursor, Error, ErrorKind, Read, Seek, SeekFrom};

/// A file in which a read at the end fails.
///
/// The library skips unknown fields of a page's header by copying them to a sink, and copying ends at the end of a file
/// without an error, so that a damaged header with billions of such fields would be processed for hours.
pub(crate) struct WholeFile(pub File);

/// The bytes of a small file, read at once: system calls for every column would take longer than decoding a few rows. A
/// read at the end fails as well.
pub(crate) struct WholeBytes(pub Bytes);

/// The bytes of a file from a position on.
pub(crate) struct Reader<R>(R);

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 if !buffer.is_empty() => Err(Error::from(ErrorKind::UnexpectedEof)),
            count => Ok(count),
        }
    }
}

impl Length for WholeFile {
    fn len(&self) -> u64 {
        Length::len(&self.0)
    }
}

impl ChunkReader for WholeFile {
    type T = BufReader<Reader<File>>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut file = self.0.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        Ok(BufReader::new(Reader(file)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.0.get_bytes(start, length)
    }
}

impl Length for WholeBytes {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }
}

impl ChunkReader for WholeBytes {
    type T = Reader<Cursor<Bytes>>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut bytes = Cursor::new(self.0.clone());
        bytes.set_position(start);
        Ok(Reader(bytes))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let end = start.checked_add(length).filter(|end| *end <= self.0.len());
        let end = end.ok_or_else(|| ParquetError::EOF(format!("no {length} bytes from {start} on")))?;
        Ok(self.0.slice(start..end))
    }
}
