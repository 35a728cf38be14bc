//! Errors of depots.

/// Why a depot could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A request failed, after the retries that its kind allows.
    #[error("{place}: {message}")]
    Request {
        /// The object or folder.
        place: String,
        /// What was said.
        message: String,
    },
    /// The text names no depot.
    #[error(
        "{url}: {message}; expected e.g. s3://bucket/prefix, gs://bucket/prefix or az://container/prefix"
    )]
    Url {
        /// The text, without what may be a secret.
        url: String,
        /// What is wrong.
        message: String,
    },
    /// The program was built without object stores.
    #[error("{0}: this program was built without object stores; build it with --features buckets")]
    NotBuilt(String),
    /// A store that creates a name twice.
    #[error(
        "{0}: this store ignores the condition of a request to create an object only where there is none (If-None-Match), so that workers could \
         not tell who was first; use a store that has conditional writes, or run into a directory and copy it"
    )]
    Unconditional(String),
}
