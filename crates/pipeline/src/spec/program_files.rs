//! What the files of a program add to what a study says of it: where they lie, and what they hold.

use super::process::{DIGEST, PROCESS, argument};
use super::read::{Errors, Field, quoted};
use super::source::Source;
use super::sweep::{Given, Slot};
use tempered_math::catalogue::{Choice, FileName, Kind, Value};

/// Completes what is written of a program: where its files lie, and what they hold.
pub(super) fn complete<'a>(
    given: &mut Vec<Given<'a>>,
    place: &Field<'a>,
    home: Source<'_>,
    errors: &mut Errors,
) -> Option<()> {
    let fixed = |one: &&Given<'_>| {
        ["command", "files", "metrics", DIGEST].contains(&one.parameter)
            && !matches!(one.slot, Slot::Value(_))
    };
    if let Some(one) = given.iter().find(fixed) {
        errors.helped(&one.field, "must be one list", Some("two programs are two estimators".into()));
        return None;
    }
    check_metrics(given, errors)?;
    locate(given, home);
    let value = |name: &str| given.iter().find(|one| one.parameter == name);
    let (Some(files), None) = (value("files"), value(DIGEST)) else { return Some(()) };
    let Slot::Value(Value::Files(names)) = &files.slot else { return None };
    match digest(names) {
        Ok(digest) => {
            let slot = Slot::Value(Value::Text(digest));
            given.push(Given { parameter: DIGEST, kind: Kind::Text, slot, field: place.clone() });
            Some(())
        }
        Err(why) => {
            errors.push(&files.field, why);
            None
        }
    }
}

/// Refuses metrics whose columns would not be told from others.
fn check_metrics(given: &[Given<'_>], errors: &mut Errors) -> Option<()> {
    let Some(metrics) = given.iter().find(|one| one.parameter == "metrics") else { return Some(()) };
    let Slot::Value(Value::Texts(names)) = &metrics.slot else { return None };
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let keys = [
        "n",
        "d",
        "estimator",
        "cell",
        "trial",
        "status",
        "kinks",
        "design",
        "target",
        "noise",
        "checkpoint",
        "failed",
    ];
    let parts = [
        "risk_",
        "error_",
        "gap_max_",
        "edge_",
        "distance_",
        "design_",
        "target_",
        "noise_",
        "gaps_with_",
        "estimator_",
    ];
    let is_bad = |name: &&String| {
        !name.starts_with(|c: char| c.is_ascii_lowercase())
            || !name.chars().all(inner)
            || keys.contains(&name.as_str())
            || parts.iter().any(|part| name.starts_with(part))
            || given.iter().any(|one| one.parameter == name.as_str())
    };
    if let Some(name) = names.iter().find(is_bad) {
        let starts = quoted(&parts);
        let message = format!(
            "has the metric `{name}`, but one has small letters, digits and `_`, begins with none of {starts}, and is no key, parameter or other column"
        );
        errors.push(&metrics.field, message);
        return None;
    }
    Some(())
}

/// Replaces words that name files by absolute paths: what stands in the study counts from its folder, and what a flag says from
/// here.
fn locate(given: &mut [Given<'_>], home: Source<'_>) {
    for one in given.iter_mut().filter(|one| ["command", "files"].contains(&one.parameter)) {
        let is_of_study = *one.field.node.at.file == *home.name;
        let is_file = one.parameter == "files";
        let Slot::Value(Value::Files(words)) = &mut one.slot else { continue };
        for word in words {
            let path = if is_of_study { home.folder.join(word.path()) } else { word.path().to_path_buf() };
            if is_file || path.is_file() {
                *word = FileName::new(std::path::absolute(&path).unwrap_or(path));
            }
        }
    }
}

/// The digest of the contents of files in their order, each with its name and length.
fn digest(files: &[FileName]) -> Result<String, String> {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        let path = file.path();
        let bytes = std::fs::read(path)
            .map_err(|why| format!("names {}, which cannot be read: {why}", path.display()))?;
        let name = file.name();
        hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes());
        hasher.update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// Whether the files of a program still hold what its digest says; what is wrong where they do not.
pub(crate) fn check_files(estimator: &Choice) -> Result<(), String> {
    let Some(stated) = argument(estimator, DIGEST).and_then(Value::text) else { return Ok(()) };
    let files = argument(estimator, "files").map(Value::files).unwrap_or_default();
    let found = digest(files).map_err(|why| format!("{PROCESS} {why}"))?;
    if found == stated {
        return Ok(());
    }
    let names: Vec<String> = files.iter().map(|file| file.path().display().to_string()).collect();
    Err(format!("{} changed since the study was recorded: restore what was there", names.join(", ")))
}
