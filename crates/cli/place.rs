//! Run directories by path or by the address of an object store.

use crate::args::Pull;
use crate::exit::{Ending, Failure};
use crate::output;
use std::path::{Path, PathBuf};
use tempered_depot::{is_url, open};
use tempered_pipeline::RunDirectory;
use tempered_pipeline::pull::{Pulled, pull as copy};

/// `tempered pull`: copies what workers published into a directory.
pub fn pull(options: &Pull) -> Result<Ending, Failure> {
    let Pulled { files, bytes, kept } = into(&options.url, &options.directory)?;
    output::print(&format!(
        "{}: {files} files copied, {:.1} MB; {kept} were there\n",
        options.directory.display(),
        bytes as f64 / 1e6
    ))?;
    Ok(Ending::Done)
}

fn into(url: &str, directory: &Path) -> Result<Pulled, Failure> {
    let depot = open(url).map_err(tempered_pipeline::Error::from)?;
    let directory = RunDirectory::create(directory)?;
    let _hold = directory.hold()?;
    Ok(copy(&*depot, &directory)?)
}

/// Whether a path is the address of an object store.
pub fn url(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| is_url(text))
}

/// The directory that a command looks at: the path itself, or a copy of what is at its address, brought up to date.
pub fn look_at(path: &mut PathBuf) -> Result<(), Failure> {
    let Some(address) = url(path) else { return Ok(()) };
    let copy = cache().join(tempered_store::key(address));
    let Pulled { files, kept, .. } = into(address, &copy)?;
    eprintln!("{address}: {files} files copied to {}, {kept} were there", copy.display());
    *path = copy;
    Ok(())
}

/// Where copies are kept.
fn cache() -> PathBuf {
    let home = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    home.unwrap_or_else(std::env::temp_dir).join("tempered/places")
}
