//! Work on one training set that several estimators have in common.

use tempered_math::sample::Degenerate;
use tempered_math::space::estimator::{Decomposition, Filter, Report};
use tempered_math::space::{Predictor, Sample};

/// What estimators have computed of one training set, for the next ones: decompositions without an intercept and with one, and
/// the fits of filters. None of it changes a bit of a predictor.
#[derive(Default)]
pub struct Shared<'a> {
    decompositions: [Option<Decomposition<'a>>; 2],
    /// Filters that the training set is going to be asked for: those of one intercept are computed at a time.
    expected: &'a [Filter],
    fits: Vec<(Filter, Result<FilterFit, Degenerate>)>,
}

/// The fit of a filter.
pub struct FilterFit {
    /// f̂.
    pub predictor: Predictor,
    /// What the fit tells.
    pub report: Report,
    /// f̂ at the points of the sample.
    pub values: Vec<f64>,
}

impl<'a> Shared<'a> {
    /// Of a training set that is going to be asked for these filters.
    pub fn of(expected: &'a [Filter]) -> Shared<'a> {
        Shared { expected, ..Shared::default() }
    }

    /// Whether one fit may compute those of others.
    pub fn is_of_several(&self) -> bool {
        self.expected.len() > 1
    }

    /// The fit of a filter to the sample, which is the same in all calls.
    ///
    /// # Errors
    /// The reason why there is no predictor.
    pub fn fit(&mut self, sample: Sample<'a>, filter: &Filter) -> Result<FilterFit, Degenerate> {
        let place = |fits: &[(Filter, _)]| fits.iter().position(|(known, _)| known == filter);
        if place(&self.fits).is_none() {
            self.compute(sample, filter)?;
        }
        let place = place(&self.fits).ok_or(Degenerate::Lengths)?;
        self.fits.swap_remove(place).1
    }

    /// Computes the fit of a filter, and of those that are expected beside it.
    fn compute(&mut self, sample: Sample<'a>, filter: &Filter) -> Result<(), Degenerate> {
        let beside = self.expected.iter().filter(|one| one.intercept == filter.intercept).copied();
        let mut filters: Vec<Filter> = beside.collect();
        if !filters.contains(filter) {
            filters = vec![*filter];
        }
        let fits = self.decomposition(sample, filter.intercept)?.predictors(&filters);
        let planes: Vec<&Predictor> = fits.iter().flatten().map(|(predictor, _)| predictor).collect();
        let mut values = Predictor::values_of_each(&planes, sample.x()).into_iter();
        for (filter, fit) in filters.into_iter().zip(fits) {
            let fit = fit.map(|(predictor, report)| {
                let values = values.next().unwrap_or_default();
                FilterFit { predictor, report, values }
            });
            self.fits.push((filter, fit));
        }
        Ok(())
    }

    /// The decomposition of the sample, or of its deviations from its mean.
    ///
    /// # Errors
    /// Its matrix is not finite.
    pub fn decomposition(
        &mut self,
        sample: Sample<'a>,
        intercept: bool,
    ) -> Result<&mut Decomposition<'a>, Degenerate> {
        let place = &mut self.decompositions[usize::from(intercept)];
        match place.take() {
            Some(known) => Ok(place.insert(known)),
            None => Ok(place.insert(Decomposition::new(sample, intercept)?)),
        }
    }
}
