//! Any bytes are a study or have a message, and a study reads back as itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tempered_pipeline::spec::parse;

fuzz_target!(|bytes: &[u8]| match parse(bytes, "fuzz", &[]) {
    Ok(study) => assert!(parse(study.to_yaml().as_bytes(), "resolved", &[]).as_ref() == Ok(&study)),
    Err(error) => assert!(!error.to_string().is_empty()),
});
