//! Any bytes are two columns of numbers of one length, or have a message.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: tempered_fuzz::only_uncaught_panics(), |bytes: &[u8]| tempered_fuzz::data(bytes));
