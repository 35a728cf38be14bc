//! Repetition and definition levels of lists.
//!
//! Source of the format: the Parquet specification, encoding RLE.

/// Levels of at most 1 as runs: Parquet's RLE, preceded by its length.
pub(crate) struct Levels {
    bytes: Vec<u8>,
    value: u8,
    run: usize,
    total: usize,
}

impl Levels {
    pub fn new() -> Levels {
        Levels { bytes: vec![0; 4], value: 0, run: 0, total: 0 }
    }

    pub fn push(&mut self, value: u8, count: usize) {
        if value != self.value && count > 0 {
            self.flush();
            self.value = value;
        }
        self.run += count;
        self.total += count;
    }

    /// Writes a run: twice its length as a variable-length integer of seven bits a byte, then the value.
    fn flush(&mut self) {
        if self.run > 0 {
            let mut header = self.run << 1;
            while header >= 0x80 {
                self.bytes.push((header & 0x7f) as u8 | 0x80);
                header >>= 7;
            }
            self.bytes.extend([header as u8, self.value]);
        }
        self.run = 0;
    }

    pub fn total(&self) -> u32 {
        u32::try_from(self.total).unwrap_or(u32::MAX)
    }

    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        let length = u32::try_from(self.bytes.len() - 4).unwrap_or(u32::MAX);
        self.bytes[..4].copy_from_slice(&length.to_le_bytes());
        self.bytes
    }

    /// The runs without their length, the encoding of dictionary indices.
    pub fn finish_without_length(self) -> Vec<u8> {
        self.finish().split_off(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_take_few_bytes() {
        let mut levels = Levels::new();
        for (value, count) in [(0, 1), (1, 5), (1, 0), (1, 200), (0, 1), (0, 1)] {
            levels.push(value, count);
        }
        assert_eq!(levels.total(), 208);
        assert_eq!(levels.finish(), [7, 0, 0, 0, 2, 0, 0x9a, 0x03, 1, 4, 0]);
    }
}
