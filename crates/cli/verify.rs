//! `tempered verify`.

use crate::args::{Format, Verify};
use crate::exit::{Ending, Failure};
use crate::{output, study};
use serde_json::json;
use tempered_pipeline::verify::{self, Draw, Finding, Verified};

/// Reads every data file and says what is wrong with which; repairs it where that is asked for.
pub fn verify(options: &Verify) -> Result<Ending, Failure> {
    let draw = draw(options.recompute.as_deref().unwrap_or("0"))?;
    let threads = options.threads.count();
    let (plan, directory) = study::recorded(&options.directory)?;
    let mut verified = verify::verify(&plan, &directory, draw, threads)?;
    let mut repaired = Vec::new();
    if options.repair && !verified.findings.is_empty() {
        let others = verify::repair(&plan, &directory, &verified, threads)?;
        repaired = std::mem::take(&mut verified.findings);
        verified = verify::verify(&plan, &directory, draw, threads)?;
        verified.findings.extend(others);
        repaired.retain(|finding| verified.findings.iter().all(|left| left.path != finding.path));
    }
    output::print(&match options.format {
        Format::Json => format!("{:#}", to_json(&verified, &repaired)),
        Format::Human => text(&verified, &repaired),
    })?;
    Ok(match (verified.findings.is_empty(), verified.missing) {
        (false, _) => Ending::Mismatch,
        (true, 0) => Ending::Done,
        (true, _) => Ending::Unfinished,
    })
}

/// A count of rows, or a share of them.
fn draw(text: &str) -> Result<Draw, Failure> {
    let wrong = || {
        Failure::Usage(format!(
            "--recompute {text}: expected a number of rows or a share of them, such as 100 or 0.1%"
        ))
    };
    match text.strip_suffix('%') {
        Some(percent) => {
            let percent: f64 = percent.trim().parse().map_err(|_| wrong())?;
            if !(0.0..=100.0).contains(&percent) {
                return Err(wrong());
            }
            Ok(Draw::Share(percent / 100.0))
        }
        None => Ok(Draw::Count(text.parse().map_err(|_| wrong())?)),
    }
}

fn to_json(verified: &Verified, repaired: &[Finding]) -> serde_json::Value {
    let list = |findings: &[Finding]| -> Vec<serde_json::Value> {
        let one = |finding: &Finding| {
            json!({"file": finding.path.display().to_string(), "fault": finding.fault.word(),
                "what": finding.fault.to_string(), "advice": finding.fault.advice()})
        };
        findings.iter().map(one).collect()
    };
    json!({"files": verified.files, "bytes": verified.bytes, "rows": verified.rows,
        "recomputed": verified.recomputed, "elsewhere": verified.elsewhere, "missing": verified.missing, "sealed": verified.sealed,
        "repaired": list(repaired), "findings": list(&verified.findings)})
}

fn text(verified: &Verified, repaired: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { path, fault } in repaired {
        text += &format!("{}\n  {fault}\n  repaired\n", path.display());
    }
    for Finding { path, fault } in &verified.findings {
        text += &format!("{}\n  {fault}\n  {}\n", path.display(), fault.advice());
    }
    let Verified { files, bytes, rows, recomputed, missing, .. } = verified;
    text += &format!("{files} files, {:.1} MB, {rows} trials read", *bytes as f64 / 1e6);
    if *recomputed > 0 {
        text += &format!("; {recomputed} recomputed from their seeds");
    }
    for (model, rows) in &verified.elsewhere {
        text += &format!(
            "; {rows} not compared: they are of {model}, and the last bits of dense fits follow the processor and the revision of an estimator's arithmetic"
        );
    }
    text += &match verified.findings.len() {
        0 => ": nothing wrong\n".to_string(),
        1 => ": 1 finding\n".to_string(),
        count => format!(": {count} findings\n"),
    };
    if *missing > 0 {
        text += &format!("the study is not complete: {missing} of its shards are to be done; run it again\n");
    } else if !verified.sealed {
        text += "not sealed: `tempered run` seals a complete study, to see later what was changed, lost or added\n";
    }
    text
}
