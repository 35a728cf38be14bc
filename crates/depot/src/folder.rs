//! A depot that is a folder, perhaps on a network file system.

use crate::depot::{Depot, Object};
use crate::error::Error;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Objects as files below a folder. They are written beside their place under a hidden name, synced, and linked or renamed.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The depot in this folder, which is made where it is not there.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(root: &Path) -> Result<Folder, Error> {
        fs::create_dir_all(root).map_err(told(root))?;
        Ok(Folder(root.to_path_buf()))
    }

    /// Writes what `write` writes beside the place of an object, and moves it there by `place`.
    fn store(
        &self,
        name: &str,
        write: &dyn Fn(&mut File) -> io::Result<()>,
        place: &dyn Fn(&Path, &Path) -> io::Result<bool>,
    ) -> Result<bool, Error> {
        let target = self.0.join(name);
        let folder = target.parent().unwrap_or(&self.0);
        let staged = folder.join(unique());
        let store = || {
            fs::create_dir_all(folder)?;
            let mut file = File::create_new(&staged)?;
            write(&mut file)?;
            file.sync_all()?;
            let placed = place(&staged, &target)?;
            File::open(folder)?.sync_all()?;
            Ok(placed)
        };
        let stored = store();
        // Renamed or not: an error of the removal is ignored, the name is hidden from listings.
        let _ = fs::remove_file(&staged);
        stored.map_err(told(&target))
    }
}

fn told(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
    |error| Error::Request { place: path.display().to_string(), message: error.to_string() }
}

/// A hidden name that no other call in any process has.
fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    use std::hash::{BuildHasher, Hasher};
    let token = std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!(".{}-{token:016x}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

impl Depot for Folder {
    fn address(&self) -> String {
        self.0.display().to_string()
    }

    fn list(&self, folder: &str) -> Result<Vec<Object>, Error> {
        let (mut objects, mut open) = (Vec::new(), vec![self.0.join(folder)]);
        while let Some(folder) = open.pop() {
            let entries = match fs::read_dir(&folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                entries => entries.map_err(told(&folder))?,
            };
            for entry in entries {
                let entry = entry.map_err(told(&folder))?;
                let path = entry.path();
                if entry.file_name().to_string_lossy().starts_with('.') {
                    continue;
                }
                match entry.metadata() {
                    Ok(kind) if kind.is_dir() => open.push(path),
                    Ok(kind) => {
                        let parts = path.strip_prefix(&self.0).unwrap_or(&path).components();
                        let parts = parts.map(|part| part.as_os_str().to_string_lossy().into_owned());
                        let name = parts.collect::<Vec<_>>().join("/");
                        objects.push(Object { name, bytes: kind.len(), tag: None });
                    }
                    // Removed meanwhile.
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(told(&path)(error)),
                }
            }
        }
        Ok(objects)
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.0.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(told(&path)(error)),
        }
    }

    fn has(&self, name: &str) -> Result<bool, Error> {
        let path = self.0.join(name);
        path.try_exists().map_err(told(&path))
    }

    fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, Error> {
        // A second name is given in one step, and refused where it is taken.
        let link = |staged: &Path, target: &Path| match fs::hard_link(staged, target) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            linked => linked.map(|()| true),
        };
        self.store(name, &|file| file.write_all(bytes), &link)
    }

    fn put(&self, name: &str, file: &Path) -> Result<(), Error> {
        let copy = |out: &mut File| io::copy(&mut File::open(file)?, out).map(drop);
        let rename = |staged: &Path, target: &Path| fs::rename(staged, target).map(|()| true);
        self.store(name, &copy, &rename).map(drop)
    }
}
