//! Errors of planning and running.

use std::path::PathBuf;
use tempered_math::catalogue::Invalid;
use tempered_math::sample::Degenerate;

/// Why a study could not be planned, run or replayed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The YAML is wrong.
    #[error(transparent)]
    Spec(#[from] crate::spec::SpecError),
    /// The run directory cannot be read or written.
    #[error(transparent)]
    Store(#[from] tempered_store::Error),
    /// A choice that was checked does not build.
    #[error("a checked choice does not build: {0}")]
    Choice(#[from] Invalid),
    /// A program that is an estimator cannot be used, or the machine ended it.
    #[error(transparent)]
    Process(#[from] tempered_process::Error),
    /// A program is not what the study or the directory says.
    #[error("{program}: {message}")]
    Program {
        /// The command.
        program: String,
        /// What differs, and what to do.
        message: String,
    },
    /// A depot refuses or does not answer.
    #[error(transparent)]
    Depot(#[from] tempered_depot::Error),
    /// A depot that holds another study.
    #[error(
        "{place} holds another study, or this one with other trials, levels or columns (_tempered/{record} differs): choose a new prefix, or `tempered pull` it and go on in a directory"
    )]
    OtherRecords {
        /// The depot.
        place: String,
        /// The record that differs.
        record: String,
    },
    /// A depot without a study.
    #[error("{0} holds no study that workers publish: there is no _tempered/study.yaml")]
    NoStudyThere(String),
    /// A table of a design cannot be read.
    #[error("{design}: {message}")]
    Table {
        /// The design.
        design: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// A formula of an estimator has no value in a cell.
    #[error("{parameter} {message} in the cell {cell}")]
    Formula {
        /// What the cell is.
        cell: String,
        /// The parameter.
        parameter: &'static str,
        /// What is wrong.
        message: String,
    },
    /// A record could not be written as JSON.
    #[error("a record cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The directory holds another study.
    #[error(
        "{directory} holds numbers this study would alter:\n{differences}\nrun with --fresh to start over, or give another directory with --out"
    )]
    PlanDiffers {
        /// The run directory.
        directory: PathBuf,
        /// One line a difference.
        differences: String,
    },
    /// A run of another study works in the directory.
    #[error(
        "{directory}: another run works there on another study; wait for it, stop it, or give another directory with --out"
    )]
    OtherStudy {
        /// The run directory.
        directory: PathBuf,
    },
    /// A directory whose files are to have other columns, which one process does.
    #[error(
        "{directory}: this study stores other columns there than before, which claims do not share; run it once without --join, then join"
    )]
    Grows {
        /// The run directory.
        directory: PathBuf,
    },
    /// A directory that is to be joined with others is of another study.
    #[error(
        "{directory} is of another plan than the first directory, and cannot be joined with it:\n{differences}"
    )]
    OtherPlan {
        /// The run directory.
        directory: PathBuf,
        /// One line a difference.
        differences: String,
    },
    /// A file that is to be joined with others is not sound.
    #[error("{path} {what}; nothing was copied: `tempered verify --repair {directory}` mends that directory")]
    Unsound {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
        /// Its run directory.
        directory: PathBuf,
    },
    /// Two files of one place hold other bytes.
    #[error(
        "{one} and {other} are of the same trials by the same rules, and hold other bytes: one of the machines computes wrong numbers; `tempered verify --recompute 1%` in both directories tells which. Nothing was copied"
    )]
    Contradicts {
        /// One.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// There is nothing to take back.
    #[error(
        "{0}: nothing to undo: its files have not been computed again for more columns, or `_former` was deleted"
    )]
    NothingFormer(PathBuf),
    /// The record of what decided the numbers cannot be used.
    #[error(
        "{path} {why}, so whether this study would alter the numbers there cannot be known; restore it, run with --fresh to start over, or give another directory with --out"
    )]
    NoRecord {
        /// The record.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Two records of one directory say different things.
    #[error(
        "{directory}: _tempered/study.yaml and _tempered/plan.json contradict each other:\n{differences}\none of them was changed after the run; restore it"
    )]
    RecordsDiffer {
        /// The run directory.
        directory: PathBuf,
        /// One line a difference.
        differences: String,
    },
    /// The seal is not as it was written.
    #[error("{path} is damaged; remove it and run the study again to seal what is there")]
    Seal {
        /// The record.
        path: PathBuf,
    },
    /// A directory without a study.
    #[error("{0} holds no study: expected _tempered/study.yaml; give a directory that `tempered run` made")]
    NoStudy(PathBuf),
    /// Nothing has this label.
    #[error("no estimator is labelled `{label}`: expected one of {known}")]
    NoEstimator {
        /// What was asked for.
        label: String,
        /// The labels there are.
        known: String,
    },
    /// Nothing has these coordinates.
    #[error("nothing has {asked}: there are {known}")]
    NoCoordinates {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: String,
    },
    /// No cell has this n.
    #[error("no cell has n = {n}: expected one of {known}")]
    NoCell {
        /// What was asked for.
        n: u64,
        /// The sizes there are.
        known: String,
    },
    /// A trial that has no predictor.
    #[error("the trial has no predictor: {0}")]
    Degenerate(#[from] Degenerate),
    /// Threads could not be started.
    #[error("threads are missing: {0}")]
    Pool(String),
    /// Asked to stop, and no time left for the shard in hand.
    #[error("stopped; the same command goes on where this one stopped")]
    Stopped,
    /// A stage failed.
    #[error("stage {stage}: {source}")]
    Stage {
        /// Which stage.
        stage: &'static str,
        /// Why.
        source: Box<Error>,
    },
    /// A stage panicked: a bug.
    #[error("stage {stage} panicked: {message}; this is a bug, please report it with the study")]
    Panicked {
        /// Which stage.
        stage: &'static str,
        /// What it said.
        message: String,
    },
}
