//! Tables of numbers in users' files.

use std::path::{Path, PathBuf};
use tempered_math::catalogue::{Choice, Value};
use tempered_math::space::rows::Table;
use tempered_store::{Number, UserFile};

/// What a design of rows says of its table.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'a> {
    /// The name of its file.
    pub name: String,
    path: &'a Path,
    /// What its content hashes to.
    pub digest: Option<&'a str>,
    response: &'a str,
    features: Option<&'a [String]>,
    /// Whether features are centred and scaled by the training set.
    pub standardise: bool,
}

impl<'a> Wanted<'a> {
    /// That of a design; `None` where it is a law.
    pub fn of(design: &'a Choice) -> Option<Wanted<'a>> {
        let argument = |name: &str| {
            let found = design.arguments().iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value)
        };
        (design.name() == super::rows::ROWS).then_some(())?;
        let file = argument("file")?.file()?;
        Some(Wanted {
            name: file.name().into_owned(),
            path: file.path(),
            digest: argument("digest").and_then(Value::text),
            response: argument("response")?.text()?,
            features: argument("features").and_then(Value::texts),
            standardise: argument("standardise").is_some_and(Value::flag),
        })
    }

    /// What tells tables apart: content and columns.
    pub fn key(&self) -> String {
        format!("{:?}", (self.digest, self.response, self.features))
    }

    /// Where the file may lie: at its path, or under its name in the current folder.
    fn places(&self) -> Vec<PathBuf> {
        let name = self.path.file_name().map(PathBuf::from);
        [Some(self.path.to_path_buf()), name].into_iter().flatten().collect()
    }

    /// Reads the table.
    ///
    /// # Errors
    /// No file in one of its places has the content; a message that says what to do.
    pub fn read(&self) -> Result<Table, String> {
        let mut why = Vec::new();
        for place in self.places() {
            let file = match UserFile::open(&place, None) {
                Ok(file) => file,
                Err(error) => {
                    why.push(error.to_string());
                    continue;
                }
            };
            match self.digest {
                Some(digest) if file.digest() != digest => {
                    let is = file.digest();
                    why.push(format!(
                        "{}: its content has changed: digest {is}, expected {digest}",
                        place.display()
                    ));
                }
                _ => return self.table(&file),
            }
        }
        Err(format!(
            "{}; put the file of this content back to compute trials, which analysis does not need",
            why.join("; ")
        ))
    }

    fn table(&self, file: &UserFile) -> Result<Table, String> {
        let Columns { features, response: (_, y) } = Columns::read(file, self.response, self.features)?;
        let d = features.len();
        let mut x = vec![0.0; d * y.len()];
        for (k, (_, column)) in features.iter().enumerate() {
            x.iter_mut().skip(k).step_by(d).zip(column).for_each(|(x, value)| *x = *value);
        }
        Table::new(d, x, y).map_err(|why| format!("{}: {why}", self.path.display()))
    }
}

/// Columns of finite numbers, by their names in the file.
pub(crate) struct Columns {
    /// Those of x.
    pub features: Vec<(String, Vec<f64>)>,
    /// That of y.
    pub response: (String, Vec<f64>),
}

impl Columns {
    /// Reads the response, and the features or else all columns of numbers but the response.
    ///
    /// # Errors
    /// A column that is not there, is there twice, or holds something else than finite numbers, with its line or row.
    pub fn read(file: &UserFile, response: &str, features: Option<&[String]>) -> Result<Columns, String> {
        let told = |why: tempered_store::Unusable| why.to_string();
        let titles = file.titles().map_err(told)?;
        let response = title(&titles, response)?;
        let names: Vec<String> = match features {
            Some(features) => features.iter().map(|name| title(&titles, name)).collect::<Result<_, _>>()?,
            None => {
                file.numeric_titles().map_err(told)?.into_iter().filter(|name| *name != response).collect()
            }
        };
        if names.is_empty() {
            return Err(format!("no column of numbers but the response `{response}`"));
        }
        if let Some(twice) = names.iter().enumerate().find(|(k, name)| names[..*k].contains(name)) {
            return Err(format!("two columns are called `{}`, expected each once", twice.1));
        }
        let all: Vec<&str> = names.iter().chain([&response]).map(String::as_str).collect();
        let columns = file.read(&all).map_err(told)?;
        let finite = columns.into_iter().zip(&all).map(|(column, name)| values(file, name, column));
        let mut columns = finite.collect::<Result<Vec<Vec<f64>>, String>>()?;
        let y = columns.pop().unwrap_or_default();
        Ok(Columns { features: names.into_iter().zip(columns).collect(), response: (response, y) })
    }
}

fn values(file: &UserFile, name: &str, column: Vec<Number>) -> Result<Vec<f64>, String> {
    if let Some(Number { row, value, .. }) = column.iter().find(|number| !number.value.is_finite()) {
        return Err(format!("{}: column `{name}` is {value}, expected a finite number", file.at(*row)));
    }
    Ok(column.into_iter().map(|number| number.value).collect())
}

/// Titles that a message names.
const NAMED: usize = 20;

/// The title of a column: as it is written, or else in any case.
///
/// # Errors
/// There is none, or more than one.
pub(super) fn title(titles: &[String], name: &str) -> Result<String, String> {
    let exact: Vec<&String> = titles.iter().filter(|title| *title == name).collect();
    let lower = name.to_lowercase();
    let found = match exact.is_empty() {
        true => titles.iter().filter(|title| title.to_lowercase() == lower).collect(),
        false => exact,
    };
    match found[..] {
        [one] => Ok(one.clone()),
        [] => {
            let named: Vec<&str> = titles.iter().take(NAMED).map(String::as_str).collect();
            Err(format!("names no column of the table, `{name}`; there are {}", named.join(", ")))
        }
        _ => Err(format!("names {} columns of the table, `{name}`, expected one", found.len())),
    }
}
