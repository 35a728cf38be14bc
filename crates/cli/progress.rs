//! Progress on standard error.

use crate::args::Progress;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempered_analysis::{number, short};
use tempered_math::risk::Risk;
use tempered_pipeline::Cancel;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::Watch;

/// Said once a stop is asked for.
pub const STOPPING: &str = "stopping after the trials in hand; Ctrl-C twice stops at once";

/// Steps of the bar.
const STEPS: f64 = 10_000.0;

/// A run being shown; dropping it ends the show.
pub struct Show {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Show {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A show that panicked is no reason to fail a run.
            let _ = thread.join();
        }
    }
}

impl Progress {
    /// What `auto` stands for here.
    pub fn resolve(self) -> Progress {
        match self {
            Progress::Auto if std::io::stderr().is_terminal() && draws() => Progress::Bar,
            Progress::Auto => Progress::Plain,
            mode => mode,
        }
    }
}

/// Whether the terminal moves its cursor. One that calls itself dumb does not, and one without a name may not.
fn draws() -> bool {
    cfg!(windows) || std::env::var_os("TERM").is_some_and(|name| !name.is_empty() && name != "dumb")
}

/// Shows a run in this mode: a bar on a terminal, a line a minute after one in the first seconds, or a JSON line a second.
pub fn show(mode: Progress, watch: Watch, plan: &Plan, cancel: &Cancel) -> Show {
    let (stop, stopped) = channel::<()>();
    let (plan, cancel) = (plan.clone(), cancel.clone());
    let task = move || View { watch, start: Instant::now(), plan, cancel }.follow(mode, &stopped);
    let thread = match mode {
        Progress::None => None,
        _ => std::thread::Builder::new().name("progress".into()).spawn(task).ok(),
    };
    Show { stop: Some(stop), thread }
}

/// What is shown.
struct View {
    watch: Watch,
    start: Instant,
    plan: Plan,
    cancel: Cancel,
}

impl View {
    fn follow(&self, mode: Progress, stopped: &Receiver<()>) {
        let every = match mode {
            // A bar moves smoothly at five steps a second; a log of lines stays short at one a minute.
            Progress::Bar => Duration::from_millis(200),
            Progress::Json => Duration::from_secs(1),
            _ => Duration::from_secs(60),
        };
        // Whoever waits at a plain terminal wants a sign of life before the first minute is over.
        let mut next = every.min(Duration::from_secs(5));
        let bar = self.bar(mode == Progress::Bar);
        loop {
            let ended = stopped.recv_timeout(next) != Err(RecvTimeoutError::Timeout);
            next = every;
            match mode {
                Progress::Bar => {
                    bar.set_position((self.done() * STEPS) as u64);
                    bar.set_prefix(self.pace());
                    bar.set_message(self.stages());
                }
                Progress::Json => eprintln!("{}", self.json()),
                _ if !ended => eprintln!("{}, {}", self.pace(), self.stages()),
                _ => {}
            }
            if ended {
                bar.finish_and_clear();
                return;
            }
        }
    }

    /// Its length is work by the catalogue's costs: what time goes by, whatever the trials.
    fn bar(&self, visible: bool) -> ProgressBar {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{bar:24} {percent:>3} %  {prefix}\n{wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─");
        ProgressBar::with_draw_target(Some(STEPS as u64), target).with_style(style)
    }

    fn elapsed(&self) -> f64 {
        self.start.elapsed().as_secs_f64().max(1e-9)
    }

    fn rate(&self) -> f64 {
        self.watch.view.trials() as f64 / self.elapsed()
    }

    /// Share of the work that is done, by the catalogue's costs.
    fn done(&self) -> f64 {
        if self.watch.work > 0.0 { (self.watch.view.work() / self.watch.work).min(1.0) } else { 1.0 }
    }

    /// Seconds left at the pace so far; none before the first batch is done, or where others share the work.
    fn left(&self) -> Option<f64> {
        let done = self.done();
        (done > 0.0 && !self.watch.shared).then(|| (1.0 - done) * self.elapsed() / done)
    }

    /// Share of the time that each stage was at work; of a step, on the average thread of the pool.
    fn occupancy(&self) -> Vec<(&'static str, f64)> {
        // Where some trials take long there are two flows, one after the other, with stages of the same names.
        let mut busy: Vec<(&'static str, f64)> = Vec::new();
        for reading in self.watch.meters.iter().map(|meter| meter.read()).filter(|one| one.name != "plan") {
            let share = reading.busy.as_secs_f64() / self.elapsed();
            match busy.iter_mut().find(|(name, _)| *name == reading.name) {
                Some((_, known)) => *known += share,
                None => busy.push((reading.name, share)),
            }
        }
        busy.iter_mut().for_each(|(_, share)| *share = share.min(1.0));
        busy
    }

    fn pace(&self) -> String {
        let none = if self.watch.shared { "shared with others" } else { "no pace yet" };
        let left = self.left().map_or_else(
            || none.into(),
            |left| format!("{} left", humantime::format_duration(Duration::from_secs(left.ceil() as u64))),
        );
        let left = if self.cancel.is_requested() { STOPPING.into() } else { left };
        let (done, all) = (HumanCount(self.watch.view.trials()), HumanCount(self.watch.trials));
        format!("{done} of {all} trials, {}/s, {left}", HumanCount(self.rate() as u64))
    }

    fn stages(&self) -> String {
        let busy: Vec<String> =
            self.occupancy().iter().map(|(name, busy)| format!("{name} {:.0}%", 100.0 * busy)).collect();
        let median = self.median().map_or(String::new(), |median| format!("  {median}"));
        busy.join(" ") + &median
    }

    /// The live median of the last estimator at the largest n committed so far.
    fn median(&self) -> Option<String> {
        let label = &self.plan.study.estimators.last()?.label;
        let risk = self.plan.study.criteria.risks.first()?;
        self.watch.view.read(|live| {
            // A look at every cell, which takes long where there are many; of these there are counts alone.
            if live.risks().is_empty() {
                return None;
            }
            let cells = self.plan.cells.iter().rev();
            let known = cells.filter_map(|cell| Some((cell.n, live.tally(label, &cell.key)?)));
            let (n, tally) = known.max_by_key(|(n, _)| *n)?;
            let median = number(tally.quantile(0, 0.5)?);
            let risk = Risk::symbol_of(&risk.to_string());
            Some(short(&format!("{label} n={n} median {risk} {median}")).into_owned())
        })
    }

    fn json(&self) -> serde_json::Value {
        let busy: serde_json::Map<String, serde_json::Value> =
            self.occupancy().into_iter().map(|(name, busy)| (name.to_string(), busy.into())).collect();
        serde_json::json!({"trials": self.watch.view.trials(), "of": self.watch.trials,
            "points": self.watch.view.points(), "points_of": self.watch.points,
            "trials_per_second": self.rate(), "seconds_left": self.left(), "busy": busy})
    }
}
