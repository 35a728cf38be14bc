//! Tests of the real binary and of the workspace's layout.

mod common;
mod fit;
mod houses;
mod run;
