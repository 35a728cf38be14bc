//! Workers that publish into a depot: the bytes of one run, whatever the depot does to requests and listings.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tempered_depot::{Depot, Error as DepotError, Folder, Memory, Object};
use tempered_pipeline::plan::Plan;
use tempered_pipeline::pull::pull;
use tempered_pipeline::run::{Ending, Publisher, Settings, run, run_published};
use tempered_pipeline::{Cancel, Error, RunDirectory, spec};

const STUDY: &str = "version: 1\nname: depots\nseed: 5\ntrials: 24\ngenerate: {n: [10, 30], design: uniform, target: zero, noise: normal}\n\
                     train: {a: min_norm, b: linear_spline, net: {relu_network: {width: 5, steps: [30, 60]}}}\n\
                     evaluate: {risks: [1, 2]}\nstore: {weights: all, shard_trials: 5}\n";

fn plan(text: &str) -> Plan {
    Plan::new(spec::parse(text.as_bytes(), "study.yaml", &[]).unwrap())
}

fn settings() -> Settings {
    Settings { threads: 2, join: Some("test".into()), ..Settings::default() }
}

fn publish(plan: &Plan, depot: Arc<dyn Depot>) -> Result<Ending, Error> {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Publisher { depot, scratch: RunDirectory::create(folder.path()).unwrap() };
    let outcome = run_published(plan, &publisher, &settings(), &Cancel::new(), |_| ())?;
    // What was published has left.
    assert!(publisher.scratch.listing()?.files.is_empty());
    Ok(outcome.ending)
}

/// Every data file of a directory with its bytes.
fn files(directory: &RunDirectory) -> Vec<(String, Vec<u8>)> {
    let files = directory.listing().unwrap().files.into_iter();
    let file = |path: std::path::PathBuf| {
        let bytes = std::fs::read(directory.root().join(&path)).unwrap();
        (path.display().to_string(), bytes)
    };
    files.map(|listed| file(listed.place.path(listed.table))).collect()
}

/// The files of a run that nobody shared, and a depot of the same study pulled into a directory.
fn assert_same(plan: &Plan, depot: &dyn Depot) {
    let folder = tempfile::tempdir().unwrap();
    let alone = RunDirectory::create(&folder.path().join("alone")).unwrap();
    let settings = Settings { threads: 1, ..Settings::default() };
    run(plan.clone(), &alone, &settings, &Cancel::new(), |_| ()).unwrap();
    let pulled = RunDirectory::create(&folder.path().join("pulled")).unwrap();
    let first = pull(depot, &pulled).unwrap();
    assert!(files(&alone) == files(&pulled), "files differ");
    assert_eq!(first.files as usize, files(&pulled).len());
    // What is there is not copied again where the depot can tell; a run goes on in the copy and finds nothing to do.
    let outcome = run(plan.clone(), &pulled, &settings, &Cancel::new(), |_| ()).unwrap();
    assert_eq!((outcome.ending, outcome.trials), (Ending::Complete, 0));
    let again = pull(depot, &pulled).unwrap();
    assert_eq!((again.files, again.kept), (0, first.files));
}

#[test]
fn workers_that_publish_leave_the_bytes_of_one_run() {
    let plan = plan(STUDY);
    let folder = tempfile::tempdir().unwrap();
    let depots: [Arc<dyn Depot>; 2] =
        [Arc::new(Memory::default()), Arc::new(Folder::new(folder.path()).unwrap())];
    for depot in depots {
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..3).map(|_| scope.spawn(|| publish(&plan, depot.clone()))).collect();
            for worker in workers {
                assert_eq!(worker.join().unwrap().unwrap(), Ending::Complete);
            }
        });
        assert_same(&plan, depot.as_ref());
        assert_eq!(publish(&plan, depot.clone()).unwrap(), Ending::Complete, "one that comes late");
    }
}

/// A depot whose listings show objects late, whose answers get lost, and whose requests arrive twice.
#[derive(Debug, Default)]
struct Unreliable {
    depot: Memory,
    requests: AtomicU64,
    /// Requests that were made when an object was created, by its name.
    born: std::sync::Mutex<std::collections::BTreeMap<String, u64>>,
}

/// Requests after which a listing shows an object.
const LAG: u64 = 40;

impl Unreliable {
    fn turn(&self) -> u64 {
        self.requests.fetch_add(1, Relaxed)
    }

    fn note(&self, name: &str) {
        let now = self.requests.load(Relaxed);
        self.born.lock().unwrap().entry(name.into()).or_insert(now);
    }
}

impl Depot for Unreliable {
    fn address(&self) -> String {
        "unreliable".into()
    }
    fn list(&self, folder: &str) -> Result<Vec<Object>, DepotError> {
        let now = self.turn();
        let born = self.born.lock().unwrap();
        let is_shown = |object: &Object| born.get(&object.name).is_none_or(|born| born + LAG <= now);
        Ok(self.depot.list(folder)?.into_iter().filter(is_shown).collect())
    }
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, DepotError> {
        self.turn();
        self.depot.read(name)
    }
    fn has(&self, name: &str) -> Result<bool, DepotError> {
        self.turn();
        self.depot.has(name)
    }
    fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, DepotError> {
        let is_lost = self.turn().is_multiple_of(3);
        let first = self.depot.create(name, bytes)?;
        self.note(name);
        // The client asks again, and is told that the object is there.
        if is_lost { self.depot.create(name, bytes) } else { Ok(first) }
    }
    fn put(&self, name: &str, file: &Path) -> Result<(), DepotError> {
        let is_doubled = self.turn() % 3 == 1;
        self.depot.put(name, file)?;
        self.note(name);
        if is_doubled { self.depot.put(name, file) } else { Ok(()) }
    }
}

#[test]
fn lost_answers_and_late_listings_cost_work_and_nothing_else() {
    let plan = plan(STUDY);
    let depot = Arc::new(Unreliable::default());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(|| publish(&plan, depot.clone()))).collect();
        for worker in workers {
            assert_eq!(worker.join().unwrap().unwrap(), Ending::Complete);
        }
    });
    assert_same(&plan, &depot.depot);
    // Whoever comes when listings show all writes down what there is; who copies it then needs no listing.
    for _ in 0..LAG {
        depot.turn();
    }
    publish(&plan, depot.clone()).unwrap();
    assert_same(&plan, &Unlisted(depot));
}

/// A depot whose listings show nothing.
#[derive(Debug)]
struct Unlisted(Arc<Unreliable>);

impl Depot for Unlisted {
    fn address(&self) -> String {
        "unlisted".into()
    }
    fn list(&self, _: &str) -> Result<Vec<Object>, DepotError> {
        Ok(Vec::new())
    }
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, DepotError> {
        self.0.depot.read(name)
    }
    fn has(&self, name: &str) -> Result<bool, DepotError> {
        self.0.depot.has(name)
    }
    fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, DepotError> {
        self.0.depot.create(name, bytes)
    }
    fn put(&self, name: &str, file: &Path) -> Result<(), DepotError> {
        self.0.depot.put(name, file)
    }
}

#[test]
fn a_depot_of_another_study_is_refused_and_other_numbers_are_found() {
    let depot: Arc<dyn Depot> = Arc::new(Memory::default());
    let one = plan(STUDY);
    publish(&one, depot.clone()).unwrap();
    let more = plan(&STUDY.replace("trials: 24", "trials: 30"));
    let told = publish(&more, depot.clone()).unwrap_err();
    assert!(matches!(told, Error::OtherRecords { .. }), "{told}");
    // Somebody has published other numbers for the first shard.
    let name = depot.list("metrics").unwrap().swap_remove(0).name;
    let mut bytes = depot.read(&name).unwrap().unwrap();
    bytes[100] ^= 1;
    let late: Arc<dyn Depot> = Arc::new(Late(Memory::default(), name.clone(), bytes));
    let told = publish(&one, late).unwrap_err();
    let inner = std::error::Error::source(&told).map(ToString::to_string).unwrap_or_default();
    let text = format!("{told} {inner}");
    assert!(text.contains("hold other bytes") && text.contains(&name), "{text}");
}

/// A depot in which an object of somebody else appears when a worker is about to create it.
#[derive(Debug)]
struct Late(Memory, String, Vec<u8>);
impl Depot for Late {
    fn address(&self) -> String {
        "late".into()
    }
    fn list(&self, folder: &str) -> Result<Vec<Object>, DepotError> {
        self.0.list(folder)
    }
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, DepotError> {
        self.0.read(name)
    }
    fn has(&self, name: &str) -> Result<bool, DepotError> {
        Ok(name != self.1 && self.0.has(name)?)
    }
    fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, DepotError> {
        if name == self.1 {
            self.0.create(name, &self.2)?;
        }
        self.0.create(name, bytes)
    }
    fn put(&self, name: &str, file: &Path) -> Result<(), DepotError> {
        self.0.put(name, file)
    }
}

#[test]
fn what_is_no_study_is_not_pulled() {
    let folder = tempfile::tempdir().unwrap();
    let directory = RunDirectory::create(folder.path()).unwrap();
    let told = pull(&Memory::default(), &directory).unwrap_err();
    assert!(told.to_string().contains("holds no study"), "{told}");
}
