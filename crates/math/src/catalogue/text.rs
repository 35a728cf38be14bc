//! Texts within labels, and files that are named there.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// A text as labels hold it: as it is where no reader of labels could take a part of it for something else, else in quotes with
/// the characters in question written as `\u003d`.
///
/// Labels are joined by `;`, `, `, `=` and brackets and are read back from footers; JSON and YAML read the quoted form as the text.
pub(super) fn quoted(text: &str) -> Cow<'_, str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_safe = |c: char| is_word(c) || matches!(c, '-' | '.' | '/' | ' ');
    let is_plain = text.starts_with(is_word) && text.chars().all(is_safe) && !text.ends_with(' ');
    // YAML reads this one as nothing.
    if is_plain && text != "null" {
        return Cow::Borrowed(text);
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        // What is beyond four digits would need two of them, and means nothing in labels.
        if is_safe(c) || c > '\u{ffff}' {
            out.push(c);
        } else {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    out.push('"');
    Cow::Owned(out)
}

/// A file, by its path.
///
/// Labels have its name alone, so that numbers do not depend on where it lies; files of one name are equal here, and are told apart
/// by what they hold.
#[derive(Clone, Debug)]
pub struct FileName(PathBuf);

impl FileName {
    /// The file at this path.
    pub fn new(path: impl Into<PathBuf>) -> FileName {
        FileName(path.into())
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What labels say of it among the words of a command: the last part of its path, or of an option all.
    pub fn word(&self) -> Cow<'_, str> {
        let whole = self.0.to_string_lossy();
        if whole.starts_with('-') || self.0.file_name().is_none() { whole } else { self.name() }
    }

    /// The last part of its path.
    pub fn name(&self) -> Cow<'_, str> {
        self.0.file_name().unwrap_or_default().to_string_lossy()
    }
}

impl PartialEq for FileName {
    fn eq(&self, other: &FileName) -> bool {
        self.word() == other.word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_joins_labels_stays_in_a_text() {
        for plain in ["gnp", "GNP deflator", "Größe", "a-b.c/d", "2020", "数"] {
            assert_eq!(quoted(plain), plain);
        }
        assert_eq!(quoted("a=b, c;d"), "\"a\\u003db\\u002c c\\u003bd\"");
        for odd in
            ["", "null", "-1", " a", "a ", "[x]", "a(b)", "x*y", "\"", "\\", "a\nb", "~", "😀,", "#", "a: b"]
        {
            let text = quoted(odd);
            assert!(text.starts_with('"') && text.ends_with('"') && text.len() >= 2, "{text}");
            let inner = &text[1..text.len() - 1];
            assert!(!inner.contains([',', ';', '=', '(', ')', '[', ']', '"', '*', ':', '#', '\n']), "{text}");
        }
    }

    #[test]
    fn files_are_told_by_their_names() {
        let file = FileName::new("/a/b/longley.csv");
        assert_eq!((file.name().as_ref(), file.path()), ("longley.csv", Path::new("/a/b/longley.csv")));
        assert_eq!(file, FileName::new("longley.csv"));
        assert_ne!(file, FileName::new("/a/b/other.csv"));
    }
}
