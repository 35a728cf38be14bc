//! What every depot keeps, and what is kept where requests fail.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use tempered_depot::{Depot, Error, Folder, Memory, Object};

/// A depot whose requests go wrong: one is done and its answer lost, the next done twice by a late duplicate; the
/// caller tries again, as clients of object stores do.
#[derive(Debug)]
struct Faulty<D> {
    depot: D,
    requests: AtomicU64,
}

impl<D: Depot> Faulty<D> {
    fn new(depot: D) -> Faulty<D> {
        Faulty { depot, requests: AtomicU64::new(0) }
    }

    fn request<T>(&self, make: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
        match self.requests.fetch_add(1, Ordering::Relaxed) % 6 {
            // The answer is lost: the client asks again.
            2 => {
                let _ = make();
                make()
            }
            // A late duplicate arrives.
            5 => {
                let first = make();
                let _ = make();
                first
            }
            _ => make(),
        }
    }
}

impl<D: Depot> Depot for Faulty<D> {
    fn address(&self) -> String {
        self.depot.address()
    }
    fn list(&self, folder: &str) -> Result<Vec<Object>, Error> {
        self.request(|| self.depot.list(folder))
    }
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        self.request(|| self.depot.read(name))
    }
    fn has(&self, name: &str) -> Result<bool, Error> {
        self.request(|| self.depot.has(name))
    }
    fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, Error> {
        self.request(|| self.depot.create(name, bytes))
    }
    fn put(&self, name: &str, file: &Path) -> Result<(), Error> {
        self.request(|| self.depot.put(name, file))
    }
}

/// The contract. Where answers may be lost, a creation may succeed for nobody.
fn keeps(depot: &dyn Depot, is_faulty: bool) {
    assert_eq!(depot.list("a").unwrap(), []);
    assert_eq!((depot.read("a/x").unwrap(), depot.has("a/x").unwrap()), (None, false));
    assert!(depot.create("a/x", b"one").unwrap() || is_faulty);
    assert!(!depot.create("a/x", b"two").unwrap());
    assert_eq!(depot.read("a/x").unwrap().unwrap(), b"one");
    assert!(depot.has("a/x").unwrap());
    // Folders are names alone; one that begins like another is another one.
    for name in ["a/b=c/n=5/y.parquet", "ab/z", "a/empty"] {
        assert!(depot.create(name, if name == "a/empty" { b"" } else { b"12345" }).unwrap() || is_faulty);
    }
    let mut listed: Vec<(String, u64)> =
        depot.list("a").unwrap().into_iter().map(|object| (object.name, object.bytes)).collect();
    listed.sort();
    let expected = [("a/b=c/n=5/y.parquet", 5), ("a/empty", 0), ("a/x", 3)];
    assert_eq!(listed, expected.map(|(name, bytes)| (name.to_owned(), bytes)));
    assert_eq!(depot.read("a/empty").unwrap().unwrap(), b"");
    // Whole files, in the place of others, small and of several parts.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    for size in [0, 10, 20 << 20] {
        let bytes: Vec<u8> = (0..size).map(|k: u32| (k / 7 % 251) as u8).collect();
        std::fs::write(&file, &bytes).unwrap();
        depot.put("weights/w", &file).unwrap();
        assert!(depot.read("weights/w").unwrap().unwrap() == bytes, "{size}");
    }
    assert!(depot.put("weights/w", &folder.path().join("none")).is_err());
    // Of many that create the same names each succeeds once.
    let won = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for k in 0..20 {
                    won.fetch_add(
                        depot.create(&format!("claims/{k}"), b"me").unwrap().into(),
                        Ordering::Relaxed,
                    );
                }
            });
        }
    });
    let won = won.into_inner();
    assert!(won == 20 || (is_faulty && won < 20), "{won}");
    assert_eq!(depot.list("claims").unwrap().len(), 20);
}

#[test]
fn folders_and_memory_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    keeps(&Folder::new(&folder.path().join("depot")).unwrap(), false);
    keeps(&Memory::default(), false);
}

#[test]
fn the_contract_is_kept_where_answers_are_lost_or_come_twice() {
    let folder = tempfile::tempdir().unwrap();
    keeps(&Faulty::new(Folder::new(folder.path()).unwrap()), true);
    keeps(&Faulty::new(Memory::default()), true);
}

#[cfg(feature = "buckets")]
mod buckets {
    use super::*;
    use object_store::memory::InMemory;
    use object_store::throttle::{ThrottleConfig, ThrottledStore};
    use std::sync::Arc;
    use std::time::Duration;
    use tempered_depot::Bucket;

    #[test]
    fn buckets_keep_the_contract() {
        for prefix in ["", "runs/study"] {
            let bucket = Bucket::on(Arc::new(InMemory::new()), prefix.into(), "memory".into()).unwrap();
            bucket.probe().unwrap();
            bucket.probe().unwrap();
            keeps(&bucket, false);
        }
        let slow =
            ThrottleConfig { wait_put_per_call: Duration::from_millis(3), ..ThrottleConfig::default() };
        let slow = ThrottledStore::new(InMemory::new(), slow);
        let bucket = Bucket::on(Arc::new(slow), "p".into(), "slow".into()).unwrap();
        keeps(&Faulty::new(bucket), true);
    }

    /// Slow, `make test-server`: a server is given by `TEMPERED_TEST_BUCKET=s3://bucket/prefix` and the environment of its credentials.
    #[test]
    #[ignore = "wants a server"]
    fn a_server_keeps_the_contract() {
        let url = std::env::var("TEMPERED_TEST_BUCKET").unwrap();
        keeps(&*tempered_depot::open(&format!("{url}/{}", std::process::id())).unwrap(), false);
    }

    #[test]
    fn what_is_no_address_is_told_without_secrets() {
        let told = |url: &str| tempered_depot::open(url).unwrap_err().to_string();
        let text = told("ftp://user:secret@host/x?token=secret");
        assert!(text.contains("ftp://host/x") && !text.contains("secret"), "{text}");
        let none = "s3://: the address names no bucket; expected e.g. s3://bucket/prefix, gs://bucket/prefix or az://container/prefix";
        assert_eq!(["s3://", "s3:///prefix"].map(told), [none; 2]);
        assert!(told("s4://bucket").contains("expected e.g. s3://bucket/prefix"), "{}", told("s4://bucket"));
    }
}
