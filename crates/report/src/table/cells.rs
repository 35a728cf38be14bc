//! A table, cell by cell, and how it is written as CSV and Markdown.

use crate::number;

/// A table: every format has the same rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The stem of its file names.
    pub name: &'static str,
    /// What it shows.
    pub caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub name: &'static str,
    /// Whether Markdown and LaTeX, which are read by people, have it too.
    pub shown: bool,
}

/// What stands in a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    /// A law of growth.
    Formula(String),
    Whole(u64),
    Number(Option<f64>),
    /// A sample mean of a law that has no mean.
    Untrusted(f64),
}

impl Table {
    /// All columns, with numbers in full.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let head: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(Cell::full).collect::<Vec<_>>());
        let head = std::iter::once(head.into_iter().map(str::to_owned).collect());
        // Writing to memory cannot fail, and rows have the width of the head.
        let _ = head.chain(rows).try_for_each(|row| writer.write_record(row));
        String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
    }

    /// The columns for people, with four digits.
    pub fn markdown(&self) -> String {
        let shown = self.shown();
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut out = format!("{}\n\n", markdown(&self.caption));
        out += &line(shown.iter().map(|&at| self.columns[at].name.replace('_', " ")).collect());
        out +=
            &line(shown.iter().map(|&at| if self.is_text(at) { ":--" } else { "--:" }.to_owned()).collect());
        for row in &self.rows {
            out += &line(shown.iter().map(|&at| markdown(&row[at].short())).collect());
        }
        out
    }

    /// The places of the columns for people.
    pub(super) fn shown(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|&at| self.columns[at].shown).collect()
    }

    /// Whether a column holds words.
    pub(super) fn is_text(&self, at: usize) -> bool {
        self.rows.first().is_some_and(|row| matches!(row[at], Cell::Text(_) | Cell::Formula(_)))
    }
}

impl Cell {
    /// Numbers in full; empty where there is none.
    pub fn full(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Formula(text) => text.clone(),
            Cell::Whole(number) => number.to_string(),
            Cell::Number(None) => String::new(),
            Cell::Number(Some(number)) | Cell::Untrusted(number) => format!("{number:?}"),
        }
    }

    /// Four digits; a dagger marks a mean that is not to be trusted.
    pub fn short(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Formula(text) => text.clone(),
            Cell::Whole(whole) => number::whole(*whole),
            Cell::Number(value) => number::figure(*value),
            Cell::Untrusted(value) => format!("{}†", number::figure(Some(*value))),
        }
    }
}

/// Text in which Markdown sees no mark-up.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' => out.extend(['\\', c]),
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
