//! `tempered init`.

use crate::args::Init;
use crate::exit::{Ending, Failure};
use std::io::Write;
use std::path::{Path, PathBuf};

const STUDY: &str = include_str!("../../pipelines/quickstart.yaml");

/// A study whose trials or estimators are programs of the user's, with a program to begin with.
struct Template {
    study: &'static str,
    worker: &'static str,
    /// What the study calls the worker.
    name: &'static str,
    /// The ending of its name.
    ending: &'static str,
    /// A file that the worker reads.
    beside: Option<(&'static str, &'static str)>,
}

/// The file that workers in R source.
const R: Option<(&str, &str)> = Some(("tempered.R", include_str!("../r/tempered.R")));

/// Of an estimator and of a whole trial, in Python and in R.
const TEMPLATES: [[Template; 2]; 2] = [
    [
        Template {
            study: include_str!("../python/template/study.yaml"),
            worker: include_str!("../python/template/worker.py"),
            name: "worker.py",
            ending: "py",
            beside: None,
        },
        Template {
            study: include_str!("../python/template/trial.yaml"),
            worker: include_str!("../python/template/trial.py"),
            name: "worker.py",
            ending: "py",
            beside: None,
        },
    ],
    [
        Template {
            study: include_str!("../r/template/study.yaml"),
            worker: include_str!("../r/template/worker.R"),
            name: "worker.R",
            ending: "R",
            beside: R,
        },
        Template {
            study: include_str!("../r/template/trial.yaml"),
            worker: include_str!("../r/template/trial.R"),
            name: "worker.R",
            ending: "R",
            beside: R,
        },
    ],
];

/// Writes a study to a new file: the quickstart, or one whose estimator or whole trial is a program, with that program beside it.
pub fn init(options: &Init) -> Result<Ending, Failure> {
    let place = options.path.display().to_string();
    if options.python || options.r {
        let [estimator, trial] = &TEMPLATES[usize::from(options.r)];
        return of_program(&options.path, if options.trial { trial } else { estimator });
    }
    if options.trial {
        return Err(Failure::Usage("--trial needs a language: --python or --r".into()));
    }
    write(&options.path, STUDY)?;
    eprintln!("wrote {place}; run it with: tempered run {place}");
    Ok(Ending::Done)
}

fn of_program(path: &Path, template: &Template) -> Result<Ending, Failure> {
    let worker = path.with_extension(template.ending);
    let name = worker.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside: Option<(PathBuf, &str)> =
        template.beside.map(|(name, text)| (path.with_file_name(name), text));
    // The same file may serve several studies of a folder.
    let beside =
        beside.filter(|(path, text)| !std::fs::read(path).is_ok_and(|there| there == text.as_bytes()));
    // Nothing is written where one of them is there.
    let others = [Some(&worker), beside.as_ref().map(|(path, _)| path)];
    if let Some(there) = others.into_iter().flatten().find(|path| path.exists()) {
        return Err(exists(there));
    }
    write(path, &template.study.replace(template.name, &name))?;
    write(&worker, template.worker)?;
    let mut wrote = format!("{} and {}", path.display(), worker.display());
    if let Some((path, text)) = &beside {
        write(path, text)?;
        wrote += &format!(" with {}", path.display());
    }
    eprintln!("wrote {wrote}; run it with: tempered run {} --report", path.display());
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
