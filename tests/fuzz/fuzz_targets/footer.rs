//! Any bytes have a footer or are unreadable, with a reason.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: tempered_fuzz::only_uncaught_panics(), |bytes: &[u8]| tempered_fuzz::footer(bytes));
