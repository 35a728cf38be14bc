//! Composing stages: the topology of a flow reads as one expression.

use crate::cancel::Cancel;
use crate::meter::{Meter, Reading};
use crate::stage::{Sink, Stage};
use crate::verdict::{Failure, Verdict};
use crate::worker::{Shared, work};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::sync::Arc;

/// Work that one thread of a flow does.
type Task<'env, E> = Box<dyn FnOnce(&Shared<'_, E>) + Send + 'env>;

/// A flow whose last stage so far puts out `T`.
pub struct Flow<'env, T, E> {
    tasks: Vec<Task<'env, E>>,
    meters: Vec<Arc<Meter>>,
    output: Receiver<T>,
}

/// A flow from source to sink, ready to run.
pub struct Closed<'env, E> {
    tasks: Vec<Task<'env, E>>,
    meters: Vec<Arc<Meter>>,
}

/// What the meters showed at the end.
#[derive(Clone, Debug)]
pub struct Report {
    /// One reading a stage, source first.
    pub stages: Vec<Reading>,
}

impl<'env, T: Send + 'env, E: Send + 'env> Flow<'env, T, E> {
    /// A flow that starts from the items of an iterator; at most `capacity` of them wait.
    pub fn source<I>(name: &'static str, capacity: usize, items: I) -> Flow<'env, T, E>
    where
        I: Iterator<Item = Result<T, E>> + Send + 'env,
    {
        let (sender, output) = bounded(capacity);
        let meter = Arc::new(Meter::new(name));
        let task = source_task(meter.clone(), items, sender);
        Flow { tasks: vec![task], meters: vec![meter], output }
    }

    /// Adds a stage on a thread of its own; at most `capacity` of its results wait.
    pub fn stage<S>(mut self, name: &'static str, capacity: usize, mut stage: S) -> Flow<'env, S::Out, E>
    where
        S: Stage<In = T, Error = E> + 'env,
        S::Out: 'env,
    {
        let (sender, output) = bounded(capacity);
        let (input, meter) = (self.output, Arc::new(Meter::new(name)));
        self.meters.push(meter.clone());
        self.tasks.push(Box::new(move |shared| {
            let pull = || input.recv().ok().map(Ok);
            let mut run = |item: Option<T>| match item {
                Some(item) => stage.run(item).map(Some),
                None => stage.finish().map(|()| None),
            };
            work(shared, &meter, pull, &mut run, |out| sender.send(out).is_ok());
        }));
        Flow { tasks: self.tasks, meters: self.meters, output }
    }

    /// Adds the last stage.
    pub fn sink<S>(mut self, name: &'static str, mut sink: S) -> Closed<'env, E>
    where
        S: Sink<In = T, Error = E> + 'env,
    {
        let (input, meter) = (self.output, Arc::new(Meter::new(name)));
        self.meters.push(meter.clone());
        self.tasks.push(Box::new(move |shared| {
            let pull = || input.recv().ok().map(Ok);
            let mut run = |item: Option<T>| match item {
                Some(item) => sink.take(item).map(|()| None::<()>),
                None => sink.finish().map(|()| None),
            };
            work(shared, &meter, pull, &mut run, |()| true);
        }));
        Closed { tasks: self.tasks, meters: self.meters }
    }
}

fn source_task<'env, T, E, I>(meter: Arc<Meter>, mut items: I, sender: Sender<T>) -> Task<'env, E>
where
    T: Send + 'env,
    E: Send + 'env,
    I: Iterator<Item = Result<T, E>> + Send + 'env,
{
    Box::new(move |shared| {
        let mut run = |item: Option<T>| Ok(item);
        work(shared, &meter, || items.next(), &mut run, |out| sender.send(out).is_ok());
    })
}

impl<E: Send> Closed<'_, E> {
    /// The meters, source first.
    pub fn meters(&self) -> Vec<Arc<Meter>> {
        self.meters.clone()
    }

    /// Runs every stage on a thread of its own until the stream ends.
    ///
    /// # Errors
    /// The first error or panic of a stage, the abort, or a thread that cannot be started.
    pub fn run(self, cancel: &Cancel) -> Result<Report, Failure<E>> {
        let verdict = Verdict::new();
        let shared = Shared { verdict: &verdict, cancel };
        std::thread::scope(|scope| {
            for (task, meter) in self.tasks.into_iter().zip(&self.meters) {
                let (shared, stage) = (&shared, meter.read().name);
                let thread = std::thread::Builder::new().name(stage.into());
                if let Err(source) = thread.spawn_scoped(scope, move || task(shared)) {
                    // The others end when they find that their neighbour is missing.
                    verdict.set(Failure::Thread { stage, source });
                }
            }
        });
        verdict.into_result()?;
        Ok(Report { stages: self.meters.iter().map(|meter| meter.read()).collect() })
    }
}
