//! Sweeps against a reference in plain Python, `sweeps/reference.py`: which cells and variants random studies stand for, in
//! which order, with which numbers, and which of them are errors.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::Value as Json;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};
use tempered_math::catalogue::{Choice, Value};
use tempered_pipeline::plan::Plan;
use tempered_pipeline::spec::parse;

const SCRIPT: &str = "tests/sweeps/reference.py";
const CASES: &str = "tests/sweeps/cases.json";

/// How far numbers may lie from the reference.
#[derive(Clone, Copy)]
struct Tolerance {
    /// Units in the last place: one for each power, exponential and logarithm, whose last bit libraries differ in.
    ulps: u64,
    /// Relatively, where values go through more than that.
    relative: f64,
}

impl Tolerance {
    fn of(study: &Json) -> Tolerance {
        let text = study.to_string();
        let count = |what: &str| text.matches(what).count() as u64;
        let ulps = count("^") + count("exp(") + count("ln(");
        let relative = match ulps {
            // Inner values of geometric progressions are rounded to 12 digits, to either side of a half.
            _ if count("geometric") > 0 => 1e-11,
            // A formula that takes up the value of another takes up its last bit.
            1.. if formulas(study) > 1 => 1e-14,
            _ => 0.0,
        };
        Tolerance { ulps, relative }
    }

    fn allows(self, found: f64, bits: &str) -> bool {
        let expected = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        let apart = found.to_bits().abs_diff(expected.to_bits());
        apart <= self.ulps || (found - expected).abs() <= self.relative * expected.abs()
    }
}

/// How many formulas there are below a node.
fn formulas(node: &Json) -> usize {
    match node {
        Json::String(text) => usize::from(text.contains(['+', '-', '*', '/', '^', '%', '('])),
        Json::Array(nodes) => nodes.iter().map(formulas).sum(),
        Json::Object(nodes) => {
            nodes.iter().filter(|(key, _)| *key != "where").map(|(_, node)| formulas(node)).sum()
        }
        _ => 0,
    }
}

/// What a choice lacks of the arguments that the reference states.
fn differs(choice: &Choice, expected: &Json, tolerance: Tolerance) -> Option<String> {
    let bad = expected.as_object().unwrap().iter().find(|(name, expected)| {
        let found = choice.arguments().iter().find(|(known, _)| *known == name.as_str());
        let number = match found {
            Some((_, Value::Real(x))) => *x,
            Some((_, Value::Whole(x))) => *x as f64,
            _ => f64::NAN,
        };
        !tolerance.allows(number, expected.as_str().unwrap())
    });
    bad.map(|(name, expected)| format!("{choice}: {name} should be {expected}"))
}

/// Compares a case, and says what is wrong.
fn compare(case: &Json) -> Result<(), String> {
    let text = case["study"].to_string();
    let study = parse(text.as_bytes(), "reference", &[]);
    if case.get("refused").is_some() {
        return study.map_or(Ok(()), |_| Err(format!("should be refused: {}", case["refused"])));
    }
    let plan = Plan::new(study.map_err(|error| error.to_string())?);
    let tolerance = Tolerance::of(&case["study"]);
    let (cells, variants) = (case["cells"].as_array().unwrap(), case["variants"].as_array().unwrap());
    let counts = (plan.cells.len(), plan.study.estimators.len());
    if counts != (cells.len(), variants.len()) {
        return Err(format!("{counts:?} cells and variants, not {:?}", (cells.len(), variants.len())));
    }
    for (cell, expected) in plan.cells.iter().zip(cells) {
        if !tolerance.allows(cell.n as f64, expected[0].as_str().unwrap()) {
            return Err(format!("{}: n should be {}", cell.content(), expected[0]));
        }
        for (part, expected) in
            [&cell.design, &cell.target, &cell.noise].into_iter().zip(&expected.as_array().unwrap()[1..])
        {
            if part.name() != expected[0] {
                return Err(format!("{}: {part} should be {}", cell.content(), expected[0]));
            }
            differs(part, &expected[1], tolerance)
                .map_or(Ok(()), |what| Err(format!("{}: {what}", cell.content())))?;
        }
    }
    for (known, expected) in plan.study.estimators.iter().zip(variants) {
        let choice = plan.cells[0].choice(&known.rule).map_err(|error| error.to_string())?;
        differs(&choice, expected, tolerance).map_or(Ok(()), Err)?;
    }
    Ok(())
}

fn compare_all(cases: &[Json]) {
    let wrong = cases
        .iter()
        .filter_map(|case| compare(case).err().map(|what| format!("{}\n  {what}", case["study"])));
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    let kept = cases.iter().filter(|case| case.get("cells").is_some()).count();
    assert!(kept > cases.len() / 2, "most are studies: {kept} of {}", cases.len());
}

#[test]
fn sweeps_are_those_of_the_reference() {
    let cases: Vec<Json> = serde_json::from_slice(&std::fs::read(CASES).unwrap()).unwrap();
    assert_eq!(cases.len(), 300);
    compare_all(&cases);
}

/// What Python prints; nothing where there is none.
fn python(arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("python3").arg(SCRIPT).args(arguments).output();
    let Ok(output) = output else {
        eprintln!("skipped: there is no python3");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

/// The file is what the script writes, and other cases hold as well: their seed is told, so that they can be had again.
#[test]
#[ignore = "slow: ten thousand cases from python3"]
fn the_reference_agrees_on_random_cases() {
    let Some(same) = python(&["20251129", "300"]) else { return };
    assert!(same == std::fs::read(CASES).unwrap(), "{CASES} is not what {SCRIPT} writes: run it");
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    eprintln!("seed {seed}");
    let cases = python(&[&seed.to_string(), "10000"]).unwrap();
    compare_all(&serde_json::from_slice::<Vec<Json>>(&cases).unwrap());
}
