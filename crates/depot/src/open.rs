//! Depots by their address.

use crate::depot::Depot;
use crate::error::Error;

/// Whether a text is the address of an object store rather than a path.
///
/// ```
/// use tempered_depot::is_url;
///
/// assert!(is_url("s3://bucket/prefix") && is_url("gs://bucket") && is_url("az://container/prefix"));
/// assert!(!is_url("runs/study") && !is_url("/s3://") && !is_url("C:\\runs"));
/// ```
pub fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Opens the depot of an address, with the credentials and settings of the environment (`AWS_…`, `GOOGLE_…`, `AZURE_…`).
///
/// # Errors
/// No depot has such an address; the program was built without object stores; the store has no conditional writes.
pub fn open(url: &str) -> Result<Box<dyn Depot>, Error> {
    #[cfg(feature = "buckets")]
    return Ok(Box::new(crate::bucket::Bucket::open(url)?));
    #[cfg(not(feature = "buckets"))]
    Err(Error::NotBuilt(url.into()))
}
