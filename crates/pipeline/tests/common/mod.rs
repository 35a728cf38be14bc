//! Plans, and what a run leaves behind.

#![allow(dead_code, reason = "every test file uses some of it")]

use std::io::Result as IoResult;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tempered_pipeline::plan::Plan;
use tempered_pipeline::run::Settings;
use tempered_pipeline::spec::parse;
use tempered_store::{Disk, Local, Output};

/// Files with their bytes, by path below the run directory.
pub type Files = Vec<(String, Vec<u8>)>;

pub fn plan(study: &str) -> Plan {
    Plan::new(parse(study.as_bytes(), "study.yaml", &[]).unwrap())
}

pub fn settings() -> Settings {
    Settings { threads: 2, batch_points: 1 << 10, ..Settings::default() }
}

/// All files of the data tree.
pub fn data(root: &Path) -> Files {
    below(root, ["metrics", "weights", "checkpoints"].map(|table| root.join(table)).into())
}

/// The records but for the live summary, whose sketches depend on the order in which shards were done.
pub fn records(root: &Path) -> Files {
    let mut files = below(root, vec![root.join("_tempered")]);
    files.retain(|(name, _)| !name.contains("live-"));
    files
}

fn below(root: &Path, mut folders: Vec<std::path::PathBuf>) -> Files {
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                files.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The local disk without syncs, which would take most of the time.
#[derive(Debug)]
pub struct Quick;

impl Disk for Quick {
    fn create_folders(&self, path: &Path) -> IoResult<()> {
        Local.create_folders(path)
    }

    fn create(&self, path: &Path) -> IoResult<Box<dyn Output>> {
        Ok(Box::new(QuickFile(Local.create(path)?)))
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> IoResult<()> {
        Local.append(path, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> IoResult<()> {
        Local.rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> IoResult<()> {
        Local.link(from, to)
    }

    fn remove(&self, path: &Path) -> IoResult<()> {
        Local.remove(path)
    }

    fn sync_folder(&self, _: &Path) -> IoResult<()> {
        Ok(())
    }
}

struct QuickFile(Box<dyn Output>);

impl std::io::Write for QuickFile {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> IoResult<()> {
        self.0.flush()
    }
}

impl Output for QuickFile {
    fn sync(&mut self) -> IoResult<()> {
        Ok(())
    }
}

/// A disk that refuses to give files their names after so many times.
#[derive(Debug)]
pub struct Refusing(AtomicU64);

impl Refusing {
    pub fn after(renames: u64) -> Refusing {
        Refusing(AtomicU64::new(renames))
    }

    fn once_more(&self) -> IoResult<()> {
        let left = self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| std::io::Error::from_raw_os_error(5))
    }
}

impl Disk for Refusing {
    fn create_folders(&self, path: &Path) -> IoResult<()> {
        Quick.create_folders(path)
    }

    fn create(&self, path: &Path) -> IoResult<Box<dyn Output>> {
        Quick.create(path)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> IoResult<()> {
        Quick.append(path, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> IoResult<()> {
        self.once_more()?;
        Quick.rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> IoResult<()> {
        self.once_more()?;
        Quick.link(from, to)
    }

    fn remove(&self, path: &Path) -> IoResult<()> {
        Quick.remove(path)
    }

    fn sync_folder(&self, path: &Path) -> IoResult<()> {
        Quick.sync_folder(path)
    }
}
