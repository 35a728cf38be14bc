//! The common parts of trained networks: weights and their initial values, penalties, optimisers and the training loop.

mod init;
mod inputs;
mod kinks;
mod knots;
mod optimiser;
mod parameters;
mod penalty;
mod plateau;
mod schedule;
mod train;
mod two_layer;
mod weights;

pub(crate) use init::Init;
pub(crate) use inputs::Inputs;
pub(crate) use kinks::{FARTHEST, Kink, write};
pub(crate) use knots::{lay, same};
pub(crate) use parameters::{FROM_ZERO, count, real, word};
pub(crate) use penalty::Decay;
pub(crate) use train::{Model, Trainer};
pub(crate) use two_layer::Setup;
pub(crate) use weights::{Parts, PartsMut, Weights, parts, parts_mut};
