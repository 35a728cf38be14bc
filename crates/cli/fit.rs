//! `tempered fit`.

use crate::args::{Fit, FitFormat};
use crate::data::sorted;
use crate::exit::{Ending, Failure};
use crate::output;
use serde_json::{Value, json};
use tempered_math::catalogue::Choice;
use tempered_math::estimator::{self, Report};
use tempered_math::predictor::{Knots, Predictor, Units};
use tempered_math::sample::{Degenerate, Sample};
use tempered_math::seed::Draws;
use tempered_pipeline::spec;

/// Kinks or units that are shown to people.
const SHOWN: usize = 20;

/// Fits an estimator to a user's data.
pub fn fit(options: &Fit) -> Result<Ending, Failure> {
    let choice = spec::parse_choice(&options.estimator, "--estimator", estimator::CATALOGUE)?;
    let (x, y) = sorted(&options.data)?;
    let place = options.data.display();
    let bad = |why: Degenerate| Failure::Data(format!("{place}: {why}"));
    let sample = Sample::new(&x, &y).map_err(bad)?;
    let mut predictor = Predictor::default();
    let mut fitter = choice.build(estimator::CATALOGUE).map_err(tempered_pipeline::Error::from)?;
    let content = format!("fit;estimator={choice}");
    let report = fitter.fit(sample, &Draws::new(0, &content, 0), &mut predictor).map_err(bad)?;
    let train_error = predictor.train_error(&x, &y);
    let fitted = Fitted { choice, n: x.len(), report, train_error };
    let text = match &predictor {
        Predictor::PiecewiseLinear(knots) => fitted.network(knots, options.format),
        Predictor::Smooth(smooth) => fitted.sum(&smooth.pieces.units(), options.format),
    };
    output::print(&text.ok_or_else(|| bad(Degenerate::Overflow))?)?;
    Ok(Ending::Done)
}

/// What is told of every fit.
struct Fitted {
    choice: Choice,
    n: usize,
    report: Report,
    train_error: f64,
}

impl Fitted {
    /// A piecewise-linear predictor as a network; none where it overflows.
    fn network(&self, knots: &Knots, format: FitFormat) -> Option<String> {
        let ((slope, intercept), size) = (knots.skip(), knots.size());
        if ![slope, intercept, size.norm, self.train_error].into_iter().all(f64::is_finite) {
            return None;
        }
        let all = knots.x.iter().copied().zip(knots.change.iter().copied());
        let kinks: Vec<(f64, f64)> = all.filter(|(_, change)| *change != 0.0).collect();
        Some(match format {
            FitFormat::Json => {
                let listed: Vec<_> =
                    kinks.iter().map(|(x, change)| json!({"x": x, "slope_change": change})).collect();
                self.json(&[
                    ("norm", json!(size.norm)),
                    ("kinks", json!(listed)),
                    ("skip", json!({"slope": slope, "intercept": intercept})),
                ])
            }
            FitFormat::Csv => {
                let rows: Vec<String> = kinks.iter().map(|(x, change)| format!("{x},{change}")).collect();
                format!("x,slope_change\n{}", rows.join("\n"))
            }
            FitFormat::Human => {
                let rows = kinks.iter().map(|(x, change)| format!("kink at {x:<22} slope change {change}"));
                let facts = [
                    ("norm", format!("{:.6}", size.norm)),
                    ("kinks", kinks.len().to_string()),
                    ("left line", format!("{slope:.6} x + {intercept:.6}")),
                ];
                self.human(&facts, rows.collect())
            }
        })
    }

    /// Any other predictor as a sum of units; none where it overflows.
    fn sum(&self, units: &Units, format: FitFormat) -> Option<String> {
        let Units { skip_slope, skip_intercept, outer, inner, bias } = units;
        let numbers = [outer, inner, bias].into_iter().flatten().chain([skip_slope, skip_intercept]);
        if !numbers.chain([&self.train_error]).all(|number| number.is_finite()) {
            return None;
        }
        let inner = if inner.is_empty() { &vec![1.0; outer.len()] } else { inner };
        let rows = || outer.iter().zip(inner).zip(bias).map(|((outer, inner), bias)| (outer, inner, bias));
        Some(match format {
            FitFormat::Json => self.json(&[
                ("weights", json!({"outer": outer, "inner": inner, "bias": bias})),
                ("skip", json!({"slope": skip_slope, "intercept": skip_intercept})),
            ]),
            FitFormat::Csv => {
                let rows: Vec<String> = rows().map(|(a, w, b)| format!("{a},{w},{b}")).collect();
                format!("outer,inner,bias\n{}", rows.join("\n"))
            }
            FitFormat::Human => {
                let facts = [
                    ("units", outer.len().to_string()),
                    ("line", format!("{skip_slope:.6} x + {skip_intercept:.6}")),
                ];
                self.human(&facts, rows().map(|(a, w, b)| format!("{a} φ({w} x + {b})")).collect())
            }
        })
    }

    fn json(&self, more: &[(&str, Value)]) -> String {
        let Fitted { choice, n, report, train_error } = self;
        let mut object = serde_json::Map::new();
        object.insert("estimator".into(), json!(choice.to_string()));
        object.insert("n".into(), json!(n));
        object.extend(more.iter().map(|(name, value)| ((*name).to_string(), value.clone())));
        object.insert("train_error".into(), json!(train_error));
        let told = [
            ("rank", report.rank.map(|rank| json!(rank))),
            ("steps", report.steps.map(|steps| json!(steps))),
            ("converged", report.converged.map(|converged| json!(converged))),
        ];
        object.extend(told.into_iter().filter_map(|(name, value)| Some((name.to_string(), value?))));
        format!("{:#}", Value::Object(object))
    }

    fn human(&self, facts: &[(&str, String)], rows: Vec<String>) -> String {
        let Fitted { choice, n, report, train_error } = self;
        let mut text = format!("{choice}\n");
        let mut line = |name: &str, value: &str| text += &format!("  {name:<12} {value}\n");
        line("points", &n.to_string());
        facts.iter().for_each(|(name, value)| line(name, value));
        line("train error", &format!("{train_error:.3e}"));
        if let Some(rank) = report.rank {
            line("rank", &rank.to_string());
        }
        if let Some(steps) = report.steps {
            let why = if report.converged == Some(true) { "converged" } else { "step limit" };
            line("steps", &format!("{steps} ({why})"));
        }
        for row in rows.iter().take(SHOWN) {
            text += &format!("  {row}\n");
        }
        if rows.len() > SHOWN {
            text += &format!("  … and {} more (--format json or csv shows all)\n", rows.len() - SHOWN);
        }
        text
    }
}
