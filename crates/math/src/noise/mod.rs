//! Noises: the laws of ε in y = f*(x) + ε.

mod contaminated;
mod flip;
mod heteroscedastic;
mod laplace;
mod law;
mod none;
mod normal;
mod rademacher;
mod student_t;
mod uniform;
mod zeroed;

pub use law::{Local, Noise};

use crate::catalogue::Entry;

/// Every noise, in the order of the documentation.
///
/// ```
/// use tempered_math::catalogue::{Choice, Value};
/// use tempered_math::noise::CATALOGUE;
/// use tempered_math::seed::{Key, Purpose};
///
/// let entry = CATALOGUE.iter().find(|entry| entry.name == "normal").unwrap();
/// let choice = Choice::new(entry, &[("sd", Value::Real(2.0))]).unwrap();
/// assert_eq!(choice.to_string(), "normal(sd=2)");
/// let noise = choice.build(CATALOGUE).unwrap();
/// let mut draws = [0.0; 10_000];
/// noise.fill(&mut Key::new(7, "an example", Purpose::Noise).trial(0), &mut draws);
/// let variance = draws.iter().map(|e| e * e).sum::<f64>() / 10_000.0;
/// assert!((variance - noise.absolute_moment(2.0)).abs() < 0.3);
/// ```
pub static CATALOGUE: &[Entry<dyn Noise>] = &[
    normal::ENTRY,
    uniform::ENTRY,
    laplace::ENTRY,
    student_t::ENTRY,
    rademacher::ENTRY,
    none::ENTRY,
    heteroscedastic::ENTRY,
    zeroed::ENTRY,
    flip::ENTRY,
    contaminated::ENTRY,
];
