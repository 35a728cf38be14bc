//! The composition of stages: the topology of a flow is one expression.

use crate::cancel::Cancel;
use crate::meter::{Meter, Phase, Reading};
use crate::pool::Pool;
use crate::stage::{Sink, Stage};
use crate::steps::{Step, Steps, attempt};
use crate::verdict::{Failure, Verdict};
use crate::worker::{Shared, work};
use crossbeam_channel::{Receiver, Sender, bounded};
use rayon::prelude::*;
use std::sync::Arc;

/// The work of one thread of a flow.
type Work<'env, E> = Box<dyn FnOnce(&Shared<'_, E>) + Send + 'env>;

/// Work, and the name of its thread.
struct Task<'env, E> {
    name: &'static str,
    work: Work<'env, E>,
}

/// A flow under construction, whose last stage so far has the output `T`.
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

/// The readings of the meters at the end.
#[derive(Clone, Debug)]
pub struct Report {
    /// One reading a stage or step, source first.
    pub stages: Vec<Reading>,
}

impl<'env, T: Send + 'env, E: Send + 'env> Flow<'env, T, E> {
    /// Starts a flow with the items of an iterator; at most `capacity` of them wait for the next stage.
    pub fn source<I>(name: &'static str, capacity: usize, items: I) -> Flow<'env, T, E>
    where
        I: Iterator<Item = Result<T, E>> + Send + 'env,
    {
        let (sender, output) = bounded(capacity);
        let meter = Arc::new(Meter::new(name));
        let work = source_work(meter.clone(), items, sender);
        Flow { tasks: vec![Task { name, work }], meters: vec![meter], output }
    }

    /// Adds a stage on its own thread; at most `capacity` of its results wait for the next stage.
    pub fn stage<S>(mut self, name: &'static str, capacity: usize, mut stage: S) -> Flow<'env, S::Out, E>
    where
        S: Stage<In = T, Error = E> + 'env,
        S::Out: 'env,
    {
        let (sender, output) = bounded(capacity);
        let (input, meter) = (self.output, Arc::new(Meter::new(name)));
        self.meters.push(meter.clone());
        let task = move |shared: &Shared<'_, E>| {
            let pull = || meter.receive(&input).map(Ok);
            let mut run = |item: Option<T>| {
                let done = match item {
                    Some(item) => meter.work(|| stage.run(item)).map(Some),
                    None => stage.finish().map(|()| None),
                };
                done.map_err(|source| Failure::Stage { stage: name, source })
            };
            work(shared, name, pull, &mut run, |out| meter.send(&sender, out));
        };
        self.tasks.push(Task { name, work: Box::new(task) });
        Flow { tasks: self.tasks, meters: self.meters, output }
    }

    /// Adds steps as one stage: `cut` splits an item into slabs, a thread of the pool applies all steps to each slab, and
    /// `join` makes an item of the results, in the order of the slabs. At most `capacity` of these items wait for the next
    /// stage.
    ///
    /// Each step has a meter; that of the first also counts the time waiting for items and for the pool, that of the last
    /// the time waiting for the next stage.
    pub fn steps<Slab, Made, Out>(
        mut self,
        (name, capacity): (&'static str, usize),
        pool: &Pool,
        cut: impl Fn(&T) -> Vec<Slab> + Send + 'env,
        steps: Steps<'env, Slab, Made, E>,
        join: impl Fn(T, Vec<Made>) -> Out + Send + 'env,
    ) -> Flow<'env, Out, E>
    where
        Slab: Send + 'env,
        Made: Send + 'env,
        Out: Send + 'env,
    {
        let (sender, output) = bounded(capacity);
        let (input, pool) = (self.output, pool.clone());
        self.meters.extend_from_slice(steps.meters());
        let task = move |shared: &Shared<'_, E>| {
            let (first, last) = steps.ends();
            let walk = |slab| {
                // The verdict keeps the first failure; this one only ends the batch.
                let ended = shared.cancel.is_aborted() || shared.verdict.is_set();
                if ended { Err(Failure::Aborted) } else { steps.walk(slab) }
            };
            let pull = || first.receive(&input).map(Ok);
            let mut run = |item: Option<T>| {
                let Some(item) = item else { return Ok(None) };
                let slabs = cut(&item);
                // A task for each slab (no grouping of neighbours), since each may take long.
                let all =
                    || slabs.into_par_iter().with_max_len(1).map(walk).collect::<Result<Vec<Made>, _>>();
                let made = pool.install(all);
                first.add_waited();
                Ok(Some(join(item, made?)))
            };
            work(shared, name, pull, &mut run, |out| last.send(&sender, out));
        };
        self.tasks.push(Task { name, work: Box::new(task) });
        Flow { tasks: self.tasks, meters: self.meters, output }
    }

    /// Adds a stage in which each thread of a pool works on a separate item. Results are sent in the order in which they are
    /// finished, so that a long item does not delay others; at most `capacity` results wait for the next stage.
    ///
    /// The meter shows the mean over the threads.
    pub fn workers<S>(
        mut self,
        (name, capacity): (&'static str, usize),
        pool: &Pool,
        step: S,
    ) -> Flow<'env, S::Out, E>
    where
        S: Step<In = T, Error = E> + 'env,
        S::Out: 'env,
    {
        let (sender, output) = bounded(capacity);
        let meter = Arc::new(Meter::new(name));
        self.meters.push(meter.clone());
        let step = Arc::new(step);
        for _ in 0..pool.threads() {
            let (input, sender) = (self.output.clone(), sender.clone());
            let (step, meter, pool) = (step.clone(), meter.clone(), pool.clone());
            let task = move |shared: &Shared<'_, E>| {
                let pull = || input.recv().ok().map(Ok);
                let mut run = |item: Option<T>| {
                    let Some(item) = item else { return Ok(None) };
                    pool.install(|| attempt(&*step, &meter, item)).map(Some)
                };
                work(shared, name, pull, &mut run, |out| sender.send(out).is_ok());
            };
            self.tasks.push(Task { name, work: Box::new(task) });
        }
        Flow { tasks: self.tasks, meters: self.meters, output }
    }

    /// Adds the last stage.
    pub fn sink<S>(mut self, name: &'static str, mut sink: S) -> Closed<'env, E>
    where
        S: Sink<In = T, Error = E> + 'env,
    {
        let (input, meter) = (self.output, Arc::new(Meter::new(name)));
        self.meters.push(meter.clone());
        let task = move |shared: &Shared<'_, E>| {
            let pull = || meter.receive(&input).map(Ok);
            let mut run = |item: Option<T>| {
                let done = match item {
                    Some(item) => meter.work(|| sink.take(item)).map(|()| None::<()>),
                    None => sink.finish().map(|()| None),
                };
                done.map_err(|source| Failure::Stage { stage: name, source })
            };
            work(shared, name, pull, &mut run, |()| true);
        };
        self.tasks.push(Task { name, work: Box::new(task) });
        Closed { tasks: self.tasks, meters: self.meters }
    }
}

fn source_work<'env, T, E, I>(meter: Arc<Meter>, mut items: I, sender: Sender<T>) -> Work<'env, E>
where
    T: Send + 'env,
    E: Send + 'env,
    I: Iterator<Item = Result<T, E>> + Send + 'env,
{
    Box::new(move |shared| {
        let pull = || meter.time(Phase::WaitingIn, || items.next());
        let mut run = |item: Option<T>| Ok(item.inspect(|_| meter.count()));
        work(shared, meter.name(), pull, &mut run, |out| meter.send(&sender, out));
    })
}

impl<E: Send> Closed<'_, E> {
    /// The meters, source first.
    pub fn meters(&self) -> Vec<Arc<Meter>> {
        self.meters.clone()
    }

    /// Runs every stage on its own thread, and steps on those of the pool, until the end of the stream.
    ///
    /// # Errors
    /// The first error or panic of a stage or step, an abort, or a thread that cannot be started.
    pub fn run(self, cancel: &Cancel) -> Result<Report, Failure<E>> {
        let verdict = Verdict::new();
        let shared = Shared { verdict: &verdict, cancel };
        std::thread::scope(|scope| {
            for Task { name, work } in self.tasks {
                let shared = &shared;
                let thread = std::thread::Builder::new().name(name.into());
                if let Err(source) = thread.spawn_scoped(scope, move || work(shared)) {
                    // The other threads end when they find their channels disconnected.
                    verdict.set(Failure::Thread { stage: name, source });
                }
            }
        });
        verdict.into_result()?;
        Ok(Report { stages: self.meters.iter().map(|meter| meter.read()).collect() })
    }
}
