//! The `tempered` command.

mod analyze;
mod args;
mod backtrace;
mod catalogue;
mod check_worker;
mod data;
mod diff;
mod exit;
mod fit;
mod init;
mod next_steps;
mod output;
mod plan;
mod progress;
mod query;
mod replay;
mod report;
mod run;
mod signals;
mod status;
mod study;
mod theory;
mod time;
mod told;
mod verify;

use args::Command;
use exit::{Ending, Failure};
use std::process::ExitCode;

fn main() -> ExitCode {
    backtrace::switch_off();
    let arguments = args::read();
    exit::code(signals::limits_are_errors().and_then(|()| dispatch(arguments.command)))
}

fn dispatch(command: Command) -> Result<Ending, Failure> {
    match command {
        Command::Run(options) => run::run(&options),
        Command::Plan(options) => plan::plan(&options),
        Command::Status(options) => status::status(&options),
        Command::Analyze(options) => analyze::analyze(&options),
        Command::Report(options) => report::report(&options),
        Command::Query(options) => query::query(&options),
        Command::Verify(options) => verify::verify(&options),
        Command::Replay(options) => replay::replay(&options),
        Command::Fit(options) => fit::fit(&options),
        Command::List => catalogue::list(),
        Command::CheckWorker(file) => check_worker::check_worker(&file),
        Command::Init(options) => init::init(&options),
        Command::Schema => catalogue::schema(),
        Command::Completions { shell } => catalogue::completions(shell),
    }
}
