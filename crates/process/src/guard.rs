//! A guard: no process of a worker survives this one, however it ends.

use crate::error::Error;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// Reads the process groups of workers that start and end, and kills those that are left when its input ends, which it does when
/// this process ends, by a signal that nobody can handle too.
const SCRIPT: &str = r#"
groups=" "
while read -r what group; do
  case "$what" in
    +) groups="$groups$group " ;;
    -) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -9 "-$group" 2>/dev/null; done
"#;

/// A shell that outlives this process by a moment.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
    input: Mutex<ChildStdin>,
}

impl Guard {
    /// Starts one.
    pub fn start() -> Result<Guard, Error> {
        let mut command = Command::new("sh");
        // A signal for the group of this process is none for the guard.
        command
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        let mut shell = command.spawn().map_err(Error::Watch)?;
        let input = shell
            .stdin
            .take()
            .ok_or_else(|| Error::Watch(std::io::Error::other("the shell has no input")))?;
        Ok(Guard { shell, input: Mutex::new(input) })
    }

    /// Tells of a group that starts.
    pub fn add(&self, group: u32) -> Result<(), Error> {
        self.tell('+', group).map_err(Error::Watch)
    }

    /// Tells of a group that has ended.
    pub fn remove(&self, group: u32) {
        // A guard that was killed has nothing to kill any more.
        let _ = self.tell('-', group);
    }

    fn tell(&self, what: char, group: u32) -> std::io::Result<()> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        input.write_all(format!("{what} {group}\n").as_bytes())
    }
}

impl Drop for Guard {
    /// Workers have ended before their guard is dropped: the shell has nothing to do.
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
