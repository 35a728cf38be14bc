//! Who has begun what is not done, by claims.

use crate::exit::Failure;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};
use tempered_pipeline::RunDirectory;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::open_claims;

/// Processes that are listed one by one at most.
const MOST: usize = 20;

/// A process that has claimed work which is not done. Whether it is at work still nobody knows: claims are hints.
pub struct Worker {
    /// Its host and number, as it said.
    name: String,
    /// Its claims on lots of which files are missing.
    claims: usize,
    /// Since its last one, by the clocks of the file system and of this machine, which may differ.
    age: Option<Duration>,
}

/// The processes that have claims on lots of which files are missing, the one with the latest claim first.
pub fn workers(plan: &Plan, directory: &RunDirectory) -> Result<Vec<Worker>, Failure> {
    let claims = directory.claims()?;
    // Lots of a large study take a while to be cut.
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let open = open_claims(plan, directory, claims.iter().map(|claim| &*claim.name));
    let mut workers: BTreeMap<String, Worker> = BTreeMap::new();
    for claim in claims.iter().filter(|claim| open.contains(&*claim.name)) {
        let age = claim.made.map(|made| SystemTime::now().duration_since(made).unwrap_or_default());
        let name = name(&claim.says);
        let worker = workers.entry(name.clone()).or_insert(Worker { name, claims: 0, age });
        worker.claims += 1;
        worker.age = worker.age.min(age).or(age);
    }
    let mut workers: Vec<Worker> = workers.into_values().collect();
    workers.sort_by_key(|worker| worker.age);
    Ok(workers)
}

fn name(says: &str) -> String {
    let said: Value = serde_json::from_str(says).unwrap_or_default();
    match (said["host"].as_str(), said["process"].as_u64()) {
        (Some(host), Some(process)) => format!("{host} {process}"),
        _ => "unknown".into(),
    }
}

/// A line for each, the first of them where there are many; nothing where there are none.
pub fn text(workers: &[Worker]) -> String {
    if workers.is_empty() {
        return String::new();
    }
    let mut text =
        String::from("Claims on what is not done, by host and process (ages by this machine's clock):\n");
    for Worker { name, claims, age } in workers.iter().take(MOST) {
        let claims = if *claims == 1 { "1 claim".into() } else { format!("{claims} claims") };
        let age = age.map_or("at an unknown time".into(), |age| {
            format!("the last {} ago", humantime::format_duration(Duration::from_secs(age.as_secs())))
        });
        text += &format!("  {name}: {claims}, {age}\n");
    }
    if workers.len() > MOST {
        text += &format!("  and {} more\n", workers.len() - MOST);
    }
    text
}

/// The same as JSON.
pub fn json(workers: &[Worker]) -> Value {
    let one = |Worker { name, claims, age }: &Worker| json!({"process": name, "claims": claims, "age_seconds": age.map(|age| age.as_secs())});
    workers.iter().map(one).collect()
}
