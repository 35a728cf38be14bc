//! The end of what a program writes to its standard error.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Bytes that are kept: a traceback of some depth.
const KEPT: usize = 4096;

/// The last few thousand bytes of a stream, which a thread of its own reads to its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    /// Follows a stream.
    pub fn of(mut stream: impl Read + Send + 'static) -> Tail {
        let tail = Tail::default();
        let kept = tail.clone();
        thread::spawn(move || {
            let mut bytes = [0; KEPT];
            while let Ok(count @ 1..) = stream.read(&mut bytes) {
                kept.push(&bytes[..count]);
            }
        });
        tail
    }

    fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(bytes);
        let excess = kept.len().saturating_sub(KEPT);
        kept.drain(..excess);
    }

    /// The text so far, without the line that is cut.
    pub fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let whole =
            if bytes.len() < KEPT { &text } else { text.split_once('\n').map_or(&*text, |(_, rest)| rest) };
        whole.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept() {
        let tail = Tail::default();
        (0..2000).for_each(|line| tail.push(format!("line {line}\n").as_bytes()));
        let text = tail.text();
        assert!(text.starts_with("line ") && text.ends_with("line 1999") && text.len() < KEPT, "{text}");
    }
}
