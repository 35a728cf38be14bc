//! A depot on an object store, by the crate `object_store`.

use crate::depot::{Depot, Object};
use crate::error::Error;
use futures_util::TryStreamExt;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, WriteMultipart};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Bytes of a part of a large object: stores take ten thousand parts at most, of five megabytes at least.
const PART: usize = 16 << 20;
/// Parts under way at a time: what a fast network takes, in a few times the memory of a part.
const PARTS: usize = 4;
/// What names of settings in the environment begin with.
const SETTINGS: [&str; 3] = ["aws_", "google_", "azure_"];
/// The object that tells whether a store heeds conditions.
const PROBE: &str = "_tempered/probe";

/// A prefix in a bucket.
#[derive(Debug)]
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    prefix: Key,
    address: String,
    /// Requests are made one by one from whichever thread asks: what is under way at a time are threads.
    runtime: Runtime,
}

impl Bucket {
    /// The prefix that a URL names, with settings of the environment. A store without conditional writes is refused.
    ///
    /// # Errors
    /// See [`open`](crate::open).
    ///
    /// # Cost
    /// Three requests.
    pub fn open(url: &str) -> Result<Bucket, Error> {
        let wrong = |message: String| Error::Url { url: without_secrets(url), message };
        let parsed = url::Url::parse(url).map_err(|error| wrong(error.to_string()))?;
        if parsed.host_str().is_none_or(str::is_empty) {
            let message = "the address names no bucket".into();
            return Err(Error::Url { url: format!("{}://", parsed.scheme()), message });
        }
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?.to_lowercase();
            // The crate reads names without these beginnings too, such as `timeout`, which may be meant for anybody.
            let is_of_store = SETTINGS.iter().any(|beginning| name.starts_with(beginning));
            Some((name, value.into_string().ok()?)).filter(|_| is_of_store)
        });
        let (store, prefix) =
            // Its errors repeat the address, secrets and all.
            object_store::parse_url_opts(&parsed, variables)
                .map_err(|error| wrong(error.to_string().replace(parsed.as_str(), &without_secrets(url))))?;
        let bucket = Bucket::on(store.into(), prefix, without_secrets(url))?;
        bucket.probe()?;
        Ok(bucket)
    }

    /// A prefix on a store that the caller has opened.
    ///
    /// # Errors
    /// No thread can be started for its requests.
    pub fn on(store: Arc<dyn ObjectStore>, prefix: Key, address: String) -> Result<Bucket, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime =
            runtime.map_err(|error| Error::Request { place: address.clone(), message: error.to_string() })?;
        Ok(Bucket { store, prefix, address, runtime })
    }

    /// Refuses a store that creates a name twice.
    ///
    /// # Errors
    /// [`Error::Unconditional`], and those of requests.
    pub fn probe(&self) -> Result<(), Error> {
        self.create(PROBE, b"1")?;
        let again = self.create(PROBE, b"2")?;
        let kept = self.read(PROBE)?.is_some_and(|bytes| bytes != b"2");
        if again || !kept { Err(Error::Unconditional(self.address.clone())) } else { Ok(()) }
    }

    fn key(&self, name: &str) -> Result<Key, Error> {
        let text = format!("{}/{name}", self.prefix);
        Key::parse(text.trim_start_matches('/')).map_err(|error| self.failed(name, &error))
    }

    fn failed(&self, name: &str, error: &dyn std::error::Error) -> Error {
        // The chain below says what the network said.
        let (mut message, mut cause) = (error.to_string(), error.source());
        while let Some(error) = cause {
            let text = error.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = error.source();
        }
        Error::Request { place: format!("{}/{name}", self.address), message }
    }
}

/// A URL without the user, password and query that it may have.
fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://").map(|(scheme, rest)| (scheme, rest.split_once('@'))) {
        Some((scheme, Some((_, rest)))) => format!("{scheme}://{rest}"),
        _ => url.trim_end_matches('/').into(),
    }
}

impl Depot for Bucket {
    fn address(&self) -> String {
        self.address.clone()
    }

    fn list(&self, folder: &str) -> Result<Vec<Object>, Error> {
        let key = self.key(folder)?;
        let listed = self.runtime.block_on(self.store.list(Some(&key)).try_collect::<Vec<_>>());
        let above = if self.prefix.as_ref().is_empty() { 0 } else { self.prefix.as_ref().len() + 1 };
        let object = |meta: object_store::ObjectMeta| Object {
            name: meta.location.as_ref().get(above..).unwrap_or_default().to_owned(),
            bytes: meta.size,
            tag: meta.e_tag,
        };
        Ok(listed.map_err(|error| self.failed(folder, &error))?.into_iter().map(object).collect())
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let key = self.key(name)?;
        let read = self.runtime.block_on(async { self.store.get(&key).await?.bytes().await });
        match read {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(name, &error)),
        }
    }

    fn has(&self, name: &str) -> Result<bool, Error> {
        let key = self.key(name)?;
        match self.runtime.block_on(self.store.head(&key)) {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.failed(name, &error)),
        }
    }

    fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, Error> {
        let key = self.key(name)?;
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let put = self.store.put_opts(&key, bytes.to_vec().into(), options);
        match self.runtime.block_on(put) {
            Ok(_) => Ok(true),
            // Some stores call it a failed precondition.
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Ok(false)
            }
            Err(error) => Err(self.failed(name, &error)),
        }
    }

    fn put(&self, name: &str, file: &Path) -> Result<(), Error> {
        let key = self.key(name)?;
        let failed = |error: std::io::Error| Error::Request {
            place: file.display().to_string(),
            message: error.to_string(),
        };
        let mut input = std::fs::File::open(file).map_err(failed)?;
        let mut part = Vec::new();
        let mut next = |part: &mut Vec<u8>| {
            part.clear();
            input.by_ref().take(PART as u64).read_to_end(part).map_err(failed)
        };
        if next(&mut part)? < PART {
            let put = self.store.put(&key, part.into());
            return self.runtime.block_on(put).map(drop).map_err(|error| self.failed(name, &error));
        }
        self.runtime.block_on(async {
            let told = |error: object_store::Error| self.failed(name, &error);
            let upload = self.store.put_multipart(&key).await.map_err(told)?;
            let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
            while !part.is_empty() {
                upload.wait_for_capacity(PARTS).await.map_err(told)?;
                upload.write(&part);
                next(&mut part)?;
            }
            // An upload that is not finished appears nowhere.
            upload.finish().await.map(drop).map_err(told)
        })
    }
}
