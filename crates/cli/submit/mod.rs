//! `tempered submit`: a script for an engine that starts workers which share a study.

mod quote;
mod slurm;

use crate::args::{Engine, Submit};
use crate::exit::{Ending, Failure};
use crate::{output, study, time};
use quote::{argv, shell};
use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

/// What is left of a job's time when its workers stop, or a quarter of that time where it is less: engines count from before a worker has
/// started, and shards in hand are finished.
const MARGIN: Duration = Duration::from_secs(120);
/// The shortest job: Slurm counts in minutes.
const SHORTEST: Duration = Duration::from_secs(60);

/// Prints the script, or sends it.
pub fn submit(options: &Submit) -> Result<Ending, Failure> {
    // A study that is wrong would fail once a worker.
    let plan = study::plan(&options.file, Some(&options.out))?;
    let script = script(options, &plan.study.name)?;
    if !options.send {
        output::print(&script)?;
        return Ok(Ending::Done);
    }
    if options.engine == Engine::Slurm {
        slurm::within_limits(options.workers)?;
    }
    send(options.engine, &script)
}

impl Engine {
    /// The script, with names in double braces where values are to be.
    fn template(self) -> &'static str {
        match self {
            Engine::Slurm => include_str!("slurm.sh"),
            Engine::Kubernetes => include_str!("kubernetes.yaml"),
            Engine::Ray => include_str!("ray.py"),
            Engine::Hyperqueue => include_str!("hyperqueue.sh"),
            Engine::Parallel => include_str!("parallel.sh"),
        }
    }

    /// The program that takes the script on its standard input.
    fn sends(self) -> &'static [&'static str] {
        match self {
            Engine::Slurm => &["sbatch"],
            Engine::Kubernetes => &["kubectl", "apply", "-f", "-"],
            Engine::Ray => &["python3", "-"],
            Engine::Hyperqueue | Engine::Parallel => &["bash", "-s"],
        }
    }
}

/// The script of an engine, or of the user's own template, with its values.
fn script(options: &Submit, name: &str) -> Result<String, Failure> {
    let template = match &options.template {
        Some(path) => std::fs::read_to_string(path)
            .map_err(|source| Failure::File { place: path.display().to_string(), source })?,
        None => options.engine.template().to_owned(),
    };
    let time = time::read("--time", &options.time)?;
    if time < SHORTEST {
        return Err(Failure::Usage(format!("--time {}: expected at least 1m", options.time)));
    }
    let margin = MARGIN.min(time / 4);
    let memory = memory(&options.memory)?;
    let words = command(options);
    let values = [
        ("job", job(name)),
        ("workers", options.workers.to_string()),
        ("cpus", options.cpus.to_string()),
        ("memory", format!("{memory}M")),
        ("kubernetes_memory", format!("{memory}Mi")),
        ("time", clock(time)),
        ("max_time", format!("{}s", (time - margin).as_secs())),
        ("signal", (margin / 2).as_secs().to_string()),
        ("command", shell(&words)),
        ("command_quoted", shell(&[shell(&words)])),
        ("argv", argv(&words)?),
        ("image", quote::json(&options.image)?),
        ("volume", quote::json(&options.volume)?),
        ("mount", quote::json(&options.mount)?),
    ];
    fill(&template, &values).map_err(|unknown| {
        let known = values.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let place =
            options.template.as_ref().map_or("the template".into(), |path| path.display().to_string());
        Failure::Usage(format!("{place}: {unknown}; known are {known}"))
    })
}

/// The command of a worker, before its threads and its time.
fn command(options: &Submit) -> Vec<String> {
    let mut words = vec![options.program.clone(), "run".into(), options.file.study.display().to_string()];
    words.extend(options.file.set.iter().flat_map(|edit| ["--set".into(), edit.clone()]));
    words.extend(options.file.unset.iter().flat_map(|path| ["--unset".into(), path.clone()]));
    words.extend(["--out".into(), options.out.display().to_string(), "--join".into()]);
    words
}

/// A name that every engine takes: lower case letters, digits and hyphens, at most 40.
fn job(name: &str) -> String {
    let kept: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    let kept = kept.trim_matches('-');
    if kept.is_empty() { "tempered".into() } else { kept.into() }
}

/// Megabytes of a text such as 2G or 500M.
fn memory(text: &str) -> Result<u64, Failure> {
    let wrong =
        || Failure::Usage(format!("--memory {text}: expected megabytes or gigabytes, e.g. 500M or 2G"));
    let (digits, unit) =
        text.trim().split_at(text.trim().trim_end_matches(|c: char| !c.is_ascii_digit()).len());
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    match unit.trim_end_matches(['B', 'b', 'i']) {
        "G" | "g" => number.checked_mul(1024),
        "M" | "m" => Some(number),
        _ => None,
    }
    .filter(|megabytes| *megabytes > 0)
    .ok_or_else(wrong)
}

/// hours:minutes:seconds.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Puts values in the place of names in double braces; an error says which name is unknown, and in which line.
fn fill(template: &str, values: &[(&str, String)]) -> Result<String, String> {
    let mut text = String::new();
    for (number, line) in template.lines().enumerate() {
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) =
                after.split_once("}}").ok_or_else(|| format!("line {}: {{{{ without }}}}", number + 1))?;
            let value = values.iter().find(|(known, _)| *known == name.trim());
            let (_, value) =
                value.ok_or_else(|| format!("line {}: unknown name {{{{{name}}}}}", number + 1))?;
            text += before;
            text += value;
            rest = after;
        }
        text += rest;
        text.push('\n');
    }
    Ok(text)
}

/// Hands a script to the engine's own program, whose answer goes to the terminal.
fn send(engine: Engine, script: &str) -> Result<Ending, Failure> {
    let words = engine.sends();
    let place = || words.join(" ");
    let failed = |source| Failure::File { place: place(), source };
    let mut child = Command::new(words[0]).args(&words[1..]).stdin(Stdio::piped()).spawn().map_err(failed)?;
    match child.stdin.take().map(|mut input| input.write_all(script.as_bytes())) {
        // One that ends before it has read all says why by its status.
        Some(Err(error)) if error.kind() != ErrorKind::BrokenPipe => return Err(failed(error)),
        _ => {}
    }
    let status = child.wait().map_err(failed)?;
    if status.success() {
        return Ok(Ending::Done);
    }
    Err(Failure::Usage(format!("{} ended with {status}; without --send the script is printed", place())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_filled_and_unknown_ones_told() {
        let values = [("a", "1 2".to_owned()), ("b", "{{a}}".into())];
        assert_eq!(fill("x {{a}}y{{ b }}\n{z}", &values).unwrap(), "x 1 2y{{a}}\n{z}\n");
        assert_eq!(fill("\n{{c}}", &values).unwrap_err(), "line 2: unknown name {{c}}");
        assert_eq!(fill("{{a", &values).unwrap_err(), "line 1: {{ without }}");
    }

    #[test]
    fn words_are_what_engines_take() {
        assert_eq!(job("My study_2 (é)"), "my-study-2");
        assert_eq!(job("---"), "tempered");
        assert_eq!(clock(Duration::from_secs(100 * 3600 + 62)), "100:01:02");
        let megabytes = ["2G", "500M", "2GiB", "512mb"].map(|text| memory(text).ok());
        assert_eq!(megabytes, [Some(2048), Some(500), Some(2048), Some(512)]);
        for wrong in ["", "G", "2", "0M", "2T", "-1G", "99999999999999999999G", "é"] {
            assert!(memory(wrong).is_err(), "{wrong}");
        }
    }
}
