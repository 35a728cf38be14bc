//! What a depot is.

use crate::error::Error;
use std::fmt::Debug;
use std::path::Path;

/// An object, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name, parts separated by slashes.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// What tells its content from others it may have had; `None` where the depot says nothing.
    pub tag: Option<String>,
}

/// A place of objects by name.
///
/// ```
/// use tempered_depot::{Depot, Memory};
///
/// let depot = Memory::default();
/// assert!(depot.create("claims/lot-1", b"host a").unwrap());
/// assert!(!depot.create("claims/lot-1", b"host b").unwrap(), "the first one stays");
/// assert_eq!(depot.read("claims/lot-1").unwrap().unwrap(), b"host a");
/// assert_eq!(depot.list("claims").unwrap().len(), 1);
/// assert_eq!(depot.read("claims/lot-2").unwrap(), None);
/// ```
pub trait Depot: Debug + Send + Sync {
    /// Its address, for people.
    fn address(&self) -> String;

    /// The objects in a folder and in those below it, in no order. A listing may lag behind what was created.
    ///
    /// # Errors
    /// The depot refuses or does not answer.
    ///
    /// # Cost
    /// A request a thousand objects on an object store.
    fn list(&self, folder: &str) -> Result<Vec<Object>, Error>;

    /// The bytes of an object; `None` where there is none.
    ///
    /// # Errors
    /// The depot refuses or does not answer.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Whether there is an object of this name.
    ///
    /// # Errors
    /// The depot refuses or does not answer.
    fn has(&self, name: &str) -> Result<bool, Error>;

    /// Creates an object; false where there is one, which stays as it is. Of many calls one returns true, or none: an answer
    /// may be lost, and a second attempt then finds what the first one made.
    ///
    /// # Errors
    /// The depot refuses or does not answer.
    fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, Error>;

    /// Puts the content of a file in the place of an object, whether there is one or not.
    ///
    /// # Errors
    /// The file cannot be read, or the depot refuses or does not answer.
    fn put(&self, name: &str, file: &Path) -> Result<(), Error>;
}
