//! Designs: how the x of a sample are placed on [0, 1].

mod grid;
mod jittered_grid;
mod law;
mod uniform;

pub use law::Design;

use crate::catalogue::Entry;

/// Every design, in the order of the documentation.
///
/// ```
/// use tempered_math::catalogue::Choice;
/// use tempered_math::design::CATALOGUE;
/// use tempered_math::seed::{Key, Purpose};
///
/// let names: Vec<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
/// assert_eq!(names, ["uniform", "grid", "jittered_grid"]);
/// let uniform = Choice::new(&CATALOGUE[0], &[]).unwrap().build(CATALOGUE).unwrap();
/// let mut x = [0.0; 100];
/// uniform.fill(&mut Key::new(7, "an example", Purpose::Design).trial(0), &mut x);
/// assert!(x.windows(2).all(|pair| pair[0] < pair[1]) && x[0] > 0.0 && x[99] < 1.0);
/// ```
pub static CATALOGUE: &[Entry<dyn Design>] = &[uniform::ENTRY, grid::ENTRY, jittered_grid::ENTRY];
