//! The command line.

use clap::builder::Resettable;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Monte Carlo studies of how interpolating estimators overfit noise.
#[derive(Parser)]
#[command(name = "tempered", version, about, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

/// Reads the command line and the environment; ends the process, with a message, where they make no sense or ask for help.
pub fn read() -> Arguments {
    let mut command = without_empty(Arguments::command());
    let matches = command.get_matches_mut();
    Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
}

/// A command for which an environment variable that is set to nothing is not set, as for the shell's `${NAME:-default}`.
fn without_empty(command: clap::Command) -> clap::Command {
    let is_empty =
        |arg: &clap::Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    let command = command.mut_args(|arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg });
    command.mut_subcommands(without_empty)
}

const EXIT_CODES: &str = "Exit codes: 0 done, 2 bad usage or YAML or the plan differs, 3 more failed trials than allowed, or all of them, \
4 nothing to analyse, 5 the study is not complete (verify, and run --strict where its share is done), \
65 stored data are wrong, 74 input or output, 75 stopped or busy (run again to go on), 70 a trial over its time, or a bug";

#[derive(Subcommand)]
pub enum Command {
    /// Run a study; on a directory that exists, go on where it stopped.
    Run(Run),
    /// Show what a study amounts to: cells, trials, shards, bytes, time.
    Plan(Plan),
    /// Show how far a run is.
    Status(Status),
    /// Compute tables and verdicts from a run directory.
    Analyze(Analyze),
    /// Write a page that shows what a run says: DIRECTORY/report/index.html, or another file.
    Report(Report),
    /// Answer SQL over the tables metrics, weights and checkpoints of a run directory.
    Query(Query),
    /// Read every data file of a run directory and say what is wrong with which.
    Verify(Verify),
    /// Recompute one trial from its seed and compare it with what is stored.
    Replay(Replay),
    /// Fit an estimator to data of your own (columns x and y of a CSV or Parquet file).
    Fit(Fit),
    /// Print a script that shares a study among the workers of a batch engine, or send it.
    Submit(Submit),
    /// Copy what workers published at the address of an object store into a run directory.
    Pull(Pull),
    /// Join run directories of one study, with proof, and say what is missing.
    Merge(Merge),
    /// List designs, targets, noises and estimators with their parameters.
    List,
    /// Ask the programs of a study about three trials, and say what is not as they claim.
    CheckWorker(StudyFile),
    /// Write a study to start from.
    Init(Init),
    /// Print the JSON schema (draft-07) of study files.
    Schema,
    /// Print a completion script.
    Completions {
        /// For this shell.
        shell: clap_complete::Shell,
    },
}

/// A study file and edits to it.
#[derive(Args)]
pub struct StudyFile {
    /// The study (YAML).
    pub study: PathBuf,
    /// Change an entry, e.g. --set generate.n=[100,1000]; repeatable, recorded in the run directory.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Remove an entry, after all changes, e.g. --unset train.spline; repeatable.
    #[arg(long = "unset", value_name = "PATH")]
    pub unset: Vec<String>,
}

#[derive(Args)]
pub struct Threads {
    /// Threads to work with, 1 to 1024 [default: one a core].
    #[arg(long, env = "TEMPERED_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Threads {
    /// How many these are.
    pub fn count(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(all, usize::from)
    }
}

#[derive(Args)]
pub struct Run {
    #[command(flatten)]
    pub file: StudyFile,
    /// Run directory [default: runs/NAME], or the address of an object store, e.g. s3://bucket/prefix, where work is shared as with
    /// --join.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Where files lie until they are published at such an address [default: the system's folder for temporary files].
    #[arg(long, value_name = "FOLDER", env = "TEMPERED_SCRATCH")]
    pub scratch: Option<PathBuf>,
    /// Delete what runs made in the run directory and start over.
    #[arg(long)]
    pub fresh: bool,
    /// Don't ask before anything is deleted or computed again.
    #[arg(long)]
    pub yes: bool,
    /// Bring back the files as they were before their columns were added to last, and run nothing.
    #[arg(long, conflicts_with_all = ["fresh", "shard", "report"])]
    pub undo: bool,
    #[command(flatten)]
    pub threads: Threads,
    /// Do share K of N; others may run at the same time into the same directory.
    #[arg(long, value_name = "K/N")]
    pub shard: Option<String>,
    /// Share the work with any number of other processes that join: each takes what nobody has begun, and at the end what others have
    /// not finished. Ends with 0 when nothing is missing, without a table.
    #[arg(long, conflicts_with_all = ["shard", "fresh", "undo", "report", "strict"])]
    pub join: bool,
    /// End with 5 rather than 0 where this share is done and others of the study are not.
    #[arg(long)]
    pub strict: bool,
    /// Stop after this long, e.g. 90s, 30m, "1h 30m" or 08:00:00; at most 2 s and the trials in hand beyond it.
    #[arg(long, value_name = "TIME")]
    pub max_time: Option<String>,
    /// End with an error if one trial of an estimator takes longer than this, e.g. 10s or 00:10:00; what is stored stays.
    #[arg(long, value_name = "TIME")]
    pub trial_time: Option<String>,
    /// Write the report at the end.
    #[arg(long)]
    pub report: bool,
    /// Say in full how the table is to be read and how verdicts come about.
    #[arg(long)]
    pub explain: bool,
    /// Show every series, however many there are.
    #[arg(long)]
    pub all: bool,
    /// How to show progress.
    #[arg(long, value_enum, default_value_t = Progress::Auto, env = "TEMPERED_PROGRESS")]
    pub progress: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    Auto,
    Bar,
    Plain,
    Json,
    None,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Json,
}

#[derive(Args)]
pub struct Plan {
    #[command(flatten)]
    pub file: StudyFile,
    /// Compare with what this run directory holds: what would stay, be computed again, or be refused.
    #[arg(long, value_name = "DIRECTORY")]
    pub diff: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

#[derive(Args)]
pub struct Status {
    /// The run directory.
    pub directory: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// List every cell, however many there are.
    #[arg(long)]
    pub all: bool,
    /// Print which shares K of `--shard K/N` have shards that are missing, as Slurm's --array takes them, and nothing else.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub gaps: Option<u64>,
}

/// What curves compare.
#[derive(Clone, Copy, ValueEnum)]
pub enum Statistic {
    Median,
    Mean,
}

#[derive(Args)]
pub struct Analyze {
    /// The run directory; the run may still be going.
    pub directory: PathBuf,
    /// Read series along this coordinate: n, checkpoint, a parameter such as width or noise_sd, estimator, design, target
    /// or noise [default: what the study says, else n].
    #[arg(long, value_name = "COORDINATE")]
    pub along: Option<String>,
    /// Follow this column of numbers, or failed, the share of failed trials; repeatable [default: what the study says, else
    /// the risks].
    #[arg(long = "quantity", value_name = "NAME")]
    pub quantities: Vec<String>,
    /// What curves compare [default: what the study says, else medians, and means of shares and of what is tied].
    #[arg(long, value_enum)]
    pub statistic: Option<Statistic>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// State how many trials bring the relative standard error of median and mean down to this [default: 0.01].
    #[arg(long, value_name = "SHARE")]
    pub error: Option<f64>,
    /// Say in full how the table is to be read, how verdicts come about, and how Polars and DuckDB read the files.
    #[arg(long)]
    pub explain: bool,
    /// Show every series, however many there are.
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Args)]
pub struct Report {
    /// The run directory; the run may still be going.
    pub directory: PathBuf,
    /// Write the page to this file instead.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Also write every figure as SVG and PNG into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub figures: Option<PathBuf>,
    /// Also write every table as CSV, Markdown and LaTeX into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub tables: Option<PathBuf>,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QueryFormat {
    Table,
    Csv,
    Json,
}

#[derive(Args)]
pub struct Query {
    /// The run directory.
    pub directory: PathBuf,
    /// The query, e.g. "SELECT estimator, n, AVG(risk_l1) FROM metrics GROUP BY estimator, n".
    pub sql: String,
    /// How to print.
    #[arg(long, value_enum, default_value_t = QueryFormat::Table)]
    pub format: QueryFormat,
}

#[derive(Args)]
pub struct Verify {
    /// The run directory.
    pub directory: PathBuf,
    /// Also recompute rows drawn at random from their seeds and compare bits: a number of them or a share, e.g. 0.1%.
    #[arg(long, value_name = "ROWS")]
    pub recompute: Option<String>,
    /// Move what is wrong to _quarantine and compute it again.
    #[arg(long)]
    pub repair: bool,
    #[command(flatten)]
    pub threads: Threads,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

#[derive(Args)]
pub struct Replay {
    /// The run directory.
    pub directory: PathBuf,
    /// The estimator's label, or the name of several variants.
    #[arg(long)]
    pub estimator: String,
    /// Coordinates of the variant and of the data, e.g. width=50 or noise_sd=1.
    #[arg(long = "where", value_name = "NAME=VALUE")]
    pub wanted: Vec<String>,
    /// Points a trial.
    #[arg(long)]
    pub n: u64,
    /// The trial's number.
    #[arg(long)]
    pub trial: u64,
    /// How to print; JSON holds data and weights.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Engines that start workers.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// A job array.
    Slurm,
    /// An indexed job.
    Kubernetes,
    /// A program in Python that runs tasks.
    Ray,
    /// A task array.
    Hyperqueue,
    /// GNU parallel, on this host or on several.
    Parallel,
}

#[derive(Args)]
pub struct Submit {
    /// Which engine.
    pub engine: Engine,
    #[command(flatten)]
    pub file: StudyFile,
    /// Run directory, which all workers must see.
    #[arg(long)]
    pub out: PathBuf,
    /// How many workers; they need not divide anything.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub workers: u32,
    /// Cores of a worker.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub cpus: u32,
    /// Memory of a worker.
    #[arg(long, value_name = "SIZE", default_value = "2G")]
    pub memory: String,
    /// How long a worker may take, where the engine asks; it stops two minutes before, of short times a quarter, and is queued
    /// again.
    #[arg(long, value_name = "TIME", default_value = "01:00:00")]
    pub time: String,
    /// The program, as workers find it.
    #[arg(long, value_name = "PATH", default_value = "tempered")]
    pub program: String,
    /// Kubernetes: the image that holds the program.
    #[arg(long, value_name = "IMAGE", default_value = "tempered:latest")]
    pub image: String,
    /// Kubernetes: the persistent volume claim that holds the study and the run directory.
    #[arg(long, value_name = "NAME", default_value = "tempered")]
    pub volume: String,
    /// Kubernetes: where that is mounted.
    #[arg(long, value_name = "PATH", default_value = "/work")]
    pub mount: String,
    /// Use this script, with {{command}} and the other names of the built-in ones in the places of values.
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Hand the script to the engine instead of printing it.
    #[arg(long)]
    pub send: bool,
}

#[derive(Args)]
pub struct Pull {
    /// The address, e.g. s3://bucket/prefix.
    pub url: String,
    /// The run directory: a new one, or one that was pulled before, which gains what it lacks.
    pub directory: PathBuf,
}

#[derive(Args)]
pub struct Merge {
    /// The run directories, all of one plan.
    #[arg(required = true)]
    pub directories: Vec<PathBuf>,
    /// Where to: a new directory, or one of the same plan, which gains what it lacks.
    #[arg(long, value_name = "DIRECTORY")]
    pub out: PathBuf,
    /// Tell what is missing as shares of so many [default: as many as directories].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub of: Option<u64>,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FitFormat {
    Human,
    Json,
    Csv,
}

#[derive(Args)]
pub struct Fit {
    /// CSV with a header, or Parquet; - reads CSV from standard input.
    pub data: PathBuf,
    /// A name or an inline YAML value, e.g. '{min_norm: {penalise_bias: false}}'.
    #[arg(long, default_value = "min_norm")]
    pub estimator: String,
    /// Print f̂ at the x of this file (CSV or Parquet, - for standard input) rather than the predictor.
    #[arg(long, value_name = "FILE")]
    pub at: Option<PathBuf>,
    /// Column of x, in any case.
    #[arg(long, value_name = "COLUMN", default_value = "x")]
    pub x: String,
    /// Column of y, in any case.
    #[arg(long, value_name = "COLUMN", default_value = "y")]
    pub y: String,
    /// What separates the fields of CSV: one character, or tab [default: the one of , ; and tab that the header has].
    #[arg(long, value_name = "CHARACTER")]
    pub separator: Option<String>,
    /// What to do with points that share an x where the estimator takes each x once; all others take them as they are.
    #[arg(long, value_enum, default_value_t = Ties::Error)]
    pub ties: Ties,
    /// How to print; CSV holds knots with their slope changes, or entries of the predictor's form (see `tempered list`).
    #[arg(long, value_enum, default_value_t = FitFormat::Human)]
    pub format: FitFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ties {
    /// Say which rows.
    Error,
    /// Take the mean of their y, whatever the estimator.
    Mean,
}

#[derive(Args)]
pub struct Init {
    /// Where to write it.
    #[arg(default_value = "study.yaml")]
    pub path: PathBuf,
    /// Write a study of an estimator in Python, and that beside it.
    #[arg(long)]
    pub python: bool,
    /// Write a study of an estimator in R, and that beside it.
    #[arg(long, conflicts_with = "python")]
    pub r: bool,
    /// With --python or --r: a study of whole trials instead.
    #[arg(long)]
    pub trial: bool,
}
