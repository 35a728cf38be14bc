//! Programs at the beginning of a run: they are started before any trial, and must be those that the directory was made with.

use crate::directory::Shards;
use crate::error::Error;
use crate::plan::Plan;
use crate::spec::{self, is_generator, is_program};
use crate::trial::{Estimator, Laws};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use tempered_math::catalogue::Choice;
use tempered_process::Program as Command;
use tempered_store::RunDirectory;

/// The record of the names and versions of programs.
const RECORD: &str = "workers.json";

/// Starts every program of the estimators whose files are missing, and compares what it says with the study and with the record.
///
/// # Errors
/// A program cannot be used; it has another name or version than the one that made files here.
pub(super) fn greet(plan: &Plan, todo: &Shards, directory: &RunDirectory) -> Result<(), Error> {
    let wanted: BTreeSet<usize> =
        todo.iter().flat_map(|(_, estimators)| estimators.iter().copied()).collect();
    let mut record: Option<Map<String, Json>> = None;
    let mut programs: Vec<(&str, &Choice)> = Vec::new();
    for estimator in wanted {
        let planned = &plan.study.estimators[estimator];
        let choice = planned.rule.sample();
        if is_program(choice) {
            Estimator::build(choice, plan)?;
            programs.push((&planned.name, choice));
        }
    }
    let asked = todo.iter().any(|(_, estimators)| !estimators.is_empty());
    for cell in plan.cells.iter().filter(|_| asked).take(1) {
        if is_generator(&cell.design) {
            Laws::of(plan, cell)?;
            // Labels of estimators have no dot.
            programs.push((".generate", &cell.design));
        }
    }
    for (name, choice) in programs {
        let (words, folder) = spec::command(choice);
        let command = Command { words, folder };
        let greeting = plan.workers.pool.greeting(&command)?;
        let known = match &mut record {
            Some(record) => record,
            None => record.insert(read(directory)?),
        };
        let now = json!({"name": greeting.name, "version": greeting.version});
        match known.get(name) {
            Some(was) if *was != now => {
                let message = format!(
                    "is {now}, but the files of `{}` in {} were made by {was}; bring that version back, run with --fresh to start over, or give another directory with --out",
                    name.trim_start_matches('.'),
                    directory.root().display()
                );
                return Err(Error::Program { program: command.to_string(), message });
            }
            Some(_) => {}
            None => {
                known.insert(name.to_owned(), now);
                directory.write_record(RECORD, Json::Object(known.clone()).to_string().as_bytes())?;
            }
        }
    }
    Ok(())
}

fn read(directory: &RunDirectory) -> Result<Map<String, Json>, Error> {
    let bytes = directory.read_record(RECORD)?.unwrap_or_default();
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}
