//! `tempered verify` of the real binary.

use crate::common::{assert_same_files, data_files, expect, small_study, tempered};
use std::fs;
use std::path::{Path, PathBuf};

fn verify(run: &Path, flags: &[&str], code: i32) -> serde_json::Value {
    let output = expect(tempered().arg("verify").arg(run).args(flags).args(["--format", "json"]), code);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn run(folder: &Path, name: &str, flags: &[&str], code: i32) -> PathBuf {
    let out = folder.join(name);
    expect(tempered().arg("run").arg(small_study(folder)).arg("--out").arg(&out).args(flags), code);
    out
}

#[test]
fn damage_is_named_repaired_and_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, hurt) = (run(folder.path(), "whole", &[], 0), run(folder.path(), "hurt", &[], 0));
    let sound = verify(&hurt, &["--recompute", "10%"], 0);
    assert_eq!((&sound["recomputed"], &sound["sealed"]), (&48.into(), &true.into()));
    let (name, mut bytes) = data_files(&hurt).pop().unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(hurt.join(&name), &bytes).unwrap();
    // A run looks at footers alone.
    run(folder.path(), "hurt", &[], 0);
    let found = verify(&hurt, &[], 65);
    let findings = found["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((&findings[0]["file"], &findings[0]["fault"]), (&name.clone().into(), &"damaged".into()));
    let text = expect(tempered().arg("verify").arg(&hurt), 65).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains(&name) && text.contains("--repair") && text.contains("1 finding"), "{text}");
    let repaired = verify(&hurt, &["--repair"], 0);
    assert_eq!(repaired["repaired"][0]["file"], name);
    assert!(repaired["findings"].as_array().unwrap().is_empty());
    assert_same_files(&whole, &hurt);
    assert_eq!(fs::read_dir(hurt.join("_quarantine")).unwrap().count(), 1);
    let seal = |run: &Path| fs::read(run.join("_tempered/sealed.json")).unwrap();
    assert!(seal(&whole) == seal(&hurt));
}

#[test]
fn an_unfinished_study_is_sound_but_not_complete() {
    let folder = tempfile::tempdir().unwrap();
    let half = run(folder.path(), "half", &["--shard", "1/2"], 0);
    let found = verify(&half, &[], 5);
    assert!(found["missing"].as_u64().unwrap() > 0 && found["sealed"] == false, "{found}");
    // Repair does not go on with the study.
    fs::write(half.join("metrics/notes.txt"), "mine").unwrap();
    let repaired = verify(&half, &["--repair"], 5);
    assert_eq!(
        (&repaired["missing"], &repaired["repaired"][0]["fault"]),
        (&found["missing"], &"stray".into())
    );
    expect(tempered().arg("verify").arg(&half).args(["--recompute", "many"]), 2);
    expect(tempered().arg("verify").arg(folder.path()), 2);
}
