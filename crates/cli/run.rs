//! `tempered run`.

use crate::analyze::Reading;
use crate::args::{Progress, Run};
use crate::exit::{BUG, Ending, Failure};
use crate::{analyze, diff, next_steps, output, place, progress, report, signals, study, time, told};
use serde_json::json;
use std::io::ErrorKind::PermissionDenied;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempered_pipeline::directory::{self, Change, Undone, survey, undo};
use tempered_pipeline::plan::{Complaint, Plan};
use tempered_pipeline::run::{
    Ending as Ended, Late, Outcome, Publisher, Settings, TrialLimit, run as run_plan, run_published,
};
use tempered_pipeline::{Cancel, RunDirectory};
use tempered_store::Table;

/// Runs or resumes a study, then prints the table.
pub fn run(options: &Run) -> Result<Ending, Failure> {
    let plan = study::plan(&options.file, options.out.as_deref())?;
    let path = options.out.clone().unwrap_or_else(|| study::home(&plan.study.name));
    let mut settings = settings(options)?;
    if let Some(url) = place::url(&path) {
        return publish(options, &plan, url, settings);
    }
    if options.undo {
        return take_back(&path);
    }
    // A table that cannot be used is told before a directory is made.
    plan.read_tables()?;
    if options.fresh && path.exists() {
        start_over(&path, options.yes)?;
    }
    let directory = RunDirectory::create(&path)?;
    if let Some(warning) = directory::warning(&directory)? {
        eprintln!("warning: {warning}");
    }
    let plan = plan.in_directory(&directory)?;
    agree_to_growth(&plan, &directory, options.yes)?;
    settings.trial_limit = trial_limit(options, &directory)?;
    let cancel = Cancel::new();
    // The bar says by itself that the run is stopping; a line would tear it.
    let at_once = ending_log(&directory);
    let is_quiet = options.progress.resolve() != Progress::Bar;
    let listening = signals::listen(&cancel, is_quiet, move || at_once("stopped at once"))?;
    match logged(options, &plan, &directory, (&settings, &cancel))?.ending {
        Ended::Stopped => {
            eprintln!("stopped; the same command goes on where this one stopped");
            return Ok(Ending::Stopped);
        }
        Ended::ShareDone => {
            eprintln!("this share is done; other shares of the study are not");
            return Ok(if options.strict { Ending::Unfinished } else { Ending::Done });
        }
        Ended::Complete => listening.stored(),
    }
    if options.join {
        let out = path.display();
        eprintln!("every shard of the study is there; `tempered analyze {out}` prints its table");
        return Ok(Ending::Done);
    }
    // Asked while files were sealed.
    if cancel.is_requested() {
        eprintln!("{}", signals::ALL_STORED);
        return Ok(Ending::Stopped);
    }
    tell(options, &plan, &directory, settings.threads)
}

/// Runs a plan together with others that publish at the address of an object store.
fn publish(options: &Run, plan: &Plan, url: &str, mut settings: Settings) -> Result<Ending, Failure> {
    let alone = [
        (options.fresh, "--fresh"),
        (options.undo, "--undo"),
        (options.report, "--report"),
        (options.shard.is_some(), "--shard"),
    ];
    if let Some((_, flag)) = alone.iter().find(|(given, _)| *given) {
        let why = "which works in directories: choose a new prefix, or `tempered pull` it";
        return Err(Failure::Usage(format!("{flag} with --out {url}, {why}")));
    }
    settings.join = Some(worker());
    let depot = tempered_depot::open(url).map_err(tempered_pipeline::Error::from)?;
    let base = options.scratch.clone().unwrap_or_else(std::env::temp_dir);
    let folder = tempered_store::scratch(&base)?;
    let scratch = RunDirectory::create(&folder)?;
    settings.trial_limit = trial_limit(options, &scratch)?;
    let cancel = Cancel::new();
    let is_quiet = options.progress.resolve() != Progress::Bar;
    let _listening = signals::listen(&cancel, is_quiet, || ())?;
    let publisher = Publisher { depot: depot.into(), scratch };
    let mut show = None;
    let outcome = run_published(plan, &publisher, &settings, &cancel, |watch| {
        show = Some(progress::show(options.progress.resolve(), watch, plan, &cancel));
    });
    drop(show);
    complain(plan, &publisher.scratch);
    // What is left there is of no use to anybody: what was published is elsewhere.
    let _ = std::fs::remove_dir_all(&folder);
    match outcome?.ending {
        Ended::Complete => {
            eprintln!("every shard of the study is there; `tempered analyze {url}` prints its table");
            Ok(Ending::Done)
        }
        Ended::Stopped | Ended::ShareDone => {
            eprintln!("stopped; the same command goes on where this one stopped");
            Ok(Ending::Stopped)
        }
    }
}

/// Runs a plan with its beginning and its end in the log, while progress is shown.
fn logged(
    options: &Run,
    plan: &Plan,
    directory: &RunDirectory,
    (settings, cancel): (&Settings, &Cancel),
) -> Result<Outcome, Failure> {
    log(directory, &started(options, settings));
    let start = Instant::now();
    let mut show = None;
    let outcome = run_plan(plan.clone(), directory, settings, cancel, |watch| {
        for file in &watch.unfit {
            eprintln!("{file}: computed again instead of rewritten");
        }
        show = Some(progress::show(options.progress.resolve(), watch, plan, cancel));
    });
    drop(show);
    complain(plan, directory);
    log(directory, &ended(&outcome, start.elapsed()));
    Ok(outcome?)
}

/// Trials whose texts a terminal shows; the log has more.
const SHOWN: usize = 3;

/// Tells what programs said of trials that failed.
fn complain(plan: &Plan, directory: &RunDirectory) {
    let complaints = plan.workers.complaints();
    for Complaint { content, trial, status, text } in complaints.iter().take(SHOWN) {
        let lines: Vec<&str> = text.lines().collect();
        eprintln!("warning: trial {trial} of {content} failed ({status}): {}", lines.join("\n  "));
    }
    if complaints.len() > SHOWN {
        eprintln!(
            "warning: {} more trials failed; _tempered/{LOG} has what was said of them",
            complaints.len() - SHOWN
        );
    }
    for Complaint { content, trial, status, text } in complaints {
        log(
            directory,
            &json!({"event": "failed", "time": now(), "content": content, "trial": trial, "status": status, "text": text}),
        );
    }
}

/// Prints the table of a complete study, and writes the page that is asked for. Too many failures are its ending.
fn tell(options: &Run, plan: &Plan, directory: &RunDirectory, threads: usize) -> Result<Ending, Failure> {
    let path = directory.root();
    // A page is drawn of the summary.
    let key = if options.report { None } else { told::key(options, directory) };
    if let Some(text) = key.as_deref().and_then(|key| told::again(directory, key)) {
        output::print(&text)?;
        return Ok(Ending::Done);
    }
    let summary = analyze::summarise(directory, plan, &Reading::of(plan), None, threads)?;
    let table = analyze::table(&summary, options.explain, options.all);
    let next = next_steps::next_steps(path, &analyze::swept(plan), analyze::alone(plan));
    let text = format!("{}\n{next}", table.trim_end_matches('\n'));
    output::print(&text)?;
    if options.report {
        let page = report::page(&summary, plan, directory, path)?;
        output::print(&format!("report: {}", page.display()))?;
    }
    if analyze::ending(&summary) == Ending::TooManyFailed {
        return Ok(Ending::TooManyFailed);
    }
    let (failed, trials) = summary.failures();
    let allowed = plan.study.max_failed;
    if failed as f64 > allowed * trials as f64 {
        eprintln!("{failed} of {trials} fits failed, more than max_failed = {allowed} allows");
        return Ok(Ending::TooManyFailed);
    }
    if let Some(key) = key {
        told::note(directory, &key, &text);
    }
    Ok(Ending::Done)
}

/// Name of the log among a directory's records.
const LOG: &str = "log.jsonl";

/// Appends to the log. It is for people; a run does not fail for want of it.
fn log(directory: &RunDirectory, event: &serde_json::Value) {
    if let Err(error) = directory.append_log(LOG, &event.to_string()) {
        eprintln!("warning: the log cannot be written: {error}");
    }
}

fn now() -> String {
    humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string()
}

fn started(options: &Run, settings: &Settings) -> serde_json::Value {
    json!({"event": "start", "time": now(), "process": std::process::id(), "version": env!("CARGO_PKG_VERSION"),
        "host": gethostname::gethostname().to_string_lossy(), "threads": settings.threads,
        "share": format!("{}/{}", settings.share.0, settings.share.1), "join": options.join,
        "study": options.file.study.display().to_string(), "set": options.file.set})
}

fn ended(outcome: &Result<Outcome, tempered_pipeline::Error>, time: Duration) -> serde_json::Value {
    let mut event =
        json!({"event": "end", "time": now(), "process": std::process::id(), "seconds": time.as_secs_f64()});
    match outcome {
        Ok(outcome) => {
            let stages = outcome.stages.iter().map(|stage| {
                json!({"stage": stage.name, "items": stage.items, "busy": stage.busy.as_secs_f64(),
                    "waiting_pool": stage.waiting_pool.as_secs_f64(), "waiting_in": stage.waiting_in.as_secs_f64(),
                    "waiting_out": stage.waiting_out.as_secs_f64()})
            });
            event["ending"] = format!("{:?}", outcome.ending).to_lowercase().into();
            event["trials"] = outcome.trials.into();
            event["rewritten"] = outcome.rewritten.into();
            event["stages"] = stages.collect();
        }
        Err(error) => event["error"] = error.to_string().into(),
    }
    event
}

/// Writes the last event of a run that ends its process by itself, with the reason.
fn ending_log(directory: &RunDirectory) -> impl Fn(&str) + Send + Sync + 'static {
    let directory = directory.clone();
    move |why| {
        let event = json!({"event": "end", "time": now(), "process": std::process::id(), "error": why});
        log(&directory, &event);
    }
}

fn settings(options: &Run) -> Result<Settings, Failure> {
    let mut settings = Settings { threads: options.threads.count(), ..Settings::default() };
    settings.join = options.join.then(worker);
    if let Some(text) = &options.shard {
        settings.share = share(text).ok_or_else(|| {
            Failure::Usage(format!("--shard {text}: expected K/N with 1 ≤ K ≤ N, e.g. 2/8"))
        })?;
    }
    if let Some(text) = &options.max_time {
        // A time too long for the clock is no limit.
        settings.deadline = Instant::now().checked_add(time::read("--max-time", text)?);
    }
    Ok(settings)
}

/// What claims say of this process, for people who look at `status`.
fn worker() -> String {
    let host = gethostname::gethostname();
    json!({"host": host.to_string_lossy(), "process": std::process::id()}).to_string()
}

/// A limit that ends this process: its threads cannot be stopped otherwise. Finished shards stay, as after a kill.
fn trial_limit(options: &Run, directory: &RunDirectory) -> Result<Option<TrialLimit>, Failure> {
    let Some(text) = &options.trial_time else { return Ok(None) };
    let time = time::read("--trial-time", text)?;
    let end = ending_log(directory);
    let late = move |late: &Late| {
        end(&late.to_string());
        eprintln!("\nerror: {late}");
        std::process::exit(BUG.into());
    };
    Ok(Some(TrialLimit { time, late: Arc::new(late) }))
}

fn share(text: &str) -> Option<(u64, u64)> {
    let (k, n) = text.split_once('/')?;
    let (k, n) = (k.parse().ok()?, n.parse().ok()?);
    (1 <= k && k <= n).then_some((k, n))
}

/// Tells what becomes of files that are stored, and asks before any are computed again; a change that has begun is not asked about twice.
fn agree_to_growth(plan: &Plan, directory: &RunDirectory, yes: bool) -> Result<(), Failure> {
    let change = Change::new(plan, directory)?;
    if !change.extends() || change.under_way {
        return Ok(());
    }
    let counts = survey(plan, directory)?;
    let (again, rewritten) = (counts.again(), counts.rewritten());
    let files = directory.listing()?.files;
    let all = files.iter().filter(|file| file.table == Table::Metrics).count();
    match again {
        0 => eprintln!("{}", diff::NEW_COLUMNS),
        _ => eprintln!("what is new needs the fits again, the numbers so far stay beside it:"),
    }
    change.lines().iter().for_each(|line| eprintln!("{line}"));
    let stays = "each stays in place until the new one is there, and in _former for `run --undo`";
    if rewritten > 0 {
        eprintln!("{rewritten} of {all} shards that are stored are rewritten, no fit; {stays}");
    }
    let what = format!("{again} of {all} shards that are stored are computed again");
    if again > 0 {
        eprintln!("{what}; {stays}");
    }
    confirm(yes || again == 0, "go on?", &what, "nothing changed")
}

/// Asks on a terminal; elsewhere `--yes` has to be given.
fn confirm(yes: bool, question: &str, what: &str, declined: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage(format!("{what}: add --yes to confirm")));
    }
    eprint!("{question} [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let _ = std::io::stdin().read_line(&mut answer);
    if answer.trim().eq_ignore_ascii_case("y") { Ok(()) } else { Err(Failure::Usage(declined.into())) }
}

/// Brings back the files as they were before columns were added.
fn take_back(path: &Path) -> Result<Ending, Failure> {
    let Undone { restored, set_aside } = undo(&RunDirectory::open(path)?)?;
    output::print(&format!("{restored} files are in their places again as they were\n"))?;
    if set_aside > 0 {
        output::print(&format!(
            "{set_aside} files that were made since with more columns are in _quarantine\n"
        ))?;
    }
    Ok(Ending::Done)
}

/// Deletes what runs made in the directory, after asking; refuses one that no run has made.
fn start_over(path: &Path, yes: bool) -> Result<(), Failure> {
    // What may not be looked at is told by whoever clears it.
    let made = std::fs::metadata(path.join("_tempered"));
    if !made.map_or_else(|error| error.kind() == PermissionDenied, |made| made.is_dir()) {
        return Err(Failure::Usage(format!("{} was not made by a run: not deleted", path.display())));
    }
    let question = format!("delete {} and start over?", path.display());
    confirm(yes, &question, &format!("--fresh deletes {}", path.display()), "nothing deleted")?;
    for left in RunDirectory::clear(path)? {
        eprintln!("no run made {}: it stays", left.display());
    }
    Ok(())
}
