//! The layout of the workspace: who may depend on what.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Each heavy dependency is named by one crate, so it can be replaced or upgraded in one place.
#[test]
fn heavy_dependencies_have_one_house() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let houses = [
        ("faer", "tempered-math"),
        ("crossbeam-channel", "tempered-flow"),
        ("safetensors", "tempered-process"),
        ("rustix", "tempered-process"),
        ("object_store", "tempered-depot"),
        ("arrow-array", "tempered-store"),
        ("parquet", "tempered-store"),
        ("saphyr-parser", "tempered-pipeline"),
        ("polars", "tempered-analysis"),
        ("polars-core", "tempered-analysis"),
        ("kuva", "tempered-report"),
        ("clap", "tempered"),
    ];
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let normal = package["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"].is_null());
        let names: Vec<&str> = normal.map(|d| d["name"].as_str().unwrap()).collect();
        for (heavy, house) in houses {
            assert_eq!(names.contains(&heavy), name == house, "{name} and {heavy}");
        }
        let leaf = ["tempered-math", "tempered-flow", "tempered-store", "tempered-process", "tempered-depot"]
            .contains(&name);
        assert!(!leaf || !names.iter().any(|name| name.starts_with("tempered-")), "{name} is a leaf");
    }
}

/// Rooms, the files and folders at the top of a crate, use each other in one direction, so that a crate can be read from
/// what uses nothing to what uses all.
#[test]
fn rooms_of_a_crate_use_each_other_in_one_direction() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    for name in fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().path()) {
        let source = if name.join("src").is_dir() { name.join("src") } else { name };
        let mut uses = BTreeMap::new();
        gather(&source, &[], &mut uses);
        // What uses no room that is left is taken away until nothing is left, or a circle.
        while let Some(room) = uses.iter().find(|(_, of)| !of.iter().any(|room| uses.contains_key(room))) {
            let room = room.0.clone();
            uses.remove(&room);
        }
        assert!(uses.is_empty(), "{}: rooms that use each other: {uses:#?}", source.display());
    }
}

/// Adds the rooms that each room below `folder` names, where `place` leads from the root of the crate to the folder.
fn gather(folder: &Path, place: &[String], uses: &mut BTreeMap<String, BTreeSet<String>>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let inner: Vec<String> = place.iter().cloned().chain([stem.clone()]).collect();
        if path.is_dir() {
            gather(&path, &inner, uses);
        } else if path.extension().is_some_and(|end| end == "rs")
            && !["lib", "main", "tests"].contains(&&*inner[0])
        {
            let text = fs::read_to_string(&path).unwrap();
            // Tests at the end of a file, and files of tests, may use what they like.
            if stem == "tests" {
                continue;
            }
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code: String =
                code.lines().map(|line| line.split("//").next().unwrap().to_owned() + "\n").collect();
            // From the root of a crate `super` is nothing; a `mod.rs` stands for its folder.
            let depth = inner.len() - usize::from(stem == "mod");
            let named = uses.entry(inner[0].clone()).or_default();
            for root in ["crate::".to_owned(), "super::".repeat(depth)] {
                named.extend(code.match_indices(&root).filter_map(|(at, _)| {
                    let longer = code[..at].ends_with("super::");
                    let rest = &code[at + root.len()..];
                    let word: String =
                        rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                    (!longer && !word.is_empty() && word != "super").then_some(word)
                }));
            }
            named.remove(&inner[0]);
        }
    }
}
