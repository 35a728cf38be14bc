//! A depot in memory, for tests.

use crate::depot::{Depot, Object};
use crate::error::Error;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Objects in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Memory {
    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Depot for Memory {
    fn address(&self) -> String {
        "memory".into()
    }

    fn list(&self, folder: &str) -> Result<Vec<Object>, Error> {
        let below = format!("{folder}/");
        let objects = self.objects();
        let in_folder = objects.iter().filter(|(name, _)| name.starts_with(&below));
        let object = |(name, bytes): (&String, &Vec<u8>)| Object {
            name: name.clone(),
            bytes: bytes.len() as u64,
            tag: None,
        };
        Ok(in_folder.map(object).collect())
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.objects().get(name).cloned())
    }

    fn has(&self, name: &str) -> Result<bool, Error> {
        Ok(self.objects().contains_key(name))
    }

    fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, Error> {
        let mut objects = self.objects();
        let is_new = !objects.contains_key(name);
        if is_new {
            objects.insert(name.to_owned(), bytes.to_vec());
        }
        Ok(is_new)
    }

    fn put(&self, name: &str, file: &Path) -> Result<(), Error> {
        let bytes = std::fs::read(file).map_err(|error| Error::Request {
            place: file.display().to_string(),
            message: error.to_string(),
        })?;
        self.objects().insert(name.to_owned(), bytes);
        Ok(())
    }
}
