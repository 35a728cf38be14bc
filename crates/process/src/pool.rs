//! Workers at rest, and what all workers of one program have in common.

use crate::error::Error;
use crate::greeting::Greeting;
use crate::program::Program;
use crate::worker::{Watch, Worker};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Trials that end a worker, one after the other, after which a run ends: a program that cannot do any trial would be started
/// for each of thousands.
const CRASHES: usize = 24;

/// Workers by program. A thread takes one, asks it and gives it back, so that there are as many as threads ask at a time, and each
/// is started once.
///
/// ```no_run
/// use tempered_process::{Pool, Program};
///
/// let pool = Pool::default();
/// let program = Program { words: vec!["python3".into(), "worker.py".into()], folder: None };
/// let greeting = pool.greeting(&program)?;
/// println!("{} {}", greeting.name, greeting.version);
/// # Ok::<(), tempered_process::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Pool(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    watch: Option<Arc<Watch>>,
    programs: HashMap<Program, Of>,
}

/// What is known of one program.
#[derive(Debug, Default)]
struct Of {
    idle: Vec<Worker>,
    greeting: Option<Greeting>,
    crashes: usize,
}

impl Pool {
    /// What a program says of itself; it is started where it has not been yet.
    ///
    /// # Errors
    /// Those of starting it.
    pub fn greeting(&self, program: &Program) -> Result<Greeting, Error> {
        let known = self.lock().programs.get(program).and_then(|of| of.greeting.clone());
        if let Some(greeting) = known {
            return Ok(greeting);
        }
        let worker = self.take(program)?;
        let greeting = worker.greeting().clone();
        self.give(program, worker);
        Ok(greeting)
    }

    /// A worker at rest, or a new one.
    ///
    /// # Errors
    /// It cannot be started, does not greet, or greets differently than the first one did.
    pub fn take(&self, program: &Program) -> Result<Worker, Error> {
        let watch = {
            let mut known = self.lock();
            if let Some(worker) = known.programs.get_mut(program).and_then(|of| of.idle.pop()) {
                return Ok(worker);
            }
            match &known.watch {
                Some(watch) => watch.clone(),
                None => known.watch.insert(Arc::new(Watch::start()?)).clone(),
            }
        };
        // Others go on while this one starts.
        let worker = Worker::start(program, &watch)?;
        let mut known = self.lock();
        let first = known
            .programs
            .entry(program.clone())
            .or_default()
            .greeting
            .get_or_insert(worker.greeting().clone());
        if first != worker.greeting() {
            let why =
                format!("greets differently each time it is started: {first:?} and {:?}", worker.greeting());
            return Err(Error::Other { program: program.to_string(), why });
        }
        Ok(worker)
    }

    /// Gives a worker back that has answered.
    pub fn give(&self, program: &Program, worker: Worker) {
        self.lock().programs.entry(program.clone()).or_default().idle.push(worker);
    }

    /// Notes whether a trial ended its worker.
    ///
    /// # Errors
    /// So many did, one after the other: `why` says what happened, and what it said last.
    pub(crate) fn note(&self, program: &Program, crash: Option<(&str, &str)>) -> Result<(), Error> {
        let mut known = self.lock();
        let crashes = &mut known.programs.entry(program.clone()).or_default().crashes;
        let Some((why, said)) = crash else {
            *crashes = 0;
            return Ok(());
        };
        *crashes += 1;
        if *crashes < CRASHES {
            return Ok(());
        }
        let (program, why, said) = (program.to_string(), why.to_owned(), said.to_owned());
        Err(Error::Crashing { program, count: CRASHES, why, said })
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
