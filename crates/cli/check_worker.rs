//! `tempered check-worker`.

use crate::args::StudyFile;
use crate::exit::{Ending, Failure};
use crate::{output, study};
use tempered_pipeline::plan::{Complaint, Plan};
use tempered_pipeline::rehearsal::{Rehearsal, rehearse};
use tempered_pipeline::spec::Reproducibility;
use tempered_pipeline::trial::Provoked;

/// Asks every program of a study about three trials, and says what is not as it claims.
pub fn check_worker(file: &StudyFile) -> Result<Ending, Failure> {
    let plan = study::plan(file, None)?;
    let rehearsals = rehearse(&plan)?;
    if rehearsals.is_empty() {
        return Err(Failure::Usage(
            "the study has no program: train: {mine: {process: {command: […]}}}".into(),
        ));
    }
    let (texts, sound): (Vec<String>, Vec<bool>) = rehearsals.iter().map(|one| told(&plan, one)).unzip();
    output::print(&texts.join("\n"))?;
    Ok(if sound.iter().all(|sound| *sound) { Ending::Done } else { Ending::Mismatch })
}

/// What a rehearsal shows, and whether all is as it should be.
fn told(plan: &Plan, rehearsal: &Rehearsal) -> (String, bool) {
    let Rehearsal { label, statuses, is_repeated, is_alone, seconds, complaints, provoked } = rehearsal;
    let claims = claim(plan, label);
    let mut text = format!("{label}: three trials {}, {} each", statuses.join(", "), milliseconds(*seconds));
    let differs = |text: &mut String, what: &str| {
        let claimed = format!("it claims `reproducible: {claims}`");
        text.push_str(&format!("\n  {what} has other numbers: {claimed}; use `rng` alone for what is random, keep nothing from trial to trial"));
    };
    if !is_repeated {
        differs(&mut text, "the same batch a second time");
    }
    if !is_alone {
        differs(&mut text, "each trial by itself");
    }
    for Complaint { trial, status, text: why, .. } in complaints {
        text.push_str(&format!(
            "\n  trial {trial} failed ({status}): {}",
            why.lines().collect::<Vec<_>>().join("\n    ")
        ));
    }
    if let Some(Provoked { asked, answered, lives }) = provoked {
        let answered = answered.lines().collect::<Vec<_>>().join("\n    ");
        text.push_str(&format!("\n  {asked}: it answered {answered}"));
        if !lives {
            text.push_str(
                "\n  a program that ends costs its batch: answer the status 1 of such a trial instead",
            );
        }
    }
    let all_well = statuses.iter().all(|status| *status == "ok");
    (text, all_well && (claims == "no" || (*is_repeated && *is_alone)))
}

/// What a program says of how equal its answers are.
fn claim(plan: &Plan, label: &str) -> String {
    let known = plan.study.estimators.iter().find(|known| known.label == label);
    known
        .and_then(|known| known.rule.argument("reproducible"))
        .unwrap_or_else(|| Reproducibility::Bits.to_string())
}

/// A time as programs take it: three digits of milliseconds.
fn milliseconds(seconds: f64) -> String {
    let milliseconds = 1e3 * seconds;
    if milliseconds >= 100.0 { format!("{milliseconds:.0} ms") } else { format!("{milliseconds:.2} ms") }
}
