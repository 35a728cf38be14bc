//! `tempered replay`.

use crate::args::{Format, Replay};
use crate::exit::{Ending, Failure};
use crate::{output, study};
use serde_json::json;
use tempered_math::predictor::Form;
use tempered_pipeline::replay::{self, Replay as Trial, Selection};

/// Recomputes a trial and compares it with the stored rows, bit by bit.
pub fn replay(options: &Replay) -> Result<Ending, Failure> {
    let (plan, directory) = study::recorded(&options.directory)?;
    let selection = Selection {
        estimator: options.estimator.clone(),
        n: options.n,
        wanted: options.wanted.iter().map(|text| wanted(text)).collect::<Result<_, _>>()?,
    };
    let trials = replay::replay(&plan, &directory, &selection, options.trial)?;
    if options.format == Format::Json {
        let all: Vec<_> = trials.iter().map(json).collect();
        output::print(&format!("{:#}", json!(all)))?;
    } else {
        output::print(&trials.iter().map(human).collect::<Vec<_>>().join("\n"))?;
    }
    let differs = |equal: Option<bool>| equal == Some(false);
    let mut here = trials.iter().filter(|trial| trial.elsewhere.is_none());
    let mismatch = here.any(|trial| differs(trial.metrics_equal) || differs(trial.weights_equal));
    Ok(if mismatch { Ending::Mismatch } else { Ending::Done })
}

fn wanted(text: &str) -> Result<(String, String), Failure> {
    let pair = text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    pair.ok_or_else(|| Failure::Usage(format!("--where {text}: expected NAME=VALUE, e.g. --where width=50")))
}

fn json(trial: &Trial) -> serde_json::Value {
    let names =
        if trial.form.is_some() { ["coefficient", "scale", "at"] } else { ["outer", "inner", "bias"] };
    let [outer, inner, bias] = names;
    json!({
        "estimator": trial.estimator, "cell": trial.cell, "status": trial.status, "kinks": trial.kinks,
        "metrics_equal": trial.metrics_equal, "weights_equal": trial.weights_equal, "elsewhere": trial.elsewhere,
        "scores": trial.scores.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<serde_json::Map<_, _>>(),
        "x": trial.x, "y": trial.y,
        "form": trial.form.map(Form::word),
        "weights": {"skip_slope": trial.weights.skip_slope, "skip_intercept": trial.weights.skip_intercept,
            outer: trial.weights.outer, inner: trial.weights.inner(), bias: trial.weights.bias},
    })
}

fn human(trial: &Trial) -> String {
    let stored = |equal: Option<bool>| match (equal, &trial.elsewhere) {
        (Some(true), _) => "equal to the stored row, bit by bit".to_owned(),
        (Some(false), None) => "DIFFERENT from the stored row".to_owned(),
        (Some(false), Some(model)) => {
            format!(
                "not the bits of the stored row, which are of {model}: dense fits follow the processor and the revision of their arithmetic"
            )
        }
        (None, _) => "not stored".to_owned(),
    };
    let mut text = format!("{}\n{}\n  status  {}\n", trial.estimator, trial.cell, trial.status);
    if let Some(kinks) = trial.kinks {
        text += &format!("  {:<16} {kinks}\n", "kinks");
    }
    for (name, value) in trial.scores.iter().filter_map(|(name, value)| Some((name, (*value)?))) {
        text += &format!("  {name:<16} {value}\n");
    }
    text + &format!("  metrics {}\n  weights {}\n", stored(trial.metrics_equal), stored(trial.weights_equal))
}
