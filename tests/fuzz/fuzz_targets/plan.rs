//! Every study has a plan whose shards cover each trial of a cell once, and footers that tell cells apart.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: tempered_fuzz::only_uncaught_panics(), |bytes: &[u8]| tempered_fuzz::plan(bytes));
