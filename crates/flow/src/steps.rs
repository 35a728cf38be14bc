//! Steps: functions applied to a slab one after the other on one thread, so that the slab is in its cache for the next one.

use crate::meter::Meter;
use crate::verdict::{Failure, message};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A function from slab to slab that several threads may call at the same time.
///
/// ```
/// use std::convert::Infallible;
/// use tempered_flow::{Cancel, Flow, Pool, Sink, Step, Steps};
///
/// struct Times(u64);
///
/// impl Step for Times {
///     type In = u64;
///     type Out = u64;
///     type Error = Infallible;
///
///     fn run(&self, x: u64) -> Result<u64, Infallible> {
///         Ok(x * self.0)
///     }
/// }
///
/// struct Keep<'a>(&'a mut Vec<u64>);
///
/// impl Sink for Keep<'_> {
///     type In = Vec<u64>;
///     type Error = Infallible;
///
///     fn take(&mut self, made: Vec<u64>) -> Result<(), Infallible> {
///         self.0.extend(made);
///         Ok(())
///     }
/// }
///
/// // Each number of a batch goes through both steps on one thread; results come in order.
/// let mut kept = Vec::new();
/// let steps = Steps::first("twice", Times(2)).then("threefold", Times(3));
/// let batches = [vec![1, 2, 3], vec![4]].map(Ok).into_iter();
/// Flow::source("batches", 1, batches)
///     .steps(("numbers", 1), &Pool::new(2).unwrap(), Vec::clone, steps, |_, made| made)
///     .sink("keep", Keep(&mut kept))
///     .run(&Cancel::new())
///     .unwrap();
/// assert_eq!(kept, [6, 12, 18, 24]);
/// ```
pub trait Step: Send + Sync {
    /// The input.
    type In: Send;
    /// The output.
    type Out: Send;
    /// The error of a failed slab.
    type Error: Send;

    /// Computes the output of one slab.
    ///
    /// # Errors
    /// The first error ends the flow.
    fn run(&self, slab: Self::In) -> Result<Self::Out, Self::Error>;
}

/// All steps in order, as one function.
type Walk<'env, In, Out, E> = Box<dyn Fn(In) -> Result<Out, Failure<E>> + Send + Sync + 'env>;

/// One or more steps, each with its own meter.
pub struct Steps<'env, In, Out, E> {
    walk: Walk<'env, In, Out, E>,
    meters: Vec<Arc<Meter>>,
}

impl<'env, In: Send + 'env, Out: Send + 'env, E: Send + 'env> Steps<'env, In, Out, E> {
    /// The first step.
    pub fn first<S>(name: &'static str, step: S) -> Steps<'env, In, Out, E>
    where
        S: Step<In = In, Out = Out, Error = E> + 'env,
    {
        let meter = Arc::new(Meter::new(name));
        let meters = vec![meter.clone()];
        Steps { walk: Box::new(move |slab| attempt(&step, &meter, slab)), meters }
    }

    /// Adds a step.
    pub fn then<S>(mut self, name: &'static str, step: S) -> Steps<'env, In, S::Out, E>
    where
        S: Step<In = Out, Error = E> + 'env,
    {
        let (before, meter) = (self.walk, Arc::new(Meter::new(name)));
        self.meters.push(meter.clone());
        Steps { walk: Box::new(move |slab| attempt(&step, &meter, before(slab)?)), meters: self.meters }
    }

    /// Applies all steps to a slab.
    pub(crate) fn walk(&self, slab: In) -> Result<Out, Failure<E>> {
        (self.walk)(slab)
    }

    pub(crate) fn meters(&self) -> &[Arc<Meter>] {
        &self.meters
    }

    /// The meters of the first and the last step.
    pub(crate) fn ends(&self) -> (&Meter, &Meter) {
        (&self.meters[0], &self.meters[self.meters.len() - 1])
    }
}

/// Applies a step to a slab; a panic is returned as a failure.
pub(crate) fn attempt<S: Step>(step: &S, meter: &Meter, slab: S::In) -> Result<S::Out, Failure<S::Error>> {
    let stage = meter.name();
    match catch_unwind(AssertUnwindSafe(|| meter.time_share(|| step.run(slab)))) {
        Ok(Ok(out)) => Ok(out),
        Ok(Err(source)) => Err(Failure::Stage { stage, source }),
        Err(panic) => Err(Failure::Panicked { stage, message: message(panic.as_ref()) }),
    }
}
