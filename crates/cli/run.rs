//! `tempered run`.

use crate::args::Run;
use crate::exit::{Ending, Failure};
use crate::{analyze, output, progress, study};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempered_pipeline::run::{Ending as Ended, Settings, run as run_plan};
use tempered_pipeline::{Cancel, RunDirectory};

/// Runs or resumes a study, then prints the table.
pub fn run(options: &Run) -> Result<Ending, Failure> {
    let plan = study::plan(&options.file)?;
    let path = options.out.clone().unwrap_or_else(|| PathBuf::from("runs").join(&plan.study.name));
    let settings = settings(options)?;
    if options.fresh && path.exists() {
        start_over(&path, options.yes)?;
    }
    let directory = RunDirectory::create(&path)?;
    let cancel = Cancel::new();
    stop_on_signals(&cancel)?;
    let allowed = plan.study.max_failed;
    let quantiles = plan.study.quantiles.clone();
    let watcher = progress::Watcher::new(options.progress);
    let outcome = run_plan(plan.clone(), &directory, &settings, &cancel, |watch| watcher.start(watch, &plan));
    watcher.finish();
    let outcome = outcome?;
    match outcome.ending {
        Ended::Stopped => {
            eprintln!("stopped; the same command goes on where this one stopped");
            return Ok(Ending::Stopped);
        }
        Ended::ShareDone => {
            eprintln!("this share is done; other shares of the study are not");
            return Ok(Ending::ShareDone);
        }
        Ended::Complete => {}
    }
    let summary = analyze::summarise(&path, &plan, &quantiles)?;
    output::print(&summary.table())?;
    output::print(&analyze::next_steps(&path))?;
    let share = outcome.failed as f64 / (outcome.counted as f64).max(1.0);
    if share > allowed {
        eprintln!(
            "{} of {} fits failed, more than max_failed = {allowed} allows",
            outcome.failed, outcome.counted
        );
        return Ok(Ending::TooManyFailed);
    }
    Ok(Ending::Done)
}

fn settings(options: &Run) -> Result<Settings, Failure> {
    let mut settings = Settings::default();
    if let Some(threads) = options.threads {
        if threads == 0 {
            return Err(Failure::Usage("--threads 0: expected at least 1".into()));
        }
        settings.threads = threads;
    }
    if let Some(text) = &options.shard {
        settings.share = share(text).ok_or_else(|| {
            Failure::Usage(format!("--shard {text}: expected K/N with 1 ≤ K ≤ N, e.g. 2/8"))
        })?;
    }
    if let Some(text) = &options.max_time {
        let time = duration(text).ok_or_else(|| {
            Failure::Usage(format!("--max-time {text}: expected a number with s, m or h, e.g. 30m"))
        })?;
        settings.deadline = Some(Instant::now() + time);
    }
    Ok(settings)
}

fn share(text: &str) -> Option<(u64, u64)> {
    let (k, n) = text.split_once('/')?;
    let (k, n) = (k.parse().ok()?, n.parse().ok()?);
    (1 <= k && k <= n).then_some((k, n))
}

fn duration(text: &str) -> Option<Duration> {
    let unit = match text.chars().last()? {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        _ => return None,
    };
    let number: f64 = text[..text.len() - 1].parse().ok()?;
    (number.is_finite() && (0.0..1e9).contains(&number)).then(|| Duration::from_secs_f64(number * unit))
}

/// Deletes the run directory, after asking; refuses one that no run has made.
fn start_over(path: &Path, yes: bool) -> Result<(), Failure> {
    if !path.join("_tempered").is_dir() {
        return Err(Failure::Usage(format!("{} was not made by a run: not deleted", path.display())));
    }
    if !yes {
        if !std::io::stdin().is_terminal() {
            return Err(Failure::Usage(format!("--fresh deletes {}: add --yes to confirm", path.display())));
        }
        eprint!("delete {} and start over? [y/N] ", path.display());
        let _ = std::io::stderr().flush();
        let mut answer = String::new();
        let _ = std::io::stdin().read_line(&mut answer);
        if !answer.trim().eq_ignore_ascii_case("y") {
            return Err(Failure::Usage("nothing deleted".into()));
        }
    }
    std::fs::remove_dir_all(path)
        .map_err(|source| Failure::File { place: path.display().to_string(), source })
}

/// The first signal asks to stop after the shard in hand, the second one at once.
fn stop_on_signals(cancel: &Cancel) -> Result<(), Failure> {
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])
        .map_err(|source| Failure::File { place: "signals".into(), source })?;
    let cancel = cancel.clone();
    std::thread::spawn(move || {
        for (count, _) in signals.forever().enumerate() {
            if count == 0 {
                eprintln!("stopping after the shards in hand; once more to stop at once");
                cancel.request();
            } else {
                cancel.abort();
            }
        }
    });
    Ok(())
}
