//! Studies made to harm: each is refused with its reason, soon and without much memory.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::time::{Duration, Instant};
use tempered_pipeline::plan::Plan;
use tempered_pipeline::spec::{Edit, LARGEST_FILE, SpecError, Study, parse};

/// Far above what any of them needs, far below what they would need if their cost were not bounded.
const PATIENCE: Duration = Duration::from_secs(60);

const GOOD: &str =
    "version: 1\nname: a\nseed: 1\ntrials: 5\ngenerate:\n  n: 10\ntrain:\n  s: linear_spline\n";

/// The good study with a part of it replaced.
fn with(part: &str, other: &str) -> String {
    assert!(GOOD.contains(part));
    GOOD.replace(part, other)
}

fn read(study: &[u8], set: &[(&str, &str)]) -> Result<Study, SpecError> {
    let set: Vec<Edit> = set.iter().map(|(path, value)| Edit::set(path, value)).collect();
    let start = Instant::now();
    let read = parse(study, "study.yaml", &set);
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    read
}

/// The message of a study that must be refused, which never repeats much of the file.
fn refused(study: &str) -> String {
    let message = read(study.as_bytes(), &[]).unwrap_err().to_string();
    assert!(message.len() < 100_000, "a message of {} bytes", message.len());
    message
}

fn list(entries: impl Iterator<Item = String>) -> String {
    format!("[{}]", entries.collect::<Vec<_>>().join(", "))
}

#[test]
fn alias_bombs() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_string();
    for pair in "abcdefghi".as_bytes().windows(2) {
        let (before, name) = (pair[0] as char, pair[1] as char);
        bomb += &format!("{name}: &{name} {}\n", list((0..9).map(|_| format!("*{before}"))));
    }
    assert!(refused(&bomb).contains("anchors are not supported"));
    assert!(refused("a: *a\n").contains("unknown anchor"), "{}", refused("a: *a\n"));
}

#[test]
fn nesting() {
    let deep = |open: &str, close: &str| format!("{}{}\n", open.repeat(10_000), close.repeat(10_000));
    for study in [deep("[", "]"), deep("{a: ", "}"), deep("- ", "1"), deep("? ", "1"), "{".repeat(500_000)] {
        let message = refused(&study);
        assert!(message.contains("nested") || message.contains("recursion limit"), "{message}");
    }
    let path = vec!["a"; 30_000].join(".");
    assert!(read(GOOD.as_bytes(), &[(&path, "1")]).unwrap_err().to_string().contains("more than 16 keys"));
}

#[test]
fn size() {
    for bytes in [LARGEST_FILE + 1, 100_000_000] {
        let message = read(&vec![b'['; bytes], &[]).unwrap_err().to_string();
        assert!(message.contains("the file is too large, expected at most 33554432 bytes"), "{message}");
    }
}

#[test]
fn huge_numbers() {
    let message = refused(&with("n: 10", "n: 1000000000000000000"));
    assert!(message.contains("n is 1000000000000000000, but it must be an integer from 2 to"), "{message}");
    for trials in ["9223372036854775808", "18446744073709551616", "1e300", "-1", "0x10", "1_000"] {
        let message = refused(&with("trials: 5", &format!("trials: {trials}")));
        assert!(message.contains(&format!("trials is {trials}, but it must be an integer")), "{message}");
    }
    let many = |what: &str| list((1..=1000).map(|k| what.replace('#', &k.to_string())));
    let axes = format!(
        "n: {}\n  noise: {}\n  target: {}\n  design: [uniform, grid]",
        list((2..1002).map(|n| n.to_string())),
        many("{normal: {sd: #}}"),
        many("{linear: {slope: #}}")
    );
    assert!(refused(&with("n: 10", &axes)).contains("makes 2000000000 cells"));
    let axes =
        format!("n: {}\n  noise: {}", list((900..1900).map(|n| n.to_string())), many("{normal: {sd: #}}"));
    let study = with("n: 10", &axes).replace("trials: 5", "trials: 8388608000");
    assert!(refused(&study).contains("files of a table, but there may be at most 100000000"));
}

#[test]
fn more_entries_than_memory_is_meant_for_are_refused() {
    let sizes = format!("[{}]", "7,".repeat((1 << 21) + 1));
    let message = refused(&with("n: 10", &format!("n: {sizes}")));
    assert!(message.contains("more than 2097152 entries"), "{message}");
}

#[test]
fn long_lists_and_names_cost_no_more_than_their_length() {
    let sizes = list((2..30_000).map(|n| n.to_string()));
    assert_eq!(
        Plan::new(read(with("n: 10", &format!("n: {sizes}")).as_bytes(), &[]).unwrap()).cells.len(),
        29_998
    );
    let twice = list((2..20_000).map(|n| n.to_string()).chain(["7".into()]));
    assert!(
        refused(&with("n: 10", &format!("n: {twice}")))
            .contains("n[19998] is 7, which is in this list before")
    );
    let noises = list((1..5_000).map(|sd| format!("{{normal: {{sd: {sd}}}}}")));
    read(with("n: 10", &format!("n: 10\n  noise: {noises}")).as_bytes(), &[]).unwrap();
    let keys: String = (0..30_000).map(|k| format!("k{k}: 1\n")).collect();
    assert!(refused(&format!("{GOOD}{keys}")).contains("… and 29900 more errors"));
    let labels: String = (0..20_000).map(|k| format!("  s{k}: linear_spline\n")).collect();
    assert!(refused(&format!("{GOOD}{labels}")).contains("has 20001 entries, but there may be at most 1000"));
    let risks = list((0..50_000).map(|k| format!("1.{k:06}")));
    let message = refused(&format!("{GOOD}evaluate:\n  risks: {risks}\n"));
    assert!(message.contains("has 50000 entries, but there may be at most 100"), "{message}");
    let name = "a".repeat(1_000_000);
    for study in [
        with("name: a", &format!("name: {name}")),
        with("linear_spline", &name),
        with("  s:", &format!("  ? {name}\n  :")),
    ] {
        assert!(refused(&study).len() < 2000);
    }
}

#[test]
fn names_that_would_leave_the_run_directory() {
    let bad = [
        "../a",
        "a/b",
        "/a",
        "a\\\\b",
        "..",
        ".a",
        "a\\0b",
        "a\\x1b[31m",
        "a\\nb",
        "ä",
        "a b",
        "A",
        "",
        "a=b",
        "a:b",
    ];
    for name in bad {
        let message = refused(&with("name: a", &format!("name: \"{name}\"")));
        assert!(message.contains("but it must be a name of at most 64 small letters"), "{name}: {message}");
        assert!(
            !message.chars().any(|c| c.is_control() && c != '\n'),
            "{name}: a control character is printed"
        );
        let message = refused(&with("  s:", &format!("  \"{name}\":")));
        assert!(message.contains("but it must be a name of at most 64 small letters"), "{name}: {message}");
    }
    let mut bytes = GOOD.as_bytes().to_vec();
    bytes[17] = 0xff;
    assert!(read(&bytes, &[]).unwrap_err().to_string().contains("not UTF-8"));
}

/// Control characters that are no part of YAML's text reach no terminal either.
#[test]
fn control_characters_are_not_printed() {
    for study in [
        format!("{GOOD}\"\\x1b[2J\": 1\n"),
        with("linear_spline", "\"\\x1b[2J\""),
        format!("{GOOD}\"\\x07\": 1\n\"\\x07\": 2\n"),
    ] {
        let message = refused(&study);
        assert!(!message.chars().any(|c| c.is_control() && c != '\n'), "{message:?}");
    }
}

/// −0 and 0 are one choice, with one label.
#[test]
fn zeros_of_either_sign_are_one_choice() {
    let message = refused(&with("n: 10", "n: 10\n  target: [{linear: {slope: 0}}, {linear: {slope: -0.0}}]"));
    assert!(
        message.contains("target[1] is linear(slope=0, intercept=0), which is in this list before"),
        "{message}"
    );
    let study = read(with("n: 10", "n: 10\n  target: {linear: {slope: -0}}").as_bytes(), &[]).unwrap();
    assert_eq!(study.targets[0].to_string(), "linear(slope=0, intercept=0)");
}
