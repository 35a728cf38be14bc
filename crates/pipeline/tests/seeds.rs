//! What the fuzz targets check holds of their seeds: past findings, and one file of each kind.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "../../../tests/fuzz/src/lib.rs"]
#[allow(dead_code, reason = "the panic hook is for libFuzzer")]
mod laws;

use std::time::{Duration, Instant};

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

/// A generator of small numbers: which edits are tried is the same every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }

    fn span(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(bytes.len());
        let length = 1 << self.below(7);
        start..bytes.len().min(start + length)
    }

    /// One edit of a text: a word of the dictionary, a part of another text, a part lost or twice, a byte or a digit changed.
    fn edit(&mut self, text: &mut Vec<u8>, words: &[Vec<u8>], others: &[Vec<u8>]) {
        let place = self.below(text.len() + 1);
        let span = self.span(text);
        match self.below(12) {
            0 | 1 => drop(text.splice(place..place, words[self.below(words.len())].clone())),
            2 => drop(text.splice(span, words[self.below(words.len())].clone())),
            3 => {
                let other = &others[self.below(others.len())];
                drop(text.splice(place..place, other[self.span(other)].to_vec()));
            }
            4 => drop(text.drain(span)),
            5 => {
                let twice = text[span].to_vec();
                drop(text.splice(place..place, twice));
            }
            _ => {
                let digits: Vec<usize> = (0..text.len()).filter(|at| text[*at].is_ascii_digit()).collect();
                if let Some(at) = digits.get(self.below(digits.len())) {
                    text[*at] = b"0123456789.-"[self.below(12)];
                }
            }
        }
    }
}

/// The words of the dictionary that libFuzzer takes too.
fn words() -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string("../../tests/fuzz/yaml.dict").unwrap();
    let word = |line: &str| {
        line.strip_prefix('"')?.strip_suffix('"').map(|word| word.replace("\\\"", "\"").into_bytes())
    };
    text.lines().filter_map(word).collect()
}

/// Studies with random edits: a study or a message, within a time. Gives how many are studies.
fn mutated(count: usize, longest: Duration) -> usize {
    let mut names: Vec<_> = std::fs::read_dir("../../tests/fuzz/seeds/yaml")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    // Some seeds are megabytes of one byte: edits of them tell nothing new.
    let seeds: Vec<Vec<u8>> =
        names.iter().map(|path| std::fs::read(path).unwrap()).filter(|seed| seed.len() < 10_000).collect();
    // Most edits of what was wrong before are wrong again.
    let is_sound = |seed: &&Vec<u8>| tempered_pipeline::spec::parse(seed, "seed", &[]).is_ok();
    let sound: Vec<Vec<u8>> = seeds.iter().filter(is_sound).cloned().collect();
    let (words, mut draw, mut studies) = (words(), Draw(1), 0);
    for _ in 0..count {
        let from = if draw.below(8) > 0 { &sound } else { &seeds };
        let mut text = from[draw.below(from.len())].clone();
        for _ in 0..1 + draw.below(3) {
            draw.edit(&mut text, &words, &seeds);
        }
        let start = Instant::now();
        let ended = std::panic::catch_unwind(|| {
            laws::yaml(&text);
            laws::plan(&text);
        });
        let shown = String::from_utf8_lossy(&text);
        assert!(ended.is_ok(), "{shown}");
        assert!(start.elapsed() < longest, "{:?}: {shown}", start.elapsed());
        studies += usize::from(tempered_pipeline::spec::parse(&text, "fuzz", &[]).is_ok());
    }
    studies
}

#[test]
fn mutated_studies() {
    let studies = mutated(2_000, Duration::from_secs(20));
    assert!(studies > 100, "only {studies} are studies");
}

#[test]
#[ignore = "slow: 100,000 inputs"]
fn many_mutated_studies() {
    let studies = mutated(100_000, Duration::from_secs(20));
    eprintln!("{studies} of 100,000 are studies");
}
