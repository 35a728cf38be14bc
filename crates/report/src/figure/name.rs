//! Names of files.

use std::collections::HashSet;

/// Names are cut to this many characters, far below what file systems take.
const LONGEST: usize = 80;

/// A name that every file system takes: lower case, digits, dots and hyphens.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.to_lowercase().chars() {
        let keep =
            c.is_ascii_alphanumeric() || (c == '.' && slug.ends_with(|last: char| last.is_ascii_digit()));
        if keep {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() == LONGEST {
            break;
        }
    }
    slug.trim_end_matches(['-', '.']).to_owned()
}

/// Names that are taken.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// A name from parts that no other figure has.
    pub(crate) fn take(&mut self, parts: &[String]) -> String {
        let base = slug(&parts.join("-"));
        let numbered = (2..).map(|k| format!("{base}-{k}"));
        let free = std::iter::once(base.clone()).chain(numbered).find(|name| !self.taken.contains(name));
        let name = free.unwrap_or(base);
        self.taken.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tame() {
        assert_eq!(slug("risk-uniform design-p1.5"), "risk-uniform-design-p1.5");
        assert_eq!(slug("../../etc/passwd\0"), "etc-passwd");
        assert_eq!(slug("trial Ünï <b>..</b>"), "trial-n-b-b");
        assert!(slug(&"x".repeat(500)).len() <= LONGEST);
    }

    #[test]
    fn names_are_taken_once() {
        let mut names = Names::default();
        let parts = ["risk".to_owned(), "a/b".to_owned()];
        assert_eq!([names.take(&parts), names.take(&parts)], ["risk-a-b", "risk-a-b-2"]);
        assert_eq!(names.take(&["risk".to_owned(), "a:b".to_owned()]), "risk-a-b-3");
    }
}
