//! Exit codes: the one table that decides them.

use std::process::ExitCode;
use tempered_depot::Error as Depot;
use tempered_pipeline::Error as Pipeline;
use tempered_store::{Error as Store, Unusable};

/// 70: a trial that takes too long, or a bug.
pub const BUG: u8 = 70;
/// 75: stopped; the same command goes on.
pub const STOPPED: u8 = 75;

/// How a command ended, where it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// 0: done.
    Done,
    /// 2: a run would be refused, since it would alter what is stored.
    Differs,
    /// 3: complete, but more failed trials than allowed, or every one failed.
    TooManyFailed,
    /// 5: what is there is sound, or this share is done and `--strict` asks for more; the study is not complete.
    Unfinished,
    /// 65: stored data are not what a run of the study stores.
    Mismatch,
    /// 75: stopped; the same command goes on.
    Stopped,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Planning or running.
    #[error(transparent)]
    Pipeline(#[from] Pipeline),
    /// Analysis.
    #[error(transparent)]
    Analysis(#[from] tempered_analysis::Error),
    /// The report.
    #[error(transparent)]
    Report(#[from] tempered_report::Error),
    /// A file named by the user, or standard output.
    #[error("{place}: {source}")]
    File {
        /// Which.
        place: String,
        /// Why.
        source: std::io::Error,
    },
    /// A user's data file that is no sample.
    #[error("{0}")]
    Data(String),
    /// The user declined, or a flag is out of its bounds.
    #[error("{0}")]
    Usage(String),
}

impl From<tempered_pipeline::spec::SpecError> for Failure {
    fn from(error: tempered_pipeline::spec::SpecError) -> Failure {
        Failure::Pipeline(error.into())
    }
}

impl From<Unusable> for Failure {
    fn from(error: Unusable) -> Failure {
        match error {
            Unusable::File { place, source } => Failure::File { place, source },
            Unusable::Content(what) => Failure::Data(what),
        }
    }
}

impl From<tempered_store::Error> for Failure {
    fn from(error: tempered_store::Error) -> Failure {
        Failure::Pipeline(error.into())
    }
}

/// Prints a failure and picks the exit code.
pub fn code(done: Result<Ending, Failure>) -> ExitCode {
    let code = match &done {
        Ok(Ending::Done) => 0,
        Ok(Ending::Differs) => 2,
        Ok(Ending::TooManyFailed) => 3,
        Ok(Ending::Unfinished) => 5,
        Ok(Ending::Mismatch) => 65,
        Ok(Ending::Stopped) => STOPPED,
        Err(Failure::File { place, source })
            if place == "stdout" && source.kind() == std::io::ErrorKind::BrokenPipe =>
        {
            0
        }
        Err(Failure::File { .. } | Failure::Report(_)) => 74,
        Err(Failure::Usage(_) | Failure::Data(_)) => 2,
        Err(Failure::Analysis(error)) => analysis(error),
        Err(Failure::Pipeline(error)) => pipeline(error),
    };
    if let Err(failure) = &done
        && code != 0
    {
        let text = failure.to_string();
        let prefix = if text.starts_with("error") { "" } else { "error: " };
        eprintln!("{prefix}{text}");
    }
    ExitCode::from(code)
}

fn analysis(error: &tempered_analysis::Error) -> u8 {
    use tempered_analysis::Error;
    match error {
        Error::Empty { .. } | Error::NoRisk { .. } | Error::NoTable { .. } => 4,
        Error::Read { source, .. } if !source.is_damage() => 74,
        Error::Read { .. } | Error::Foreign { .. } => 65,
        #[cfg(feature = "sql")]
        Error::Table { .. } => 65,
        Error::Folder { .. } => 74,
        Error::Changed { .. } => 75,
        Error::Threads { .. } => BUG,
        _ => 2,
    }
}

fn pipeline(error: &Pipeline) -> u8 {
    match error {
        Pipeline::Stage { source, .. } => pipeline(source),
        Pipeline::Store(Store::Busy { .. }) | Pipeline::OtherStudy { .. } | Pipeline::Stopped => STOPPED,
        Pipeline::Store(error) if error.is_damage() => 65,
        Pipeline::Store(_) | Pipeline::Depot(Depot::Request { .. }) => 74,
        Pipeline::Panicked { .. } | Pipeline::Choice(_) | Pipeline::Json(_) | Pipeline::Pool(_) => BUG,
        // What the machine did to a program, or a program to all trials, is none of the study.
        Pipeline::Process(error) if error.is_of_machine() => BUG,
        Pipeline::Degenerate(_)
        | Pipeline::RecordsDiffer { .. }
        | Pipeline::Seal { .. }
        | Pipeline::Unsound { .. }
        | Pipeline::Contradicts { .. } => 65,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// An error as a run tells it: of a stage, with the path.
    fn told(source: io::Error) -> Pipeline {
        let source = Box::new(tempered_store::Error::Io { path: "weights".into(), source }.into());
        Pipeline::Stage { stage: "store", source }
    }

    #[test]
    fn a_disk_that_refuses_is_no_damage() {
        for number in [5, 13, 27, 28, 30, 122] {
            assert_eq!(pipeline(&told(io::Error::from_raw_os_error(number))), 74, "{number}");
        }
        let damage = tempered_store::Error::NoChecksum { path: "weights".into() };
        assert_eq!(pipeline(&damage.into()), 65);
    }
}
