//! Pages of single estimators, beside that of a study which is too long for one.

use super::write::write;
use super::{fold, maps};
use crate::exit::Failure;
use std::collections::HashSet;
use std::path::Path;
use tempered_analysis::Summary;
use tempered_report::Report;

/// Names of files are cut to this many characters; a number tells apart what is the same then.
const LONGEST: usize = 60;

/// Writes a page for each estimator that the report counts, and tells the report where it is. Pages of earlier reports go.
pub fn write_all(report: &mut Report, summary: &Summary, folder: &Path) -> Result<(), Failure> {
    // The page of the only estimator would be that of the study.
    let names = if report.groups.len() > 1 { fold::names(summary) } else { Vec::new() };
    let mut taken: HashSet<String> = HashSet::new();
    for (group, name) in report.groups.iter_mut().zip(&names) {
        let file = free(name, &taken);
        group.page = Some(format!("estimators/{file}"));
        taken.insert(file);
    }
    clear(folder, &taken)?;
    for (group, name) in report.groups.iter().zip(&names) {
        let Some(file) = group.page.as_deref().and_then(|page| page.rsplit('/').next()) else { continue };
        let shown = fold::group(summary, name);
        let maps = maps::maps(summary, |coordinates| fold::is_of(coordinates, name));
        let study = tempered_report::Study {
            name: format!("{}: {}", report.study.name, group.name),
            failures: Vec::new(),
            ..report.study.clone()
        };
        let page = Report {
            study,
            risks: report.risks.clone(),
            curves: shown.curves,
            maps,
            series: shown.series,
            methods: report.methods.clone(),
            note: shown.note,
            whole: Some("../index.html".into()),
            ..Report::default()
        };
        write(&page, &folder.join(file))?;
    }
    Ok(())
}

/// A name of a file that is not taken, whatever the estimator's name.
fn free(name: &str, taken: &HashSet<String>) -> String {
    let tame = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    let stem: String = name.chars().take(LONGEST).map(tame).collect();
    let numbered = (2..).map(|k| format!("{stem}-{k}.html"));
    let mut names = std::iter::once(format!("{stem}.html")).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or_default()
}

/// Removes the pages of earlier reports that are not written anew.
fn clear(folder: &Path, kept: &HashSet<String>) -> Result<(), Failure> {
    let failed = |source| Failure::File { place: folder.display().to_string(), source };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        other => other.map_err(failed)?,
    };
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".html") && !kept.contains(name) {
            std::fs::remove_file(&path).map_err(failed)?;
        }
    }
    if kept.is_empty() {
        // Only an empty folder goes: what else is in it is not ours.
        let _ = std::fs::remove_dir(folder);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_tame_and_differ() {
        let mut taken = HashSet::new();
        for (name, file) in
            [("net", "net.html"), ("Net", "net-2.html"), ("a/../b", "a----b.html"), ("é", "-.html")]
        {
            let found = free(name, &taken);
            assert_eq!(found, file);
            taken.insert(found);
        }
    }

    #[test]
    fn pages_of_earlier_reports_go_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("estimators");
        std::fs::create_dir(&below).unwrap();
        for name in ["old.html", "kept.html", "notes.txt"] {
            std::fs::write(below.join(name), "").unwrap();
        }
        clear(&below, &HashSet::from(["kept.html".to_owned()])).unwrap();
        assert!(!below.join("old.html").exists() && below.join("kept.html").exists());
        clear(&below, &HashSet::new()).unwrap();
        assert!(!below.join("kept.html").exists() && below.join("notes.txt").exists());
        clear(&folder.path().join("none"), &HashSet::new()).unwrap();
    }
}
