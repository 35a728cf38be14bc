//! Backtraces are off: where memory runs out while one is printed, printing the next one waits for ever.

use std::process::Command;

/// What asks for backtraces.
const ASKS: [&str; 2] = ["RUST_BACKTRACE", "RUST_LIB_BACKTRACE"];

/// Starts the program anew, as the same process, without the variables that ask for backtraces; returns where there are
/// none, or where that is refused.
///
/// A panic holds a lock while it prints its backtrace. If an allocation fails there, the handler of failed allocations
/// prints one as well, waits for that lock, and the process neither works nor ends. Without the variables a failed
/// allocation is one line on standard error and an abort. The standard library reads them once, and has no safe function
/// that unsets them for itself.
pub fn switch_off() {
    if !ASKS.iter().any(|name| std::env::var_os(name).is_some_and(|value| value != "0")) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let mut command = Command::new(program);
    ASKS.iter().for_each(|name| {
        command.env_remove(name);
    });
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        arguments.next().into_iter().for_each(|name| {
            command.arg0(name);
        });
        // It returns where it failed alone; the command then runs as it was started.
        let _ = command.args(arguments).exec();
    }
}
