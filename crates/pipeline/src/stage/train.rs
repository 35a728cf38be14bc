//! Fits every estimator to every sample of a batch.

use crate::batch::{Batch, Fits, Samples, Shelf, Trained};
use crate::error::Error;
use crate::plan::Plan;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tempered_flow::Stage;
use tempered_math::catalogue::Choice;
use tempered_math::estimator::{self, Estimator};
use tempered_math::predictor::Knots;
use tempered_math::sample::{Degenerate, Sample};

/// The second stage.
pub struct Train {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Where arithmetic runs.
    pub pool: Arc<rayon::ThreadPool>,
    /// Buffers that come back from evaluation.
    pub shelf: Arc<Shelf<Fits>>,
}

impl Stage for Train {
    type In = Batch<Samples>;
    type Out = Batch<Trained>;
    type Error = Error;

    fn run(&mut self, batch: Batch<Samples>) -> Result<Batch<Trained>, Error> {
        let Batch { order, slabs } = batch;
        let fit = |samples: &Samples, estimator: &usize| {
            let mut fits = self.shelf.take();
            fit_slab(&self.plan.study.estimators[*estimator].1, samples, &mut fits).map(|()| fits)
        };
        let slabs = self.pool.install(|| {
            slabs
                .into_par_iter()
                .map(|samples| {
                    let fits =
                        order.estimators.iter().map(|e| fit(&samples, e)).collect::<Result<_, Error>>()?;
                    Ok(Trained { samples, fits })
                })
                .collect::<Result<Vec<Trained>, Error>>()
        })?;
        Ok(Batch { order, slabs })
    }
}

/// Fits one estimator to every trial of a slab. A trial that cannot be fitted, or whose fit panics, is data.
fn fit_slab(choice: &Choice, samples: &Samples, fits: &mut Fits) -> Result<(), Error> {
    let mut estimator = choice.build(estimator::CATALOGUE)?;
    fits.status.clear();
    let rows = samples.x.chunks_exact(samples.n).zip(samples.y.chunks_exact(samples.n));
    for (i, (x, y)) in rows.enumerate() {
        if fits.rows.len() <= i {
            fits.rows.push(Knots::default());
        }
        let knots = &mut fits.rows[i];
        let fitted = catch_unwind(AssertUnwindSafe(|| fit_one(estimator.as_mut(), x, y, knots)));
        let status = match fitted {
            Ok(status) => status,
            Err(_) => {
                estimator = choice.build(estimator::CATALOGUE)?;
                Err(Degenerate::Panicked)
            }
        };
        fits.status.push(status);
    }
    Ok(())
}

/// Fits one sample.
pub fn fit_one(
    estimator: &mut dyn Estimator,
    x: &[f64],
    y: &[f64],
    knots: &mut Knots,
) -> Result<(), Degenerate> {
    knots.clear();
    // Interpolants of noise have about 1.4 knots a point; growing by doubling would copy large trials.
    for list in [&mut knots.x, &mut knots.y, &mut knots.change] {
        list.reserve(x.len() + x.len() / 2);
    }
    estimator.fit(Sample::new(x, y)?, knots)
}
