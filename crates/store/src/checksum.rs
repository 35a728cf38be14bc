//! Checksums of files, stored in their footers.
//!
//! checksum = BLAKE3(every byte of the file, the 64 digits of the checksum in the footer read as zeros), written in
//! hexadecimal under a key of the footer. A changed bit anywhere, in a page, in the footer or in the digits, makes the two
//! differ. Bytes are hashed while they are written, so that a file is not read again for its checksum.

use crate::disk::Output;
use crate::error::Error;
use crate::regular;
use std::io::{BufWriter, Read, Result, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

/// Footer key of the checksum.
pub const CHECKSUM_KEY: &str = "tempered.checksum";
/// Digits of a checksum.
const DIGITS: usize = 64;
/// The bytes between key and value in a footer: Thrift's header of a string as the next field, and the string's length.
const BETWEEN: [u8; 2] = [0x18, DIGITS as u8];
/// The end of a Parquet file: the length of the footer, and PAR1.
const TRAILER: u64 = 8;

/// The footer entry with zeros in place of the digits.
pub(crate) fn blank() -> (String, String) {
    (CHECKSUM_KEY.into(), "0".repeat(DIGITS))
}

/// Hashes bytes on their way to a file. The footer is kept in memory until the digits are inserted.
pub(crate) struct Summed {
    out: BufWriter<Hashed>,
    footer: Option<Vec<u8>>,
}

/// Receives the contents of the buffer, in which columns arrive in pieces of 8 kB: BLAKE3 is faster on 128 kB at a time.
struct Hashed {
    out: Box<dyn Output>,
    hasher: blake3::Hasher,
}

/// Bytes that are hashed and written at a time: they are still in a second-level cache when they are written.
const BUFFER: usize = 1 << 17;

impl Summed {
    pub fn new(out: Box<dyn Output>) -> Summed {
        let out = Hashed { out, hasher: blake3::Hasher::new() };
        Summed { out: BufWriter::with_capacity(BUFFER, out), footer: None }
    }

    /// Declares that all bytes written from here on belong to the footer.
    pub fn hold_footer(&mut self) {
        self.footer = Some(Vec::new());
    }

    /// Writes the footer with the digits; the file is then complete, but not durable.
    pub fn finish(self) -> Result<Box<dyn Output>> {
        let mut footer = self.footer.unwrap_or_default();
        let Hashed { mut out, mut hasher } =
            self.out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        hasher.update(&footer);
        if let Some(digits) = digits(&footer) {
            footer[digits].copy_from_slice(hasher.finalize().to_hex().as_bytes());
        }
        out.write_all(&footer)?;
        Ok(out)
    }
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match &mut self.footer {
            Some(footer) => footer.write(bytes),
            None => self.out.write(bytes),
        }
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// The position of the digits in a footer.
fn digits(footer: &[u8]) -> Option<Range<usize>> {
    let before = [CHECKSUM_KEY.as_bytes(), &BETWEEN].concat();
    let start = footer.windows(before.len()).rposition(|window| window == before)? + before.len();
    (start + DIGITS <= footer.len()).then_some(start..start + DIGITS)
}

/// The stored checksum of a file, and the one computed from its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// The checksum in the footer; `None` where there is none.
    pub stored: Option<String>,
    /// The checksum of the bytes.
    pub computed: String,
}

/// Reads a whole file and computes its checksum.
///
/// # Errors
/// The file cannot be read.
/// # Cost
/// One pass over the bytes.
pub fn read_checksum(path: &Path) -> std::result::Result<Checksum, Error> {
    regular::open(path).and_then(|mut file| checksum(&mut file)).map_err(Error::io(path))
}

/// The checksum of all bytes that can be read.
pub(crate) fn checksum(file: &mut (impl Read + Seek)) -> Result<Checksum> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut trailer = [0; TRAILER as usize];
    if length >= TRAILER {
        file.seek(SeekFrom::End(-(TRAILER as i64)))?;
        file.read_exact(&mut trailer)?;
    }
    file.rewind()?;
    let footer = u64::from(u32::from_le_bytes([trailer[0], trailer[1], trailer[2], trailer[3]]));
    let pages = length.saturating_sub(footer + TRAILER);
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file.by_ref().take(pages))?;
    let mut footer = Vec::new();
    file.read_to_end(&mut footer)?;
    let stored = digits(&footer).map(|digits| {
        let stored = String::from_utf8_lossy(&footer[digits.clone()]).into_owned();
        footer[digits].fill(b'0');
        stored
    });
    hasher.update(&footer);
    Ok(Checksum { stored, computed: hasher.finalize().to_hex().to_string() })
}
