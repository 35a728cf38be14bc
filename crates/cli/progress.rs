//! Progress on standard error.

use crate::args::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::Watch;

/// Shows a run while it goes on.
pub struct Watcher {
    mode: Progress,
    stop: Sender<()>,
    stopped: Receiver<()>,
    thread: std::cell::OnceCell<JoinHandle<()>>,
}

/// What is shown at one moment.
struct View<'a> {
    watch: &'a Watch,
    start: Instant,
    /// (estimator, cell) of the largest n so far, for the live median.
    plan: &'a Plan,
}

impl Watcher {
    /// A watcher in this mode; `auto` is a bar on a terminal and a line a minute elsewhere.
    pub fn new(mode: Progress) -> Watcher {
        let mode = match mode {
            Progress::Auto if std::io::stderr().is_terminal() => Progress::Bar,
            Progress::Auto => Progress::Plain,
            mode => mode,
        };
        let (stop, stopped) = channel();
        Watcher { mode, stop, stopped, thread: std::cell::OnceCell::new() }
    }

    /// Starts showing.
    pub fn start(&self, watch: Watch, plan: &Plan) {
        let (stop, stopped) = channel::<()>();
        let (mode, plan, outer) = (self.mode, plan.clone(), self.stop.clone());
        if mode == Progress::None {
            return;
        }
        let show = move || {
            show(mode, &watch, &plan, &stopped);
            let _ = outer.send(());
        };
        if let Ok(thread) = std::thread::Builder::new().name("progress".into()).spawn(show) {
            let _ = self.thread.set(thread);
            STOP.with(|cell| *cell.borrow_mut() = Some(stop));
        }
    }

    /// Stops showing.
    pub fn finish(self) {
        STOP.with(|cell| cell.borrow_mut().take());
        if let Some(thread) = self.thread.into_inner() {
            let _ = self.stopped.recv_timeout(Duration::from_secs(2));
            let _ = thread.join();
        }
    }
}

thread_local! {
    static STOP: std::cell::RefCell<Option<Sender<()>>> = const { std::cell::RefCell::new(None) };
}

fn show(mode: Progress, watch: &Watch, plan: &Plan, stopped: &Receiver<()>) {
    let view = View { watch, start: Instant::now(), plan };
    let every = match mode {
        Progress::Bar => Duration::from_millis(200),
        Progress::Json => Duration::from_secs(1),
        _ => Duration::from_secs(60),
    };
    let bar = ProgressBar::new(watch.trials);
    if mode == Progress::Bar {
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    } else {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    loop {
        let ended = stopped.recv_timeout(every) != Err(RecvTimeoutError::Timeout);
        match mode {
            Progress::Bar => {
                bar.set_position(watch.view.trials());
                bar.set_message(view.line());
            }
            Progress::Json => eprintln!("{}", view.json()),
            _ if !ended => eprintln!("{}", view.line()),
            _ => {}
        }
        if ended {
            bar.finish_and_clear();
            return;
        }
    }
}

impl View<'_> {
    fn rate(&self) -> f64 {
        self.watch.view.trials() as f64 / self.start.elapsed().as_secs_f64().max(1e-9)
    }

    /// Seconds left at the rate so far; trials of larger n take longer, so this is a lower bound early on.
    fn left(&self) -> f64 {
        self.watch.trials.saturating_sub(self.watch.view.trials()) as f64 / self.rate().max(1e-9)
    }

    fn occupancy(&self) -> Vec<(&'static str, f64)> {
        let time = self.start.elapsed().as_secs_f64().max(1e-9);
        let readings = self.watch.meters.iter().skip(1).map(|meter| meter.read());
        readings.map(|reading| (reading.name, (reading.busy.as_secs_f64() / time).min(1.0))).collect()
    }

    fn line(&self) -> String {
        let stages: Vec<String> =
            self.occupancy().iter().map(|(name, busy)| format!("{name} {:.0}%", 100.0 * busy)).collect();
        let mut line = format!(
            "{} of {} trials, {:.0}/s, {:.0} s left, {}",
            self.watch.view.trials(),
            self.watch.trials,
            self.rate(),
            self.left(),
            stages.join(" ")
        );
        if let Some(median) = self.median() {
            line += &format!("  {median}");
        }
        line
    }

    /// The live median of the last estimator at the largest n committed so far.
    fn median(&self) -> Option<String> {
        self.watch.view.read(|live| {
            let (label, _) = self.plan.study.estimators.last()?;
            let cells = live.tallies.get(label)?;
            let cell = self
                .plan
                .cells
                .iter()
                .filter(|cell| cells.contains_key(&cell.key))
                .max_by_key(|cell| cell.n)?;
            let median = cells.get(&cell.key)?.quantile(0, 0.5)?;
            Some(format!("{label} n={} median R_{} {median:.3}", cell.n, self.plan.study.risks.first()?))
        })
    }

    fn json(&self) -> serde_json::Value {
        let stages: serde_json::Map<String, serde_json::Value> =
            self.occupancy().into_iter().map(|(name, busy)| (name.to_string(), busy.into())).collect();
        serde_json::json!({"trials": self.watch.view.trials(), "of": self.watch.trials,
            "trials_per_second": self.rate(), "seconds_left": self.left(), "busy": stages})
    }
}
