//! What a Slurm that is here allows.

use crate::exit::Failure;
use std::process::Command;

/// Refuses an array that is larger than the cluster takes. Where no Slurm answers, nothing is known.
pub fn within_limits(workers: u32) -> Result<(), Failure> {
    let Ok(answer) = Command::new("scontrol").args(["show", "config"]).output() else { return Ok(()) };
    match largest(&String::from_utf8_lossy(&answer.stdout)) {
        // Indexes are below MaxArraySize, and ours begin with 1.
        Some(size) if u64::from(workers) >= size => Err(Failure::Usage(format!(
            "--workers {workers}: this Slurm takes arrays of at most {} tasks (MaxArraySize = {size}); take fewer workers, or submit twice",
            size.saturating_sub(1)
        ))),
        _ => Ok(()),
    }
}

/// The limit in the configuration that `scontrol` prints.
fn largest(config: &str) -> Option<u64> {
    let line = config.lines().find(|line| line.trim_start().starts_with("MaxArraySize"))?;
    line.split_once('=')?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_read_from_the_configuration() {
        let config =
            "Configuration data as of 2026-01-01T00:00:00\nMailProg = x\nMaxArraySize            = 1001\n";
        assert_eq!((largest(config), largest("x = 1"), largest("")), (Some(1001), None, None));
    }
}
