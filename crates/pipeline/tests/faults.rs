//! A disk that refuses, one operation after the other: each fault is an error that names a path, and the same study run
//! again leaves the same bytes as if nothing had happened.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{data, plan, records, settings};
use std::io::{Error as IoError, Result as IoResult, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempered_pipeline::run::{Ending, run};
use tempered_pipeline::{Cancel, Error, RunDirectory};
use tempered_store::{Disk, Local, Output};

const STUDY: &str = "
version: 1
name: faults
seed: 5
trials: 9
generate: {n: [5, 40], target: zero, noise: {normal: {sd: 1}}}
train: {spline: linear_spline, min_norm: min_norm}
store: {weights: all, shard_points: 200}
";

const NO_SPACE: i32 = 28;
const BROKEN: i32 = 5;
const DENIED: i32 = 13;
const READ_ONLY: i32 = 30;

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Folders,
    Create,
    /// A write, counted in bytes: part of it may still get through.
    Write,
    Sync,
    Rename,
    Link,
    Remove,
    SyncFolder,
}

/// The local disk, until a kind of step has been done so often. Syncs that succeed do nothing: whether bytes would survive
/// a loss of power cannot be seen here, and thousands of syncs would take minutes.
#[derive(Clone, Debug)]
struct Faulty {
    step: Step,
    error: i32,
    /// Steps, or bytes, that still succeed.
    left: Arc<AtomicI64>,
    /// Whether it fails for good or once.
    for_good: bool,
}

impl Faulty {
    fn new(step: Step, error: i32, after: i64, for_good: bool) -> Faulty {
        Faulty { step, error, left: Arc::new(AtomicI64::new(after)), for_good }
    }

    /// One that never fails.
    fn sound() -> Faulty {
        Faulty::new(Step::Sync, 0, i64::MAX, false)
    }

    fn pass(&self, step: Step) -> IoResult<()> {
        if step != self.step {
            return Ok(());
        }
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if left == 0 || (left < 0 && self.for_good) { Err(self.refusal()) } else { Ok(()) }
    }

    fn refusal(&self) -> IoError {
        IoError::from_raw_os_error(self.error)
    }

    fn struck(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }
}

impl Disk for Faulty {
    fn create_folders(&self, path: &Path) -> IoResult<()> {
        self.pass(Step::Folders)?;
        Local.create_folders(path)
    }

    fn create(&self, path: &Path) -> IoResult<Box<dyn Output>> {
        self.pass(Step::Create)?;
        Ok(Box::new(FaultyFile { disk: self.clone(), file: Local.create(path)? }))
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> IoResult<()> {
        Local.append(path, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> IoResult<()> {
        self.pass(Step::Rename)?;
        Local.rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> IoResult<()> {
        self.pass(Step::Link)?;
        Local.link(from, to)
    }

    fn remove(&self, path: &Path) -> IoResult<()> {
        self.pass(Step::Remove)?;
        Local.remove(path)
    }

    fn sync_folder(&self, _: &Path) -> IoResult<()> {
        self.pass(Step::SyncFolder)
    }
}

struct FaultyFile {
    disk: Faulty,
    file: Box<dyn Output>,
}

impl Write for FaultyFile {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        if self.disk.step != Step::Write {
            return self.file.write(bytes);
        }
        let left = self.disk.left.load(Ordering::SeqCst);
        let fit = bytes.len().min(usize::try_from(left).unwrap_or(0));
        if fit == 0 && (left >= 0 || self.disk.for_good) {
            self.disk.left.store(-1, Ordering::SeqCst);
            return Err(self.disk.refusal());
        }
        let written = self.file.write(if left < 0 { bytes } else { &bytes[..fit] })?;
        if left >= 0 {
            self.disk.left.fetch_sub(written as i64, Ordering::SeqCst);
        }
        Ok(written)
    }

    fn flush(&mut self) -> IoResult<()> {
        self.file.flush()
    }
}

impl Output for FaultyFile {
    fn sync(&mut self) -> IoResult<()> {
        self.disk.pass(Step::Sync)
    }
}

fn attempt(disk: Arc<dyn Disk>, root: &Path) -> Result<Ending, Error> {
    let directory = RunDirectory::create_on(disk, root)?;
    run(plan(STUDY), &directory, &settings(), &Cancel::default(), |_| ()).map(|outcome| outcome.ending)
}

/// The path and the cause of a refusal, whichever stage it came from.
fn refusal(error: &Error) -> Option<(PathBuf, i32)> {
    match error {
        Error::Stage { source, .. } => refusal(source),
        Error::Store(tempered_store::Error::Io { path, source }) => {
            Some((path.clone(), source.raw_os_error()?))
        }
        _ => None,
    }
}

/// Runs on a disk that fails, then on one that does not. Says whether the fault was met.
fn survive(whole: &Path, faulty: Faulty) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("run");
    let ended = attempt(Arc::new(faulty.clone()), &root);
    let what = format!("{faulty:?}");
    match &ended {
        // What is left behind is cleared away as well as can be: that alone may fail in silence.
        Ok(ending) => assert!(!faulty.struck() || faulty.step == Step::Remove, "{what}: {ending:?}"),
        Err(error) => {
            let (path, number) = refusal(error).unwrap_or_else(|| panic!("{what}: {error:?}"));
            assert!(path.starts_with(folder.path()), "{what}: {}", path.display());
            assert_eq!(number, faulty.error, "{what}: {error}");
            assert!(error.to_string().contains(&*path.to_string_lossy()), "{what}: {error}");
        }
    }
    // Whatever was finished before the fault is whole.
    for (name, bytes) in data(&root) {
        let expected = std::fs::read(whole.join(&name)).unwrap();
        assert!(bytes == expected, "{what}: {name} is there and differs");
    }
    assert_eq!(attempt(Arc::new(Faulty::sound()), &root).unwrap(), Ending::Complete, "{what}");
    assert!(data(&root) == data(whole), "{what}: data differ");
    assert!(records(&root) == records(whole), "{what}: records differ");
    faulty.struck()
}

fn whole() -> tempfile::TempDir {
    let whole = tempfile::tempdir().unwrap();
    attempt(Arc::new(Faulty::sound()), whole.path()).unwrap();
    assert!(data(whole.path()).len() >= 12);
    whole
}

#[test]
fn every_step_may_fail() {
    let whole = whole();
    // What it says where it fails once, and where it fails for good.
    let errors = [
        (Step::Folders, [READ_ONLY, DENIED]),
        (Step::Create, [NO_SPACE, DENIED]),
        (Step::Sync, [BROKEN, BROKEN]),
        (Step::Rename, [BROKEN, DENIED]),
        (Step::Remove, [BROKEN, DENIED]),
        (Step::SyncFolder, [BROKEN, BROKEN]),
    ];
    for (step, errors) in errors {
        for (error, for_good) in errors.into_iter().zip([false, true]) {
            let met =
                (0..).take_while(|k| survive(whole.path(), Faulty::new(step, error, *k, for_good))).count();
            assert!(met > 0, "{step:?} is never met");
        }
    }
}

#[test]
fn the_disk_may_be_full_after_any_byte() {
    let whole = whole();
    let files = data(whole.path());
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut after = 0;
    let mut faults = 0;
    while survive(whole.path(), Faulty::new(Step::Write, NO_SPACE, after, faults % 2 == 0)) {
        faults += 1;
        // Every byte would take too long; steps of a prime visit records, pages and footers.
        after += 1 + bytes as i64 / 97;
    }
    assert!(faults >= 97, "{faults} faults in {bytes} bytes");
    for after in 0..16 {
        assert!(survive(whole.path(), Faulty::new(Step::Write, BROKEN, after * after, false)));
    }
}
