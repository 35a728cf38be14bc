//! Tests of run directories and their files.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;
mod damage;
mod files;
mod swept;
