//! What the fuzz targets check holds of their seeds: past findings, and one file of each kind.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "../../../tests/fuzz/src/lib.rs"]
#[allow(dead_code, reason = "the panic hook is for libFuzzer")]
mod laws;

fn every(folder: &str, check: fn(&[u8])) {
    let mut count = 0;
    for entry in std::fs::read_dir(format!("../../tests/fuzz/seeds/{folder}")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        // The name is printed where the check fails.
        println!("{}", path.display());
        check(&bytes);
        count += 1;
    }
    assert!(count > 0, "no seeds in {folder}");
}

#[test]
fn studies() {
    every("yaml", laws::yaml);
    every("yaml", laws::plan);
}

#[test]
fn files() {
    every("footer", laws::footer);
    every("footer", laws::data);
    every("data", laws::data);
    every("data", laws::footer);
}
