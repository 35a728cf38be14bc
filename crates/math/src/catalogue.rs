//! Catalogues: the named choices a study can make, with their parameters.
//!
//! A catalogue is a table in source order. The YAML reader, its error messages, the JSON schema, the
//! command `list`, the law tests and the benchmarks all read the same table, so a design, target, noise
//! or estimator is added by one file and one line.

mod members;
mod name;
mod text;

pub use members::{Member, Members};
pub use name::lasting;
pub use text::FileName;

use std::fmt;

/// One value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A finite real number.
    Real(f64),
    /// A whole number.
    Whole(u64),
    /// A yes or no.
    Flag(bool),
    /// One of a fixed list of words.
    Word(&'static str),
    /// A list of finite real numbers.
    Reals(Vec<f64>),
    /// A list of whole numbers.
    Wholes(Vec<u64>),
    /// A text that the user chose, such as the name of a column.
    Text(String),
    /// A list of such texts.
    Texts(Vec<String>),
    /// A file.
    File(FileName),
    /// Several files, or the words of a command, some of which are files.
    Files(Vec<FileName>),
    /// The default of a parameter that need not be given, such as one that only some words of another parameter use. It is
    /// left out of labels.
    Unset,
}

impl Value {
    /// The real number; NaN for a value of another kind.
    pub fn real(&self) -> f64 {
        if let Value::Real(x) = self { *x } else { f64::NAN }
    }

    /// The whole number; 0 for a value of another kind.
    pub fn whole(&self) -> u64 {
        if let Value::Whole(x) = self { *x } else { 0 }
    }

    /// The value with −0 replaced by 0: the two are equal, so that their labels must be equal.
    fn unsigned_zero(self) -> Value {
        match self {
            Value::Real(x) => Value::Real(x + 0.0),
            Value::Reals(xs) => Value::Reals(xs.into_iter().map(|x| x + 0.0).collect()),
            other => other,
        }
    }

    /// The flag; false for a value of another kind.
    pub fn flag(&self) -> bool {
        matches!(self, Value::Flag(true))
    }

    /// The word; empty for a value of another kind.
    pub fn word(&self) -> &'static str {
        if let Value::Word(word) = self { word } else { "" }
    }

    /// The list; empty for a value of another kind.
    pub fn reals(&self) -> &[f64] {
        if let Value::Reals(xs) = self { xs } else { &[] }
    }

    /// The list of whole numbers; empty for a value of another kind.
    pub fn wholes(&self) -> &[u64] {
        if let Value::Wholes(xs) = self { xs } else { &[] }
    }

    /// The text; `None` for a value of another kind.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// The list of texts; `None` for a value of another kind.
    pub fn texts(&self) -> Option<&[String]> {
        if let Value::Texts(texts) = self { Some(texts) } else { None }
    }

    /// The files; empty for a value of another kind.
    pub fn files(&self) -> &[FileName] {
        if let Value::Files(files) = self { files } else { &[] }
    }

    /// The file; `None` for a value of another kind.
    pub fn file(&self) -> Option<&FileName> {
        if let Value::File(file) = self { Some(file) } else { None }
    }
}

/// What a parameter accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A finite real number with `low < value` (or `low ≤ value` where `closed`) and `value ≤ high`.
    Real {
        /// Lower bound.
        low: f64,
        /// Whether the lower bound itself is allowed.
        closed: bool,
        /// Upper bound, allowed itself.
        high: f64,
    },
    /// A whole number with `low ≤ value ≤ high`.
    Whole {
        /// Lower bound.
        low: u64,
        /// Upper bound.
        high: u64,
    },
    /// A yes or no.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of finite real numbers.
    Reals,
    /// A list, not empty, of whole numbers with `low ≤ value ≤ high`.
    Wholes {
        /// Lower bound.
        low: u64,
        /// Upper bound.
        high: u64,
    },
    /// A text that is not empty.
    Text,
    /// A list, not empty, of texts that are not empty.
    Texts,
    /// The path of a file.
    File,
    /// The name of another entry of the catalogue, whose parameters stand in the place of those that follow.
    Member(Members),
    /// A list, not empty, of paths or words.
    Files,
    /// Parameters of names that the user chose, each a number, a truth value or a text. They are arguments beside all others, and
    /// this one is never set.
    Open,
}

impl Kind {
    /// Any finite real number.
    pub const ANY_REAL: Kind = Kind::Real { low: f64::NEG_INFINITY, closed: false, high: f64::INFINITY };
    /// Any finite real number above zero.
    pub const POSITIVE: Kind = Kind::Real { low: 0.0, closed: false, high: f64::INFINITY };

    /// What is expected, as a phrase for an error message.
    pub fn expected(&self) -> String {
        match self {
            Kind::Real { low, closed, high } => match (low.is_finite(), high.is_finite()) {
                (false, false) => "a finite number".into(),
                (true, false) if *closed => format!("a finite number of at least {low}"),
                (true, false) => format!("a finite number above {low}"),
                (false, true) => format!("a finite number of at most {high}"),
                (true, true) if *closed => format!("a number from {low} to {high}"),
                (true, true) => format!("a number above {low} and at most {high}"),
            },
            Kind::Whole { low, high: u64::MAX } => format!("an integer of at least {low}"),
            Kind::Whole { low, high } => format!("an integer from {low} to {high}"),
            Kind::Flag => "true or false".into(),
            Kind::Word(words) => {
                let words: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
                format!("one of {}", words.join(", "))
            }
            Kind::Reals => "a list of finite numbers".into(),
            Kind::Wholes { low, high: u64::MAX } => format!("a list of integers of at least {low}"),
            Kind::Wholes { low, high } => format!("a list of integers from {low} to {high}"),
            Kind::Text => "a text".into(),
            Kind::Texts => "a list of texts".into(),
            Kind::File => "the path of a file".into(),
            Kind::Member(members) => {
                let names: Vec<String> = members.names().map(|name| format!("`{name}`")).collect();
                format!("one of {}, alone or as {{name: {{parameter: value}}}}", names.join(", "))
            }
            Kind::Files => "a list of paths or words".into(),
            Kind::Open => "a mapping of names to numbers, truth values or texts".into(),
        }
    }

    /// Whether `value` is of this kind and within its bounds.
    pub fn accepts(&self, value: &Value) -> bool {
        match (self, value) {
            (Kind::Real { low, closed, high }, Value::Real(x)) => {
                x.is_finite() && (*x > *low || (*closed && *x == *low)) && *x <= *high
            }
            (Kind::Whole { low, high }, Value::Whole(x)) => (low..=high).contains(&x),
            (Kind::Flag, Value::Flag(_)) => true,
            (Kind::Word(words), Value::Word(word)) => words.contains(word),
            (Kind::Reals, Value::Reals(xs)) => xs.iter().all(|x| x.is_finite()),
            (Kind::Wholes { low, high }, Value::Wholes(xs)) => {
                !xs.is_empty() && xs.iter().all(|x| (low..=high).contains(&x))
            }
            (Kind::Text, Value::Text(text)) => !text.is_empty(),
            (Kind::Texts, Value::Texts(texts)) => {
                !texts.is_empty() && texts.iter().all(|text| !text.is_empty())
            }
            (Kind::File, Value::File(file)) => !file.name().is_empty(),
            (Kind::Member(members), Value::Word(word)) => members.find(word).is_some(),
            (Kind::Files, Value::Files(files)) => !files.is_empty(),
            _ => false,
        }
    }
}

/// One parameter of a choice.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its key in the YAML.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// What it accepts.
    pub kind: Kind,
    /// Its value where the study gives none; a parameter without one must be given.
    pub default: Option<Value>,
}

impl Parameter {
    /// A positive real parameter whose default is 1.
    pub fn positive(name: &'static str, summary: &'static str) -> Parameter {
        Parameter { name, summary, kind: Kind::POSITIVE, default: Some(Value::Real(1.0)) }
    }
}

/// One named choice: its name, its parameters and its constructor.
///
/// ```
/// use tempered_math::catalogue::{Choice, Entry, Kind, Parameter, Value};
///
/// // A catalogue is a table of entries; what an entry builds is up to the catalogue.
/// static LINES: &[Entry<dyn Fn(f64) -> f64>] = &[Entry {
///     name: "line",
///     summary: "slope · x",
///     parameters: || vec![Parameter::positive("slope", "the slope")],
///     build: |values| {
///         let slope = values[0].real();
///         Ok(Box::new(move |x| slope * x))
///     },
/// }];
/// let line = Choice::new(&LINES[0], &[("slope", Value::Real(3.0))]).unwrap();
/// assert_eq!(line.to_string(), "line(slope=3)");
/// assert_eq!(line.build(LINES).unwrap()(2.0), 6.0);
/// assert!(Choice::new(&LINES[0], &[("slope", Value::Real(-3.0))]).is_err());
/// assert!(!Kind::POSITIVE.accepts(&Value::Real(0.0)));
/// ```
pub struct Entry<T: ?Sized + 'static> {
    /// Its name in the YAML.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Its parameters, in the order of labels and documentation.
    pub parameters: fn() -> Vec<Parameter>,
    /// Builds it from arguments of the right kinds, one a parameter, in order.
    pub build: fn(&[Value]) -> Result<Box<T>, Invalid>,
}

/// An argument, or a combination of arguments, that an entry does not accept.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{parameter}: {expected}")]
pub struct Invalid {
    /// The parameter whose argument is invalid.
    pub parameter: &'static str,
    /// What it must be.
    pub expected: &'static str,
}

/// A checked choice: a name of a catalogue with one argument a parameter that is set.
///
/// - the arguments are in the order of the entry's parameters, defaults filled in;
/// - each is of its parameter's kind and within its bounds;
/// - the entry's `build` accepts them.
///
/// Its `Display` is the canonical label, `name` or `name(parameter=value, …)`: equal choices have equal
/// labels, and labels are what seeds and cell keys are derived from.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    name: &'static str,
    arguments: Vec<(&'static str, Value)>,
}

impl Choice {
    /// The choice of `entry` with `given` arguments, the others at their defaults.
    ///
    /// # Errors
    /// The first parameter that is missing, of the wrong kind, or that the build refuses.
    pub fn new<T: ?Sized>(entry: &Entry<T>, given: &[(&str, Value)]) -> Result<Choice, Invalid> {
        let mut arguments = Vec::new();
        for parameter in entry.parameters_of(given) {
            let value =
                given.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| value.clone());
            let value = value
                .or(parameter.default)
                .ok_or(Invalid { parameter: parameter.name, expected: "must be given" })?;
            if value == Value::Unset {
                continue;
            }
            if !parameter.kind.accepts(&value) {
                return Err(Invalid { parameter: parameter.name, expected: "is out of its bounds" });
            }
            arguments.push((parameter.name, value.unsigned_zero()));
        }
        arguments.extend(name::open(entry, given)?);
        let choice = Choice { name: entry.name, arguments };
        (entry.build)(&choice.values(entry))?;
        Ok(choice)
    }

    /// The entry's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The arguments by parameter name.
    pub fn arguments(&self) -> &[(&'static str, Value)] {
        &self.arguments
    }

    /// Builds the instance from the catalogue that the choice was made from.
    ///
    /// # Errors
    /// None for a catalogue that holds the choice's entry; otherwise [`Invalid`] with the unknown name.
    pub fn build<T: ?Sized>(&self, catalogue: &[Entry<T>]) -> Result<Box<T>, Invalid> {
        let entry = catalogue
            .iter()
            .find(|entry| entry.name == self.name)
            .ok_or(Invalid { parameter: self.name, expected: "must be a name of this catalogue" })?;
        (entry.build)(&self.values(entry))
    }

    /// One value a parameter, unset ones among them.
    fn values<T: ?Sized>(&self, entry: &Entry<T>) -> Vec<Value> {
        let given = |name: &str| self.arguments.iter().find(|(argument, _)| *argument == name);
        let value =
            |parameter: Parameter| given(parameter.name).map_or(Value::Unset, |(_, value)| value.clone());
        entry.parameters_of(&self.arguments).into_iter().map(value).collect()
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        for (i, (name, value)) in self.arguments.iter().enumerate() {
            write!(f, "{}{name}={value}", if i == 0 { "(" } else { ", " })?;
        }
        if self.arguments.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Real(x) => write!(f, "{x}"),
            Value::Whole(x) => write!(f, "{x}"),
            Value::Flag(x) => write!(f, "{x}"),
            Value::Word(x) => write!(f, "{x}"),
            Value::Reals(xs) => list(f, xs),
            Value::Wholes(xs) => list(f, xs),
            Value::Text(text) => f.write_str(&text::quoted(text)),
            Value::Texts(texts) => list(f, &texts.iter().map(|text| text::quoted(text)).collect::<Vec<_>>()),
            Value::File(file) => f.write_str(&text::quoted(&file.name())),
            Value::Files(files) => {
                let words: Vec<String> =
                    files.iter().map(|file| text::quoted(&file.word()).into_owned()).collect();
                list(f, &words)
            }
            Value::Unset => Ok(()),
        }
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, xs: &[T]) -> fmt::Result {
    f.write_str("[")?;
    for (i, x) in xs.iter().enumerate() {
        write!(f, "{}{x}", if i == 0 { "" } else { ", " })?;
    }
    f.write_str("]")
}
