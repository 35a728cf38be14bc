//! `tempered report`: what a run says, as one page.

mod curves;
mod fold;
mod maps;
mod pages;
mod series;
mod trials;
mod write;

use crate::analyze::Reading;
use crate::args::Report as Options;
use crate::exit::{Ending, Failure};
use crate::{analyze, output, study, theory};
use std::path::{Path, PathBuf};
use tempered_analysis::{Fits, RULE, RULE_OF_SIGNS, Series, Summary, profile_lines};
use tempered_pipeline::RunDirectory;
use tempered_pipeline::plan::Plan;
use tempered_report::{Report, Study};
use write::write;

/// Writes the report of a run directory, and figures and tables where they are asked for.
pub fn report(options: &Options) -> Result<Ending, Failure> {
    let (plan, directory) = study::recorded(&options.directory)?;
    let summary = analyze::summarise(&directory, &plan, &Reading::of(&plan), None, options.threads.count())?;
    let mut report = view(&summary, &plan, &directory, &options.directory)?;
    let page = match &options.out {
        Some(file) => {
            if !report.groups.is_empty() {
                let path = options.directory.display();
                report.note += &format!(" `tempered report {path}` writes a page for each estimator.");
            }
            write(&report, file)?
        }
        None => write_below(&mut report, &summary, &options.directory)?,
    };
    if let Some(folder) = &options.figures {
        let files = tempered_report::write_figures(&report, folder)?;
        eprintln!("{} figures in {}", files.len(), folder.display());
    }
    if let Some(folder) = &options.tables {
        let all = Report { series: summary.series.iter().map(series::view).collect(), ..report };
        let files = tempered_report::write_tables(&all, folder)?;
        eprintln!("{} tables in {}", files.len(), folder.display());
    }
    output::print(&page.display().to_string())?;
    Ok(analyze::ending(&summary))
}

/// Writes the page of a summary that is at hand.
pub fn page(
    summary: &Summary,
    plan: &Plan,
    directory: &RunDirectory,
    path: &Path,
) -> Result<PathBuf, Failure> {
    write_below(&mut view(summary, plan, directory, path)?, summary, path)
}

/// Writes the page to its place in the run directory, which may be read-only or full, and beside it those of estimators
/// where a study is too long for one.
fn write_below(report: &mut Report, summary: &Summary, path: &Path) -> Result<PathBuf, Failure> {
    let folder = path.join("report");
    advised(pages::write_all(report, summary, &folder.join("estimators")), path)?;
    advised(write(report, &folder.join("index.html")), path)
}

/// Says of a page that cannot be written where else it may go.
fn advised<T>(written: Result<T, Failure>, path: &Path) -> Result<T, Failure> {
    written.map_err(|failure| match failure {
        Failure::File { place, source } => {
            let advice = format!(
                "{source}; `tempered report {} --out FILE` writes the page elsewhere",
                path.display()
            );
            Failure::File { place, source: std::io::Error::new(source.kind(), advice) }
        }
        other => other,
    })
}

fn view(summary: &Summary, plan: &Plan, directory: &RunDirectory, path: &Path) -> Result<Report, Failure> {
    let mut risks: Vec<String> =
        summary.series.iter().map(|series| series::label(&series.p.to_string())).collect();
    risks.dedup();
    let mut seen = std::collections::HashSet::new();
    risks.retain(|risk| seen.insert(risk.clone()));
    let (failed, trials) = summary.failures();
    let yaml = directory.read_record("study.yaml")?.unwrap_or_default();
    let shown = fold::index(summary);
    let drawn = shown.series.iter().map(|series| series.estimator.as_str()).collect();
    Ok(Report {
        study: Study {
            name: plan.study.name.clone(),
            yaml: fold::start(&String::from_utf8_lossy(&yaml)),
            seed: plan.study.seed,
            command: format!("tempered run {}/_tempered/study.yaml --out again --report", path.display()),
            versions: vec![("tempered".into(), env!("CARGO_PKG_VERSION").into())],
            trials,
            failed,
            failures: summary.fits.iter().filter_map(Fits::line).collect(),
            finished: finished(summary, plan),
        },
        groups: fold::counted(summary, &shown.names, &risks),
        whole: None,
        risks,
        trials: trials::drawn(summary, plan, path, &drawn)?,
        curves: shown.curves,
        maps: maps::maps(summary, |_| true),
        series: shown.series,
        methods: methods(summary),
        note: shown.note,
    })
}

/// Whether every estimator has every trial of every cell.
fn finished(summary: &Summary, plan: &Plan) -> bool {
    // References in the order of labels: a table by labels would take ten times the memory where cells are many.
    let mut series: Vec<&Series> = summary.series.iter().collect();
    series.sort_by(|a, b| labels(a).cmp(&labels(b)));
    plan.cells.iter().all(|cell| {
        let [design, target, noise] = theory::labels(cell);
        let is_whole = |label: &str| {
            let wanted = [label, &design, &target, &noise];
            let from = series.partition_point(|series| labels(series) < wanted);
            let same = series[from..].iter().take_while(|series| labels(series) == wanted);
            let mut levels = same.flat_map(|series| &series.levels);
            levels.any(|level| level.n == cell.n && level.trials >= plan.study.trials)
        };
        plan.study.estimators.iter().all(|estimator| is_whole(&estimator.label))
    })
}

/// The labels of estimator, design, target and noise.
fn labels(series: &Series) -> [&str; 4] {
    [&series.estimator, &series.design, &series.target, &series.noise]
}

fn methods(summary: &Summary) -> Vec<String> {
    let confidence = (summary.options.confidence * 1e6).round() / 1e4;
    let mut paragraphs = vec![
        format!(
            "Every trial draws one training set and fits every estimator to it, so that estimators are compared on the \
             same samples. Quantiles have distribution-free {confidence} % intervals from order statistics; means have \
             standard errors, which are marked where the law has no mean or no variance to speak of; other intervals are \
             bootstrap intervals of {} rounds.",
            summary.options.bootstrap
        ),
        "Tail indices: that of the contributions of gaps comes from the spread of the logarithms of each trial's largest \
         contribution (Fréchet's law), carried on to n = ∞; its interval holds every rate of approach that fits. That of \
         what lies outside the data is Hill's, over the largest number of upper order statistics that agrees with all \
         smaller ones. Limits have intervals over every rate of approach that fits. A mean is trusted where indices \
         above 2 leave a variance, and without an index it is not."
            .into(),
    ];
    paragraphs.push(RULE.into());
    if summary.series.iter().any(|series| series.p.is_of_signs()) {
        paragraphs.push(RULE_OF_SIGNS.into());
    }
    paragraphs.extend(profile_lines(&summary.profiles));
    paragraphs
}
