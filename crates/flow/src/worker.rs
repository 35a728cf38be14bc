//! The loop of a worker thread.

use crate::cancel::Cancel;
use crate::verdict::{Failure, Verdict, message};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The state that all workers of a flow share.
pub(crate) struct Shared<'a, E> {
    pub verdict: &'a Verdict<E>,
    pub cancel: &'a Cancel,
}

/// Receives items by `pull` until the stream ends, works on each, and sends the result by `push`.
///
/// `pull` returns `None` at the end of the stream, `push` false when the next stage has ended. When the worker
/// returns, both of its channel ends are dropped, by which the neighbouring stages notice the end.
pub(crate) fn work<In, Out, E>(
    shared: &Shared<'_, E>,
    stage: &'static str,
    mut pull: impl FnMut() -> Option<Result<In, E>>,
    run: &mut impl FnMut(Option<In>) -> Result<Option<Out>, Failure<E>>,
    mut push: impl FnMut(Out) -> bool,
) {
    let attempt = catch_unwind(AssertUnwindSafe(|| -> Result<(), Failure<E>> {
        while let Some(item) = pull() {
            if shared.verdict.is_set() {
                return Ok(());
            }
            if shared.cancel.is_aborted() {
                return Err(Failure::Aborted);
            }
            let item = item.map_err(|source| Failure::Stage { stage, source })?;
            if let Some(out) = run(Some(item))?
                && !push(out)
            {
                return Ok(());
            }
        }
        if shared.cancel.is_aborted() {
            return Err(Failure::Aborted);
        }
        if !shared.verdict.is_set() {
            run(None)?;
        }
        Ok(())
    }));
    match attempt {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => shared.verdict.set(failure),
        Err(panic) => shared.verdict.set(Failure::Panicked { stage, message: message(panic.as_ref()) }),
    }
}
