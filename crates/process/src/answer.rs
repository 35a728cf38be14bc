//! What a worker answers.

use safetensors::Dtype;
use safetensors::tensor::Metadata;

/// A message of a worker: words, and arrays by name.
#[derive(Debug)]
pub struct Answer {
    metadata: Metadata,
    data: Vec<u8>,
}

impl Answer {
    /// One of this header and these bytes, as many as the header says.
    pub(crate) fn new(metadata: Metadata, data: Vec<u8>) -> Answer {
        Answer { metadata, data }
    }

    /// A word; `None` where it is not there.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.metadata.metadata().as_ref()?.get(name).map(String::as_str)
    }

    /// Whether there is an array of this name.
    pub fn has(&self, name: &str) -> bool {
        self.metadata.info(name).is_some()
    }

    /// The names of its arrays, in their order.
    pub fn names(&self) -> Vec<String> {
        self.metadata.offset_keys()
    }

    /// An array of doubles of this shape, row-major.
    ///
    /// # Errors
    /// It is not there, or of another type or shape: what was expected and what came.
    pub fn reals(&self, name: &str, shape: &[usize]) -> Result<Vec<f64>, String> {
        let bytes = self.bytes(name, (Dtype::F64, "F64"), shape)?;
        Ok(bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }

    /// An array of whole numbers of this shape, row-major.
    ///
    /// # Errors
    /// Those of [`Answer::reals`].
    pub fn wholes(&self, name: &str, shape: &[usize]) -> Result<Vec<u64>, String> {
        let bytes = self.bytes(name, (Dtype::U64, "U64"), shape)?;
        Ok(bytes.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
    }

    /// An array of bytes of this shape.
    ///
    /// # Errors
    /// Those of [`Answer::reals`].
    pub fn octets(&self, name: &str, shape: &[usize]) -> Result<&[u8], String> {
        self.bytes(name, (Dtype::U8, "U8"), shape)
    }

    /// The shape of an array; `None` where it is not there.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.metadata.info(name).map(|info| info.shape.as_slice())
    }

    fn bytes(&self, name: &str, (dtype, word): (Dtype, &str), shape: &[usize]) -> Result<&[u8], String> {
        let Some(info) = self.metadata.info(name) else {
            return Err(format!("its answer lacks the array `{name}` of shape {shape:?}"));
        };
        if info.dtype != dtype || info.shape != shape {
            let is = format!("{:?} of shape {:?}", info.dtype, info.shape);
            return Err(format!("its array `{name}` is {is}, but it must be {word} of shape {shape:?}"));
        }
        let (start, end) = info.data_offsets;
        self.data.get(start..end).ok_or_else(|| format!("its array `{name}` is cut off"))
    }
}
