//! The only worker loop there is.

use crate::cancel::Cancel;
use crate::meter::{Meter, Phase};
use crate::verdict::{Failure, Verdict, message};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What every worker of a flow shares.
pub(crate) struct Shared<'a, E> {
    pub verdict: &'a Verdict<E>,
    pub cancel: &'a Cancel,
}

/// Pulls items until the stream ends, works on each, pushes what comes out.
///
/// `pull` returns `None` at the end of the stream, `push` false when nobody is left downstream. Returning drops
/// both ends of the worker's channels, which is how its neighbours hear of it.
pub(crate) fn work<In, Out, E>(
    shared: &Shared<'_, E>,
    meter: &Meter,
    mut pull: impl FnMut() -> Option<Result<In, E>>,
    run: &mut impl FnMut(Option<In>) -> Result<Option<Out>, E>,
    mut push: impl FnMut(Out) -> bool,
) {
    let stage = meter.read().name;
    let attempt = catch_unwind(AssertUnwindSafe(|| -> Result<(), Failure<E>> {
        let failed = |source| Failure::Stage { stage, source };
        while let Some(item) = meter.time(Phase::WaitingIn, &mut pull) {
            if shared.verdict.is_set() {
                return Ok(());
            }
            if shared.cancel.is_aborted() {
                return Err(Failure::Aborted);
            }
            let item = item.map_err(failed)?;
            let out = meter.time(Phase::Busy, || run(Some(item))).map_err(failed)?;
            meter.count();
            if let Some(out) = out
                && !meter.time(Phase::WaitingOut, || push(out))
            {
                return Ok(());
            }
        }
        if shared.cancel.is_aborted() {
            return Err(Failure::Aborted);
        }
        if !shared.verdict.is_set() {
            run(None).map_err(failed)?;
        }
        Ok(())
    }));
    match attempt {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => shared.verdict.set(failure),
        Err(panic) => shared.verdict.set(Failure::Panicked { stage, message: message(panic.as_ref()) }),
    }
}
