//! Any bytes are a study or have a message, and a study reads back as itself.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: tempered_fuzz::only_uncaught_panics(), |bytes: &[u8]| tempered_fuzz::yaml(bytes));
