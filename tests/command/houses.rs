//! The layout of the workspace: who may depend on what.

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
        let leaf = ["tempered-math", "tempered-flow", "tempered-store"].contains(&name);
        assert!(!leaf || !names.iter().any(|name| name.starts_with("tempered-")), "{name} is a leaf");
    }
}
