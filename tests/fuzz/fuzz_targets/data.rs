//! Any bytes are two columns of numbers of one length, or have a message.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tempered_store::read_xy;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = tempfile::NamedTempFile::new() else { return };
    if std::fs::write(file.path(), bytes).is_err() {
        return;
    }
    match read_xy(file.path(), "x", "y") {
        Ok((x, y)) => assert_eq!(x.len(), y.len()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
