//! What a worker is asked.

use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use std::collections::HashMap;
use std::io::{self, Write};

/// A message to a worker: words, and arrays that are sent from where they lie.
///
/// ```
/// use tempered_process::Request;
///
/// let x = [1.0, 2.0, 3.0, 4.0];
/// let mut request = Request::new("fit");
/// request.word("parameters", "{}").reals("x", &[2, 2, 1], &x);
/// let mut bytes = Vec::new();
/// request.write(&mut bytes).unwrap();
/// // Eight bytes for the length of the header, the header, and four doubles.
/// let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
/// assert_eq!(bytes.len(), 8 + header + 32);
/// assert_eq!(header % 8, 0);
/// ```
#[derive(Debug)]
pub struct Request<'a> {
    words: HashMap<String, String>,
    tensors: Vec<(&'static str, Dtype, Vec<usize>, Numbers<'a>)>,
}

#[derive(Debug)]
enum Numbers<'a> {
    Reals(&'a [f64]),
    Wholes(&'a [u64]),
}

impl<'a> Request<'a> {
    /// One of this kind.
    pub fn new(kind: &str) -> Request<'a> {
        Request { words: HashMap::from([("kind".to_owned(), kind.to_owned())]), tensors: Vec::new() }
    }

    /// Adds a word.
    pub fn word(&mut self, name: &str, value: &str) -> &mut Request<'a> {
        self.words.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds an array of doubles, row-major.
    pub fn reals(&mut self, name: &'static str, shape: &[usize], values: &'a [f64]) -> &mut Request<'a> {
        self.tensors.push((name, Dtype::F64, shape.to_vec(), Numbers::Reals(values)));
        self
    }

    /// Adds an array of whole numbers, row-major.
    pub fn wholes(&mut self, name: &'static str, shape: &[usize], values: &'a [u64]) -> &mut Request<'a> {
        self.tensors.push((name, Dtype::U64, shape.to_vec(), Numbers::Wholes(values)));
        self
    }

    /// Writes the message: the length of the header, the header, the arrays in their order.
    ///
    /// # Errors
    /// Those of writing; a shape that is not that of its numbers.
    /// # Cost
    /// One copy of the arrays, in pieces of 64 kB.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut end = 0;
        let infos = self.tensors.iter().map(|(name, dtype, shape, numbers)| {
            let start = end;
            end += 8 * numbers.len();
            let info = TensorInfo { dtype: *dtype, shape: shape.clone(), data_offsets: (start, end) };
            ((*name).to_owned(), info)
        });
        let infos: Vec<(String, TensorInfo)> = infos.collect();
        let metadata = Metadata::new(Some(self.words.clone()), infos).map_err(io::Error::other)?;
        let mut header = serde_json::to_vec(&metadata)?;
        // Data begin at a multiple of eight, so that readers may take them where they lie.
        header.resize(header.len().next_multiple_of(8), b' ');
        out.write_all(&(header.len() as u64).to_le_bytes())?;
        out.write_all(&header)?;
        self.tensors.iter().try_for_each(|(_, _, _, numbers)| numbers.write(out))?;
        out.flush()
    }
}

/// Numbers turned into bytes at a time: as many as a pipe of Linux holds.
const PIECE: usize = 8192;

impl Numbers<'_> {
    fn len(&self) -> usize {
        match self {
            Numbers::Reals(values) => values.len(),
            Numbers::Wholes(values) => values.len(),
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Numbers::Reals(values) => pieces(values, |value| value.to_le_bytes(), out),
            Numbers::Wholes(values) => pieces(values, |value| value.to_le_bytes(), out),
        }
    }
}

fn pieces<T: Copy>(values: &[T], bytes: impl Fn(T) -> [u8; 8], out: &mut impl Write) -> io::Result<()> {
    let mut piece = vec![[0u8; 8]; PIECE.min(values.len())];
    for values in values.chunks(PIECE) {
        piece.iter_mut().zip(values).for_each(|(piece, value)| *piece = bytes(*value));
        out.write_all(piece[..values.len()].as_flattened())?;
    }
    Ok(())
}
