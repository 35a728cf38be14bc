//! Reading a study file and opening a run directory.

use crate::args::StudyFile;
use crate::exit::Failure;
use std::io::Read;
use std::path::{Path, PathBuf};
use tempered_pipeline::directory::warning;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::spec::{Edit, Source};
use tempered_pipeline::{Error, RunDirectory, spec};

/// Where runs of a study go unless they are told.
pub fn home(name: &str) -> PathBuf {
    Path::new("runs").join(name)
}

/// Reads, edits and checks a study file, for this run directory or the one of its name: it may exist.
pub fn plan(file: &StudyFile, directory: Option<&Path>) -> Result<Plan, Failure> {
    let bytes = read(&file.study)?;
    let mut edits = Vec::new();
    for edit in &file.set {
        let Some((path, value)) = edit.split_once('=') else {
            return Err(Failure::Usage(format!("--set {edit}: expected PATH=VALUE, e.g. --set trials=100")));
        };
        edits.push(Edit::set(path, value));
    }
    edits.extend(file.unset.iter().map(|path| Edit::unset(path)));
    let name = file.study.display().to_string();
    let place = Source { name: &name, folder: folder(&file.study) };
    let study = spec::parse_recorded(&bytes, place, &edits)?;
    let directory = directory.map_or_else(|| home(&study.name), Path::to_path_buf);
    let is_there = |label: &str| directory.join("metrics").join(format!("estimator={label}")).is_dir();
    let mut labels = study.estimators.iter().map(|estimator| &*estimator.name);
    if labels.all(|label| !spec::is_reserved(label) || is_there(label)) {
        return Ok(Plan::new(study));
    }
    Ok(Plan::new(spec::parse(&bytes, place, &edits)?))
}

/// The folder that paths in a study count from: its own, or the current one where the study comes through a pipe.
fn folder(study: &Path) -> &Path {
    let current = Path::new("");
    // Standard input has the path of a file where the shell reads it from one.
    let is_stream = study.starts_with("/dev") || study.starts_with("/proc") || !study.is_file();
    if is_stream { current } else { study.parent().unwrap_or(current) }
}

/// Opens a run directory and the study recorded in it.
pub fn recorded(path: &Path) -> Result<(Plan, RunDirectory), Failure> {
    let directory = RunDirectory::open(path)?;
    if let Some(warning) = warning(&directory)? {
        eprintln!("warning: {warning}");
    }
    let bytes = directory.read_record("study.yaml")?.ok_or_else(|| Error::NoStudy(path.to_path_buf()))?;
    let name = path.join("_tempered/study.yaml").display().to_string();
    let plan = Plan::new(spec::parse_recorded(&bytes, &name, &[])?).in_directory(&directory)?;
    Ok((plan, directory))
}

/// Reads a study that the user named; of a file that is too large no more than shows that it is.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path);
    let read = file.and_then(|file| file.take(spec::LARGEST_FILE as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|source| Failure::File { place: path.display().to_string(), source })?;
    Ok(bytes)
}
