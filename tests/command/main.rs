//! Tests of the real binary and of the workspace's layout.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod analysis;
mod cells;
mod change;
mod common;
mod directories;
mod disk;
mod fit;
mod houses;
mod join;
mod kills;
mod limits;
mod programs;
mod rows;
mod run;
mod show;
mod stops;
mod strangers;
mod submit;
mod verify;
