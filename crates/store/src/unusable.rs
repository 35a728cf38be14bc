//! Why a file that a user brings cannot be used.

/// Why a user's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The file system refuses.
    #[error("{place}: {source}")]
    File {
        /// How messages call the file.
        place: String,
        /// Why.
        source: std::io::Error,
    },
    /// It does not hold what is asked of it; the message names the file, and the line or row.
    #[error("{0}")]
    Content(String),
}
