//! The studies in `pipelines/python` against what is known of them. Slow: each test installs the packages that its study needs into a
//! virtual environment, unless TEMPERED_PYTHON names a Python that has them. `latent_predictors` needs R, Debian's r-base-core.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod causes;
mod intervals;
mod networks;
mod regressions;
mod study;
