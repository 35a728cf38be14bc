//! What is known of estimators on R^d: laws at finite n, the eigenframework, and classes as n grows.

mod at;
mod bags;
mod beta;
mod collapse;
mod eigenframework;
mod isotropic;
mod kernels;
mod known;
mod labels;
mod means;
mod random_features;
mod ranks;
mod root;
mod setting;

pub use at::{expected, law, ranks};
pub use bags::known_bags;
pub use collapse::collapse;
pub use eigenframework::Eigenframework;
pub use isotropic::Isotropic;
pub use known::{known, tail_index};
pub use labels::{error, known_error};
pub use random_features::random_features;
pub use ranks::Ranks;
pub use setting::{Growth, Setting};
