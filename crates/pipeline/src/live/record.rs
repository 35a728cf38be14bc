//! The record of live summaries: lines that are appended as shards are committed.
//!
//! `live-K-of-N.jsonl`, or `live-by-PROCESS.jsonl` where work is shared by claims, holds a line with the risks whose spread is kept, and then what was counted since the line before,
//! an object for each estimator and cell. A line that cannot be read, or that was torn by a kill, is left out: what it
//! counted is counted again from the files by the next run. Where more was appended than a record written anew would
//! hold, it is written anew, so that bytes written stay within twice those that say something.

use super::summaries::{Entry, Live};
use super::tally::Tally;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempered_store::RunDirectory;

/// Bytes that may be appended to a short record before it is written anew.
const SHORT: u64 = 1 << 20;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    /// Risks whose spread is kept, in the order of tallies.
    risks: Vec<String>,
}

/// The record of one process, or one share of a study.
pub(crate) struct LiveRecord {
    directory: RunDirectory,
    name: String,
    /// What was counted since the last line.
    fresh: Live,
    /// Size of the record when it was last written as a whole; `None` before.
    whole: Option<u64>,
    /// Bytes appended since then.
    appended: u64,
}

impl LiveRecord {
    /// Opens the record of this name, and reads into `live` what it counts.
    ///
    /// No record is an error: one that cannot be used counts nothing.
    pub fn open(directory: &RunDirectory, name: String, live: &mut Live) -> LiveRecord {
        let bytes = directory.read_record(&name).ok().flatten();
        let sound = bytes.as_deref().is_some_and(|bytes| read_lines(bytes, live)) && !live.forget_bare();
        let size = bytes.map_or(0, |bytes| bytes.len() as u64);
        LiveRecord {
            directory: directory.clone(),
            name,
            fresh: live.empty(),
            whole: sound.then_some(size),
            appended: 0,
        }
    }

    /// Notes that summaries lost what the record counts: it has to be written anew.
    pub fn outdate(&mut self) {
        self.whole = None;
    }

    /// Notes a committed shard.
    pub fn commit(&mut self, estimator: &str, cell: &str, index: u32, tally: &Tally) {
        self.fresh.commit(estimator, cell, index, tally);
    }

    /// Writes down what is new; `live` is all that is counted.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn write(&mut self, live: &Live) -> Result<(), Error> {
        if let Some(whole) = self.whole {
            let lines =
                self.fresh.entries().map(|entry| line(&entry)).collect::<Result<Vec<_>, _>>()?.concat();
            if self.appended + lines.len() as u64 <= whole + SHORT {
                if !lines.is_empty() {
                    self.directory.append_record(&self.name, &lines)?;
                }
                self.appended += lines.len() as u64;
                self.fresh = live.empty();
                return Ok(());
            }
        }
        let mut size = 0;
        self.directory.write_record_with(&self.name, &mut |out| {
            let mut head = serde_json::to_vec(&Head { risks: live.risks().to_vec() })?;
            head.push(b'\n');
            out.write_all(&head)?;
            size = head.len() as u64;
            // Line by line: all of a million cells are a hundred megabytes.
            for entry in live.entries() {
                let line = line(&entry)?;
                out.write_all(&line)?;
                size += line.len() as u64;
            }
            Ok(())
        })?;
        // A record of a version that wrote one object instead of lines: this one has taken its place.
        self.directory.remove_record(self.name.trim_end_matches('l'))?;
        (self.whole, self.appended, self.fresh) = (Some(size), 0, live.empty());
        Ok(())
    }
}

/// Joins all records of live summaries in a directory, for `status`.
///
/// # Errors
/// The folder of records cannot be listed.
pub fn read_live(directory: &RunDirectory, live: &mut Live) -> Result<(), Error> {
    for name in directory.records()?.iter().filter(|name| name.starts_with("live-")) {
        let Ok(Some(bytes)) = directory.read_record(name) else { continue };
        if name.ends_with(".jsonl") {
            let mut one = live.empty();
            read_lines(&bytes, &mut one);
            live.join(one);
        } else {
            read_object(&bytes, live);
        }
    }
    Ok(())
}

fn line(entry: &Entry<'_>) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    Ok(line)
}

/// Reads lines into summaries; returns whether all of them could be used.
fn read_lines(bytes: &[u8], live: &mut Live) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let head = lines.next().and_then(|line| serde_json::from_slice::<Head>(line).ok());
    if head.is_none_or(|head| head.risks != live.risks()) {
        return false;
    }
    // Nothing follows the last line feed of a whole record.
    let mut sound = bytes.ends_with(b"\n");
    for line in lines.filter(|line| !line.is_empty()) {
        match serde_json::from_slice::<Entry<'_>>(line) {
            Ok(entry) => live.join_entry(entry),
            Err(_) => sound = false,
        }
    }
    sound
}

/// Reads the counts of a record that is one object: label → cell → tally and shards.
fn read_object(bytes: &[u8], live: &mut Live) {
    let Ok(Value::Object(labels)) = serde_json::from_slice(bytes) else { return };
    for (estimator, cells) in labels {
        let Value::Object(cells) = cells else { continue };
        for (cell, counted) in cells {
            let mut shards: Vec<u64> =
                counted["shards"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
            shards.sort_unstable();
            shards.dedup();
            let spans: Vec<[u64; 2]> = shards
                .chunk_by(|a, b| a + 1 == *b)
                .filter_map(|span| Some([*span.first()?, *span.last()?]))
                .collect();
            let (trials, failed) = (&counted["tally"]["trials"], &counted["tally"]["failed"]);
            let entry = serde_json::json!({"estimator": estimator, "cell": cell, "shards": spans,
                "tally": {"trials": trials, "failed": failed}});
            if let Ok(entry) = serde_json::from_str::<Entry<'_>>(&entry.to_string()) {
                live.join_entry(entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const CELLS: [&str; 2] = ["00c0ffee00c0ffee", "8badf00d8badf00d"];

    fn tally(trials: u64, failed: u64) -> Tally {
        let mut tally = Tally::new(0);
        (0..trials).for_each(|trial| tally.add(trial < failed, &[]));
        tally
    }

    /// Commits shards of four trials and writes after each; returns all that is counted.
    fn write(directory: &RunDirectory, shards: &[(&str, u32)]) -> Live {
        let mut live = Live::default();
        let mut record = LiveRecord::open(directory, "live-1-of-2.jsonl".into(), &mut live);
        for (cell, index) in shards {
            live.commit("spline", cell, *index, &tally(4, 1));
            record.commit("spline", cell, *index, &tally(4, 1));
            record.write(&live).unwrap();
        }
        live
    }

    fn counts(directory: &RunDirectory) -> Vec<Option<(u64, u64)>> {
        let mut live = Live::default();
        read_live(directory, &mut live).unwrap();
        CELLS.map(|cell| live.tally("spline", cell).map(|tally| (tally.trials, tally.failed))).into()
    }

    fn directory() -> (tempfile::TempDir, RunDirectory) {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::create(folder.path()).unwrap();
        (folder, directory)
    }

    #[test]
    fn lines_are_appended_and_read_back() {
        let (folder, directory) = directory();
        write(&directory, &[(CELLS[0], 0), (CELLS[0], 1), (CELLS[1], 0)]);
        let path = folder.path().join("_tempered/live-1-of-2.jsonl");
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.lines().all(|line| line.len() < 120), "{text}");
        assert_eq!(counts(&directory), [Some((8, 2)), Some((4, 1))]);
        // A run that goes on appends behind what is there.
        write(&directory, &[(CELLS[1], 7)]);
        assert!(fs::read_to_string(&path).unwrap().starts_with(&text));
        assert_eq!(counts(&directory), [Some((8, 2)), Some((8, 2))]);
    }

    #[test]
    fn torn_and_damaged_lines_are_left_out_and_the_record_is_written_anew() {
        let (folder, directory) = directory();
        write(&directory, &[(CELLS[0], 0), (CELLS[0], 1), (CELLS[1], 0)]);
        let path = folder.path().join("_tempered/live-1-of-2.jsonl");
        let whole = fs::read(&path).unwrap();
        for end in 0..whole.len() {
            fs::write(&path, &whole[..end]).unwrap();
            let known: u64 = counts(&directory).into_iter().flatten().map(|(trials, _)| trials).sum();
            assert!(known <= 12 && (end < whole.len() - 1 || known == 12), "{end}: {known}");
        }
        for (bytes, expected) in [
            (b"\xff\xfe\n".to_vec(), [None, None]),
            ([&whole[..], b"{\"estimator\":\"spline\",\"cell\":3}\n"].concat(), [Some((8, 2)), Some((4, 1))]),
            ([&whole[..], b"{\"estim"].concat(), [Some((8, 2)), Some((4, 1))]),
        ] {
            fs::write(&path, &bytes).unwrap();
            assert_eq!(counts(&directory), expected);
            write(&directory, &[(CELLS[1], 9)]);
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{text}");
        }
        // A folder in its place counts nothing.
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(counts(&directory), [None, None]);
    }

    /// A thousand shards of one cell: the record says one thing, and stays short.
    #[test]
    fn records_do_not_grow_without_end() {
        let (folder, directory) = directory();
        let shards: Vec<(&str, u32)> = (0..20_000).map(|index| (CELLS[0], index)).collect();
        let mut live = Live::default();
        let mut record = LiveRecord::open(&directory, "live-1-of-2.jsonl".into(), &mut live);
        for (cell, index) in &shards {
            live.commit("spline", cell, *index, &tally(1, 0));
            record.commit("spline", cell, *index, &tally(1, 0));
            record.write(&live).unwrap();
        }
        let size = fs::metadata(folder.path().join("_tempered/live-1-of-2.jsonl")).unwrap().len();
        assert!(size < SHORT + 1000, "{size}");
        assert_eq!(counts(&directory)[0], Some((20_000, 0)));
    }

    #[test]
    fn records_of_one_object_still_count() {
        let (folder, directory) = directory();
        let text = format!(
            r#"{{"spline":{{"{}":{{"tally":{{"trials":12,"failed":2,"largest":[1.0],"sketches":[null]}},"shards":[0,1,3]}}}}}}"#,
            CELLS[1]
        );
        let old = folder.path().join("_tempered/live-1-of-2.json");
        fs::write(&old, text).unwrap();
        assert_eq!(counts(&directory), [None, Some((12, 2))]);
        // Files are counted anew once, and then lines say so.
        write(&directory, &[(CELLS[0], 0)]);
        assert!(!old.exists());
        for damaged in ["{\"spline\":3}", "[]", "", "{\"spline\":{\"x\":{\"shards\":[-1,1e300,\"\"]}}}"] {
            fs::write(&old, damaged).unwrap();
            assert_eq!(counts(&directory), [Some((4, 1)), None], "{damaged}");
        }
    }
}
