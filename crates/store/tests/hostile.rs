//! Parquet files that lie: damaged anywhere they are refused or read as what they are, without a panic.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use tempered_store::{Error, Found, read_columns, read_footer, read_metrics, read_weights_row};

/// A file of `rows` points, in pages of a hundred.
fn points(rows: u32, dictionary: bool) -> Vec<u8> {
    let x: ArrayRef = Arc::new(Float64Array::from_iter_values((0..rows).map(f64::from)));
    let y: ArrayRef = Arc::new(Float64Array::from_iter_values((0..rows).map(|i| f64::from(i % 7) - 3.0)));
    let batch = RecordBatch::try_from_iter([("x", x), ("y", y)]).unwrap();
    let properties = WriterProperties::builder().set_dictionary_enabled(dictionary);
    let properties = properties.set_data_page_row_count_limit(100).set_write_batch_size(50).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// What a reader says of these bytes; a panic is a failed test that names the damage.
fn survives(bytes: &[u8], damage: &str, read: impl Fn(&Path)) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| read(file.path()))).is_ok(), "panics: {damage}");
}

fn all_readers(path: &Path) {
    if let Ok(columns) = read_columns(path, &["x", "y"]) {
        assert_eq!(columns[0].values.len(), columns[1].values.len());
    }
    if let Ok(Found::Unreadable(why)) = read_footer(path) {
        assert!(!why.is_empty());
    }
    let _ = read_metrics(path);
    let _ = read_weights_row(path, 3);
}

#[test]
fn every_truncation_is_refused() {
    let bytes = points(300, false);
    for length in (0..bytes.len()).step_by(7) {
        survives(&bytes[..length], &format!("cut to {length}"), |path| {
            assert!(read_columns(path, &["x", "y"]).is_err(), "cut to {length}");
            assert!(matches!(read_footer(path).unwrap(), Found::Unreadable(_)), "cut to {length}");
        });
    }
}

/// Each byte once, all its bits and one of them: lengths, counts and kinds of pages among them.
#[test]
fn damaged_bytes_never_panic() {
    let bytes = points(20, true);
    for (at, mask) in (0..bytes.len()).flat_map(|at| [(at, 0xff), (at, 0x01)]) {
        let mut damaged = bytes.clone();
        damaged[at] ^= mask;
        survives(&damaged, &format!("byte {at} of {} by {mask:#x}", bytes.len()), all_readers);
    }
}

/// The length of the footer stands before the last four bytes.
#[test]
fn declared_lengths_allocate_nothing() {
    let bytes = points(60, true);
    for length in [0u32, 1, 1 << 20, 1 << 31, u32::MAX] {
        let mut damaged = bytes.clone();
        let end = damaged.len() - 4;
        damaged[end - 4..end].copy_from_slice(&length.to_le_bytes());
        survives(&damaged, &format!("a footer of {length} bytes"), |path| {
            assert!(read_columns(path, &["x", "y"]).is_err());
            assert!(matches!(read_footer(path).unwrap(), Found::Unreadable(_)));
        });
    }
}

#[test]
fn what_is_no_parquet_file() {
    for bytes in [&b""[..], b"PAR1", b"PAR1PAR1", b"x,y\n1,2\n", &[0; 4096], b"PAR1\0\0\0\0PAR1"] {
        survives(bytes, "no parquet", |path| assert!(read_columns(path, &["x", "y"]).is_err()));
    }
}

#[test]
fn columns_that_hold_no_numbers() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["1", "2"]));
    let empty: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None]));
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN, f64::INFINITY]));
    let write = |x: ArrayRef, y: ArrayRef| {
        let file = tempfile::NamedTempFile::new().unwrap();
        let batch = RecordBatch::try_from_iter_with_nullable([("x", x, true), ("y", y, true)]).unwrap();
        let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        file
    };
    let file = write(numbers.clone(), text);
    assert!(matches!(read_columns(file.path(), &["x", "y"]), Err(Error::NotNumbers { .. })));
    let file = write(numbers, empty);
    assert!(matches!(read_columns(file.path(), &["x", "y"]), Err(Error::Null { row: 2, .. })));
    assert!(matches!(read_columns(file.path(), &["x", "z"]), Err(Error::NoColumn { .. })));
}

/// A page's header that declares more than there is ends with the file. The seed of the fuzz target took hours.
#[test]
fn headers_that_go_on_past_the_end_of_the_file() {
    let bytes = std::fs::read("../../tests/fuzz/seeds/data/skipped_past_the_end.parquet").unwrap();
    survives(&bytes, "a header without an end", |path| assert!(read_columns(path, &["x", "y"]).is_err()));
}
