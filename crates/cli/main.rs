//! The `tempered` command.

mod analyze;
mod args;
mod at_work;
mod backtrace;
mod catalogue;
mod check_worker;
mod data;
mod diff;
mod exit;
mod fit;
mod init;
mod merge;
mod next_steps;
mod output;
mod place;
mod plan;
mod progress;
mod query;
mod replay;
mod report;
mod run;
mod signals;
mod status;
mod study;
mod submit;
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
        Command::Status(mut options) => {
            place::look_at(&mut options.directory)?;
            status::status(&options)
        }
        Command::Analyze(mut options) => {
            place::look_at(&mut options.directory)?;
            analyze::analyze(&options)
        }
        Command::Report(mut options) => {
            place::look_at(&mut options.directory)?;
            report::report(&options)
        }
        Command::Query(mut options) => {
            place::look_at(&mut options.directory)?;
            query::query(&options)
        }
        Command::Verify(mut options) => {
            if options.repair && place::url(&options.directory).is_some() {
                return Err(Failure::Usage("--repair mends directories: `tempered pull` it first".into()));
            }
            place::look_at(&mut options.directory)?;
            verify::verify(&options)
        }
        Command::Replay(mut options) => {
            place::look_at(&mut options.directory)?;
            replay::replay(&options)
        }
        Command::Fit(options) => fit::fit(&options),
        Command::Submit(options) => submit::submit(&options),
        Command::Merge(options) => merge::run(&options),
        Command::Pull(options) => place::pull(&options),
        Command::List => catalogue::list(),
        Command::CheckWorker(file) => check_worker::check_worker(&file),
        Command::Init(options) => init::init(&options),
        Command::Schema => catalogue::schema(),
        Command::Completions { shell } => catalogue::completions(shell),
    }
}
