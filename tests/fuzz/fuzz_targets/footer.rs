//! Any bytes have a footer or are unreadable, with a reason.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tempered_store::{Found, read_footer, read_metrics, read_weights_row};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = tempfile::NamedTempFile::new() else { return };
    if std::fs::write(file.path(), bytes).is_err() {
        return;
    }
    if let Ok(Found::Unreadable(why)) = read_footer(file.path()) {
        assert!(!why.is_empty());
    }
    let _ = read_metrics(file.path());
    let _ = read_weights_row(file.path(), 3);
});
