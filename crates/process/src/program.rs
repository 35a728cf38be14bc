//! What is started.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Libraries of linear algebra and their variables for the number of threads: a worker has one core, that of the thread that waits
/// for it.
const THREADS: [&str; 6] = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
];

/// A command and the folder in which it is run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Program {
    /// The program and its arguments, at least one word.
    pub words: Vec<String>,
    /// The folder; the current one where there is none.
    pub folder: Option<PathBuf>,
}

impl Program {
    /// The command, ready to be started with three pipes in a process group of its own.
    pub(crate) fn command(&self) -> Command {
        use std::os::unix::process::CommandExt;
        let (first, rest) =
            self.words.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        let mut command = Command::new(first);
        command.args(rest).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // What it starts itself is in its group, and ends with it.
        command.process_group(0);
        // Sets of texts have another order in each process of Python otherwise.
        command.env("PYTHONHASHSEED", "0");
        command.envs(THREADS.map(|variable| (variable, "1")));
        if let Some(folder) = self.folder.as_deref().filter(|folder| *folder != Path::new("")) {
            command.current_dir(folder);
        }
        command
    }
}

impl Display for Program {
    /// The command as a shell reads it, where no word needs quotes.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plain = |word: &&String| {
            !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "'\"$`\\".contains(c))
        };
        for (place, word) in self.words.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            match Some(word).filter(plain) {
                Some(word) => write!(f, "{space}{word}")?,
                None => write!(f, "{space}{word:?}")?,
            }
        }
        Ok(())
    }
}
