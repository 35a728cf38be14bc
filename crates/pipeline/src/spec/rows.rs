//! Designs that are rows of a table: what is written of them, and what their files add to it.
//!
//! The number of features follows from the columns, and the digest from the content of the file: both are parameters of the choice, so
//! that cells, seeds and file names are those of a content. A study that states both, as the one that a run records, reads no file.

use super::generate::Alternative;
use super::read::{Errors, Field, suggestion};
use super::source::Source;
use super::space::DIMENSION;
use super::sweep::{Given, Slot};
use super::table::{Columns, Wanted};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tempered_math::catalogue::{FileName, Kind, Value};
use tempered_store::UserFile;

/// The design.
pub(crate) const ROWS: &str = "rows";
const DIGEST: &str = "digest";

/// Rows of the tables that were read, by digest.
pub(super) type Counts = BTreeMap<String, u64>;

/// Completes what is written of such a design: where its file lies, what that holds and how many features.
pub(super) fn complete(
    alternative: &mut Alternative<'_>,
    home: Source<'_>,
    counts: &mut Counts,
    errors: &mut Errors,
) -> Option<()> {
    one_value(alternative, errors)?;
    let file = locate(alternative, home)?;
    if value(alternative, DIMENSION).is_some() && value(alternative, DIGEST).is_some() {
        return Some(());
    }
    let before = errors.count();
    let found = read(alternative, &file, errors)?;
    if errors.count() > before {
        return None;
    }
    counts.insert(found.digest.clone(), found.rows);
    for (parameter, is) in [(DIMENSION, Value::Whole(found.d)), (DIGEST, Value::Text(found.digest))] {
        agree(alternative, parameter, is, errors)?;
    }
    Some(())
}

/// What a file adds to what is written.
struct Found {
    d: u64,
    digest: String,
    rows: u64,
}

/// Refuses axes of what decides the columns: each table has its own number of features.
fn one_value(alternative: &Alternative<'_>, errors: &mut Errors) -> Option<()> {
    let one = |name: &str| ["file", "features", DIMENSION, DIGEST].contains(&name);
    let many = |given: &&Given<'_>| one(given.parameter) && !matches!(given.slot, Slot::Value(_));
    let Some(given) = alternative.given.iter().find(many) else { return Some(()) };
    let help =
        "several tables are several designs: design: [{rows: {file: a.csv, …}}, {rows: {file: b.csv, …}}]";
    errors.helped(&given.field, "must be one value", Some(help.into()));
    None
}

fn given<'g, 'a>(alternative: &'g Alternative<'a>, parameter: &str) -> Option<&'g Given<'a>> {
    alternative.given.iter().find(|given| given.parameter == parameter)
}

fn value<'g>(alternative: &'g Alternative<'_>, parameter: &str) -> Option<&'g Value> {
    match &given(alternative, parameter)?.slot {
        Slot::Value(value) => Some(value),
        Slot::Axis(_) | Slot::Formula(_) => None,
    }
}

/// Replaces the path by an absolute one: what stands in the study counts from its folder, and what a flag says from here.
fn locate(alternative: &mut Alternative<'_>, home: Source<'_>) -> Option<PathBuf> {
    let given = alternative.given.iter_mut().find(|given| given.parameter == "file")?;
    let Slot::Value(Value::File(file)) = &given.slot else { return None };
    let is_of_study = *given.field.node.at.file == *home.name;
    let path = if is_of_study { home.folder.join(file.path()) } else { file.path().to_path_buf() };
    // Where the current folder is not known, the path has to do as it is.
    let absolute = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
    given.slot = Slot::Value(Value::File(FileName::new(absolute)));
    Some(path)
}

/// Reads the file and checks its columns; what is wrong stands where the column is named, or the file.
fn read(alternative: &Alternative<'_>, path: &std::path::Path, errors: &mut Errors) -> Option<Found> {
    let place = given(alternative, "file").map(|given| &given.field)?;
    let unusable = |errors: &mut Errors, why: String| {
        errors.push(place, format!("names a table that cannot be used: {why}"));
    };
    let opened = UserFile::open(path, None).and_then(|file| file.titles().map(|titles| (file, titles)));
    let (file, titles) = match opened {
        Ok(opened) => opened,
        Err(why) => {
            unusable(errors, why.to_string());
            return None;
        }
    };
    let named = named(alternative, &titles, errors)?;
    let mut d = 0;
    let mut rows = 0;
    for response in &named.responses {
        match Columns::read(&file, response, named.features.as_deref()) {
            Ok(columns) => {
                (d, rows) = (columns.features.len() as u64, columns.response.1.len() as u64);
                check_constant(alternative, &columns, errors)?;
            }
            Err(why) => {
                unusable(errors, why);
                return None;
            }
        }
    }
    Some(Found { d, digest: file.digest(), rows })
}

/// Columns by the names that they have in the file.
struct Named {
    responses: Vec<String>,
    features: Option<Vec<String>>,
}

fn named(alternative: &Alternative<'_>, titles: &[String], errors: &mut Errors) -> Option<Named> {
    let column = |name: &str, field: &Field<'_>, errors: &mut Errors| {
        let found = super::table::title(titles, name);
        if let Err(why) = &found {
            errors.helped(field, why.clone(), suggestion(name, titles.iter().map(String::as_str)));
        }
        found.ok()
    };
    let response = given(alternative, "response")?;
    let words: Vec<&Value> = match &response.slot {
        Slot::Value(one) => vec![one],
        Slot::Axis(many) => many.iter().collect(),
        Slot::Formula(_) => return None,
    };
    let items = response.field.items(errors);
    let responses = words.iter().zip(&items).map(|(word, item)| column(word.text()?, item, errors));
    let responses: Vec<Option<String>> = responses.collect();
    let features = given(alternative, "features").map(|features| {
        let items = features.field.items(errors);
        let read = items.iter().map(|item| column(item.node.text()?, item, errors));
        let found: Vec<Option<String>> = read.collect();
        check_distinct(&items, &found, &responses, errors)?;
        found.into_iter().collect::<Option<Vec<String>>>()
    });
    let features = match features {
        Some(features) => Some(features?),
        None => None,
    };
    Some(Named { responses: responses.into_iter().collect::<Option<Vec<String>>>()?, features })
}

/// Refuses features that are there twice under two spellings, and such as are the response.
fn check_distinct(
    items: &[Field<'_>],
    found: &[Option<String>],
    responses: &[Option<String>],
    errors: &mut Errors,
) -> Option<()> {
    for (place, (item, name)) in items.iter().zip(found).enumerate() {
        let Some(name) = name else { continue };
        if responses.iter().flatten().any(|response| response == name) {
            errors.push(item, format!("is `{name}`, the response; leave it out of the features"));
            return None;
        }
        if found[..place].iter().flatten().any(|other| other == name) {
            errors.push(item, format!("is the column `{name}`, which is in this list before"));
            return None;
        }
    }
    Some(())
}

/// Refuses to scale what does not vary.
fn check_constant(alternative: &Alternative<'_>, columns: &Columns, errors: &mut Errors) -> Option<()> {
    let standardise = given(alternative, "standardise");
    let is_asked = standardise.is_some_and(|given| match &given.slot {
        Slot::Value(value) => value.flag(),
        Slot::Axis(values) => values.iter().any(Value::flag),
        Slot::Formula(_) => false,
    });
    let constant = |(_, values): &&(String, Vec<f64>)| values.iter().all(|value| *value == values[0]);
    let Some((name, _)) = columns.features.iter().find(constant).filter(|_| is_asked) else {
        return Some(());
    };
    let field = standardise.map_or(&alternative.place, |given| &given.field);
    let message = format!("asks to scale the column `{name}`, which is the same in all rows");
    errors.helped(field, message, Some("name the `features` without it".into()));
    None
}

/// Sets what follows from the file, or compares it with what is written.
fn agree(
    alternative: &mut Alternative<'_>,
    parameter: &'static str,
    is: Value,
    errors: &mut Errors,
) -> Option<()> {
    match value(alternative, parameter) {
        Some(written) if *written == is => Some(()),
        Some(written) => {
            let message = format!("is {written}, but that of the file is {is}");
            let help = format!("restore the file, or leave `{parameter}` out: it follows from the file");
            errors.helped(
                given(alternative, parameter).map_or(&alternative.place, |given| &given.field),
                message,
                Some(help),
            );
            None
        }
        None => {
            let kind = if parameter == DIMENSION { super::generate::FEATURES } else { Kind::Text };
            let field = alternative.place.clone();
            alternative.given.push(Given { parameter, kind, slot: Slot::Value(is), field });
            Some(())
        }
    }
}

/// Refuses what a table brings itself: laws beside it, and targets and noises that are some.
pub(super) fn check_parts(
    [designs, targets, noises]: [&[Alternative<'_>]; 3],
    errors: &mut Errors,
) -> Option<()> {
    let Some(rows) = designs.iter().find(|design| design.name == ROWS) else { return Some(()) };
    if let Some(law) = designs.iter().find(|design| design.name != ROWS) {
        let message = format!("is a law of x beside {}, whose responses are those of a table", rows.name);
        errors.helped(&law.item, message, Some("write two studies".into()));
        return None;
    }
    for (part, alternatives, without) in [("target", targets, "zero"), ("noise", noises, "none")] {
        if let Some(other) = alternatives.iter().find(|one| one.name != without) {
            let message = format!("is {}, but the responses of `rows` are those of its file", other.name);
            errors.helped(&other.item, message, Some(format!("leave `{part}` out")));
            return None;
        }
    }
    Some(())
}

/// Refuses training sets that leave no row of a table out.
pub(super) fn check_sizes(
    pairs: impl Iterator<Item = (u64, String)>,
    counts: &Counts,
    field: &Field<'_>,
    errors: &mut Errors,
) -> Option<()> {
    for (n, digest) in pairs {
        let Some(rows) = counts.get(&digest).filter(|rows| **rows <= n) else { continue };
        let most = rows.saturating_sub(1);
        let message = format!(
            "has n = {n}, but the table has {rows} rows; expected at most {most}, since risks are over the rows left out"
        );
        errors.push(field, message);
        return None;
    }
    Some(())
}

/// The digest of the table of a design that is one.
pub(super) fn digest(design: &tempered_math::catalogue::Choice) -> Option<String> {
    Wanted::of(design)?.digest.map(str::to_owned)
}
