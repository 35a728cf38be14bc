//! Marked trees: YAML nodes that know where they stand.

use super::diagnostic::{Diagnostic, Location, SpecError};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

/// Largest file read, in bytes: a list of a hundred thousand noises takes 3 MB, and up to three times as much where it is
/// written out with every default.
pub const LARGEST_FILE: usize = 1 << 25;
/// Scalars, lists and mappings that are read at most: each takes about a hundred bytes of memory.
pub(super) const LARGEST_TREE: usize = 1 << 21;
/// Deepest nesting read.
pub(super) const DEPTH: usize = 16;
/// Characters of a scalar that messages show.
const SHOWN: usize = 64;

/// A node and where it starts.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub at: Location,
    pub value: Yaml,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Yaml {
    Scalar { text: String, plain: bool },
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The scalar's text.
    pub fn text(&self) -> Option<&str> {
        if let Yaml::Scalar { text, .. } = &self.value { Some(text) } else { None }
    }

    /// Whether the node is an unquoted null or empty.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Yaml::Scalar { text, plain: true } if ["", "~", "null"].contains(&text.as_str()))
    }

    /// What the node is, for a message.
    pub fn found(&self) -> String {
        match &self.value {
            Yaml::Scalar { .. } if self.is_null() => "empty".into(),
            Yaml::Scalar { text, plain: true } => shown(text).into_owned(),
            Yaml::Scalar { text, plain: false } => format!("the text \"{}\"", shown(text)),
            Yaml::List(_) => "a list".into(),
            Yaml::Map(_) => "a mapping".into(),
        }
    }
}

/// A text for a message: cut where it is long, and without control characters, which a terminal would obey.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    let end = text.char_indices().nth(SHOWN).map(|(end, _)| end);
    if end.is_none() && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let start = &text[..end.unwrap_or(text.len())];
    let escaped: String = start
        .chars()
        .flat_map(|c| if c.is_control() { c.escape_unicode().collect() } else { vec![c] })
        .collect();
    Cow::Owned(escaped + if end.is_some() { "…" } else { "" })
}

/// Parses one document. Aliases, tags, duplicate keys, deep nesting and large files are errors.
pub(super) fn parse(bytes: &[u8], file: &str) -> Result<Node, SpecError> {
    let file: Arc<str> = file.into();
    let start = Location { file: file.clone(), line: 1, column: 1 };
    let text = text(bytes, &start)?;
    let mut builder = Builder {
        file: file.clone(),
        open: Vec::new(),
        root: None,
        documents: 0,
        nodes: 0,
        errors: Vec::new(),
    };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let mark = error.marker();
            let at = Location { file: file.clone(), line: mark.line(), column: mark.col() + 1 };
            one(at, format!("this is not YAML: {}", error.info()))
        })?;
        builder.take(event, span).map_err(|error| SpecError { diagnostics: vec![error] })?;
    }
    if !builder.errors.is_empty() {
        return Err(SpecError { diagnostics: builder.errors });
    }
    builder
        .root
        .ok_or_else(|| one(start, "the file is empty, expected a study; `tempered init` writes one".into()))
}

/// The text of a file that is not too large.
fn text<'a>(bytes: &'a [u8], start: &Location) -> Result<&'a str, SpecError> {
    if bytes.len() > LARGEST_FILE {
        let message = format!("the file is too large, expected at most {LARGEST_FILE} bytes");
        return Err(one(start.clone(), message));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        one(Location { line, ..start.clone() }, "the file is not UTF-8 here; save it as UTF-8".into())
    })
}

fn one(at: Location, message: String) -> SpecError {
    SpecError { diagnostics: vec![Diagnostic { at, field: String::new(), message, help: None }] }
}

/// A list or mapping that has not ended.
struct Open {
    node: Node,
    /// The key whose value comes next.
    key: Option<Node>,
    /// The keys so far.
    known: HashSet<String>,
}

struct Builder {
    file: Arc<str>,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    nodes: usize,
    errors: Vec<Diagnostic>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        let at = Location { file: self.file.clone(), line: span.start.line(), column: span.start.col() + 1 };
        if let Some(message) = self.refusal(&event) {
            return Err(Diagnostic { at, field: String::new(), message: message.into(), help: None });
        }
        match event {
            Event::DocumentStart(_) => self.documents += 1,
            Event::Scalar(text, style, ..) => {
                self.nodes += 1;
                let plain = matches!(style, ScalarStyle::Plain);
                self.close(Node { at, value: Yaml::Scalar { text: text.into_owned(), plain } });
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                self.nodes += 1;
                let map = matches!(event, Event::MappingStart(..));
                let value = if map { Yaml::Map(Vec::new()) } else { Yaml::List(Vec::new()) };
                self.open.push(Open { node: Node { at, value }, key: None, known: HashSet::new() });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut open) = self.open.pop() {
                    // Most mappings of a long study hold one pair, and vectors start with room for four.
                    match &mut open.node.value {
                        Yaml::List(items) => items.shrink_to_fit(),
                        Yaml::Map(pairs) => pairs.shrink_to_fit(),
                        Yaml::Scalar { .. } => {}
                    }
                    self.close(open.node);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What is wrong with an event, of what studies do without.
    fn refusal(&self, event: &Event<'_>) -> Option<&'static str> {
        let (anchor, tag) = match event {
            Event::Scalar(_, _, anchor, tag) => (*anchor, tag),
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => (*anchor, tag),
            Event::DocumentStart(_) if self.documents > 0 => {
                return Some("a second document starts here, expected one study a file");
            }
            Event::Alias(_) => return Some("aliases are not supported: write the value out"),
            _ => return None,
        };
        let is_inner = !matches!(event, Event::Scalar(..));
        if self.nodes >= LARGEST_TREE {
            Some("the study has more than 2097152 entries up to here, expected fewer")
        } else if anchor > 0 {
            Some("anchors are not supported: write the value out")
        } else if tag.is_some() {
            Some("tags are not supported: write {name: {parameter: value}}")
        } else if is_inner && self.open.len() >= DEPTH {
            Some("nested more than 16 deep")
        } else {
            None
        }
    }

    /// Puts a finished node into its parent.
    fn close(&mut self, node: Node) {
        let Some(Open { node: parent, key, known }) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut parent.value {
            Yaml::List(items) => items.push(node),
            Yaml::Map(pairs) => match key.take() {
                None => {
                    if let Some(text) = node.text()
                        && !known.insert(text.into())
                    {
                        let message = format!("the key `{}` appears twice", shown(text));
                        let help = Some("keep one of them".into());
                        self.errors.push(Diagnostic {
                            at: node.at.clone(),
                            field: String::new(),
                            message,
                            help,
                        });
                    }
                    *key = Some(node);
                }
                Some(key) => pairs.push((key, node)),
            },
            Yaml::Scalar { .. } => {}
        }
    }
}
