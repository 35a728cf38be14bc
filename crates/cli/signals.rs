//! Signals: which ones ask a run to stop, and which ones are to be errors rather than the end.

use crate::exit::{Failure, STOPPED};
use crate::progress;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ};
use signal_hook::iterator::Signals;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempered_pipeline::Cancel;

/// What batch systems send before they kill (TERM, USR1, USR2, XCPU for a limit on processor time), what a terminal
/// sends (INT, and HUP as it closes). Each asks to stop, however often it comes.
const STOPS: [i32; 6] = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU];
/// How long threads have to come to the end of their trials after the second Ctrl-C.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A file that grows beyond `ulimit -f` is an error of the write, with a path, rather than the end of the process.
///
/// # Errors
/// The handler cannot be set.
pub fn limits_are_errors() -> Result<(), Failure> {
    // A handler that does nothing but rise a flag: where the signal is handled, the write fails with EFBIG.
    signal_hook::flag::register(SIGXFSZ, Arc::default()).map(|_| ()).map_err(failed)
}

/// What a run says that is stopped before its tables.
pub const ALL_STORED: &str = "stopped; every shard is stored, and `tempered analyze` makes the tables";

/// A run that listens for signals.
pub struct Listening(Arc<AtomicBool>);

impl Listening {
    /// Every shard is on disk: a stop has nothing to wait for from here on.
    pub fn stored(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Asks `cancel` to stop at the first signal. Ctrl-C twice ends the process after [`AT_ONCE`], with `at_once` called
/// before; others do not escalate: batch systems send TERM twice within milliseconds.
///
/// # Errors
/// The handlers cannot be set.
pub fn listen(cancel: &Cancel, say: bool, at_once: impl Fn() + Send + 'static) -> Result<Listening, Failure> {
    let heard = STOPS.into_iter().filter(|signal| *signal != SIGHUP || !is_ignored(SIGHUP));
    let mut signals = Signals::new(heard).map_err(failed)?;
    let (cancel, stored) = (cancel.clone(), Arc::new(AtomicBool::new(false)));
    let listening = Listening(stored.clone());
    std::thread::spawn(move || {
        let mut interrupts = 0;
        for signal in signals.forever() {
            if stored.load(Ordering::Relaxed) {
                eprintln!("{ALL_STORED}");
                std::process::exit(STOPPED.into());
            }
            if say && !cancel.is_requested() {
                eprintln!("{}", progress::STOPPING);
            }
            cancel.request();
            interrupts += u32::from(signal == SIGINT);
            if interrupts == 2 {
                cancel.abort();
                std::thread::sleep(AT_ONCE);
                // A trial that takes long cannot be stopped from outside; what is staged goes with the next run.
                at_once();
                std::process::exit(STOPPED.into());
            }
        }
    });
    Ok(listening)
}

/// Whether the process was started with this signal ignored, as `nohup` does with HUP.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

fn failed(source: std::io::Error) -> Failure {
    Failure::File { place: "signals".into(), source }
}
