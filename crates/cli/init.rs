//! `tempered init`.

use crate::args::Init;
use crate::exit::{Ending, Failure};
use std::io::Write;
use std::path::Path;

const STUDY: &str = include_str!("../../pipelines/quickstart.yaml");
/// A study of an estimator in Python, and its worker.
const PYTHON_STUDY: &str = include_str!("../python/template/study.yaml");
const PYTHON_WORKER: &str = include_str!("../python/template/worker.py");
/// What the study calls its worker.
const WORKER: &str = "worker.py";

/// Writes a study to a new file: the quickstart, or one whose estimator is a program, with that program beside it.
pub fn init(options: &Init) -> Result<Ending, Failure> {
    let place = options.path.display().to_string();
    if options.python {
        let worker = options.path.with_extension("py");
        let name = worker.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Neither is written where one of them is there.
        if worker.exists() {
            return Err(exists(&worker));
        }
        write(&options.path, &PYTHON_STUDY.replace(WORKER, &name))?;
        write(&worker, PYTHON_WORKER)?;
        eprintln!("wrote {place} and {}; run it with: tempered run {place} --report", worker.display());
        return Ok(Ending::Done);
    }
    write(&options.path, STUDY)?;
    eprintln!("wrote {place}; run it with: tempered run {place}");
    Ok(Ending::Done)
}

fn exists(path: &Path) -> Failure {
    Failure::Usage(format!("{} exists already; give another path", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = std::fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => exists(path),
        _ => Failure::File { place: path.display().to_string(), source },
    })
}
