//! Standard output: results only. A reader that goes away is not an error.

use crate::exit::Failure;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::cell::Cell;
use std::io::{BufWriter, Write};

/// The width of tables that no terminal shows.
const WIDTH: usize = 120;
/// Tables narrower than this could not name their rows, wider ones are hard to follow.
const WIDTHS: (usize, usize) = (60, 200);

/// The columns of standard output.
pub fn width() -> usize {
    let terminal = console::Term::stdout();
    // A file gets the same bytes from any terminal.
    let size = terminal.size_checked().filter(|_| terminal.is_term());
    size.map_or(WIDTH, |(_, columns)| usize::from(columns).clamp(WIDTHS.0, WIDTHS.1))
}

/// Prints a result.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    write!(out, "{text}{newline}")
        .and_then(|()| out.flush())
        .map_err(|source| Failure::File { place: "stdout".into(), source })
}

/// Prints an indented JSON object that ends with a list, whose entries are made as they are printed: there may be a
/// million of them.
pub fn json_with_list(
    head: &serde_json::Map<String, serde_json::Value>,
    name: &str,
    entries: impl Iterator<Item = serde_json::Value>,
) -> Result<(), Failure> {
    json(&WithList { head, name, entries: Cell::new(Some(entries)) })
}

/// Prints a value as indented JSON, piece by piece.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer_pretty(&mut out, value)
        .map_err(std::io::Error::from)
        .and_then(|()| writeln!(out))
        .and_then(|()| out.flush())
        .map_err(|source| Failure::File { place: "stdout".into(), source })
}

/// An object and its list, which can be printed once.
struct WithList<'a, I> {
    head: &'a serde_json::Map<String, serde_json::Value>,
    name: &'a str,
    entries: Cell<Option<I>>,
}

impl<I: Iterator<Item = serde_json::Value>> Serialize for WithList<'_, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.head {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry(self.name, &List(&self.entries))?;
        map.end()
    }
}

/// The entries that are left.
struct List<'a, I>(&'a Cell<Option<I>>);

impl<I: Iterator<Item = serde_json::Value>> Serialize for List<'_, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.take().into_iter().flatten())
    }
}
