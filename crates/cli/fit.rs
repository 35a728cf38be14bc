//! `tempered fit`.

use crate::args::{Fit, FitFormat};
use crate::data::Source;
use crate::exit::{Ending, Failure};
use crate::output;
use serde_json::{Value, json};
use tempered_math::catalogue::Choice;
use tempered_math::estimator::{self, Report};
use tempered_math::predictor::{Expansion, Knots, Predictor};
use tempered_math::sample::Degenerate;
use tempered_math::seed::Draws;
use tempered_pipeline::spec;

/// Kinks or entries that are shown to people.
const SHOWN: usize = 20;

/// Fits an estimator to a user's data.
pub fn fit(options: &Fit) -> Result<Ending, Failure> {
    let choice = spec::parse_choice(&options.estimator, "--estimator", estimator::CATALOGUE)?;
    let mut fitter = choice.build(estimator::CATALOGUE).map_err(tempered_pipeline::Error::from)?;
    let source = Source::new(&options.data, options.separator.as_deref())?;
    let aims = options.at.as_deref().map(|at| Source::new(at, options.separator.as_deref())).transpose()?;
    if source.is_stdin() && aims.as_ref().is_some_and(Source::is_stdin) {
        return Err(Failure::Usage("--at -: standard input holds the data already, name a file".into()));
    }
    let (x, y) = source.sample((&options.x, &options.y), (options.ties, fitter.takes_ties()))?;
    let place = source.place();
    let bad = |why: Degenerate| Failure::Data(format!("{place}: {why}"));
    let sample = fitter.sample(&x, &y).map_err(bad)?;
    let mut predictor = Predictor::default();
    let content = format!("fit;estimator={choice}");
    let report = fitter.fit(sample, &Draws::new(0, &content, 0), &mut predictor).map_err(bad)?;
    let train_error = predictor.train_error(&x, &y);
    let fitted = Fitted { choice, n: x.len(), report, train_error };
    let text = match (&aims, &predictor) {
        (Some(aims), _) => fitted.values(&predictor, &aims.numbers(&options.x)?, options.format),
        (None, Predictor::PiecewiseLinear(knots)) => fitted.network(knots, options.format),
        (None, Predictor::Smooth(_)) => fitted.entries(&predictor.expansion(), options.format),
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
    /// Values at new points, in the order in which they are given; none where one overflows.
    fn values(&self, predictor: &Predictor, x: &[f64], format: FitFormat) -> Option<String> {
        let values: Vec<f64> = x.iter().map(|x| predictor.value(*x)).collect();
        if !values.iter().all(|value| value.is_finite()) {
            return None;
        }
        let pairs = x.iter().zip(&values);
        Some(match format {
            FitFormat::Json => {
                let listed: Vec<_> = pairs.map(|(x, value)| json!({"x": x, "y_hat": value})).collect();
                self.json(&[("at", json!(listed))])
            }
            FitFormat::Csv | FitFormat::Human => {
                let rows: Vec<String> = pairs.map(|(x, value)| format!("{x},{value}")).collect();
                format!("x,y_hat\n{}", rows.join("\n"))
            }
        })
    }

    /// A piecewise-linear predictor, with what it is as a network; none where it overflows.
    fn network(&self, knots: &Knots, format: FitFormat) -> Option<String> {
        let ((slope, intercept), size) = (knots.skip(), knots.size());
        if ![slope, intercept, size.norm, self.train_error].into_iter().all(f64::is_finite) {
            return None;
        }
        let all = || knots.x.iter().zip(&knots.y).zip(&knots.change);
        let kinks = || all().filter(|(_, change)| **change != 0.0);
        Some(match format {
            FitFormat::Json => {
                let listed: Vec<_> =
                    kinks().map(|((x, _), change)| json!({"x": x, "slope_change": change})).collect();
                self.json(&[
                    ("norm", json!(size.norm)),
                    ("kinks", json!(listed)),
                    ("skip", json!({"slope": slope, "intercept": intercept})),
                    ("predictor", predictor(&knots.expansion())),
                ])
            }
            FitFormat::Csv => {
                let rows: Vec<String> = all().map(|((x, y), change)| format!("{x},{y},{change}")).collect();
                format!("x,y_hat,slope_change\n{}", rows.join("\n"))
            }
            FitFormat::Human => {
                let rows = kinks()
                    .map(|((x, _), change)| {
                        format!("kink at {:<22} slope change {}", number(*x), number(*change))
                    })
                    .collect::<Vec<_>>();
                let facts = [
                    ("norm", rounded(size.norm)),
                    ("kinks", rows.len().to_string()),
                    ("left line", format!("{} x + {}", rounded(slope), rounded(intercept))),
                ];
                self.human(&facts, rows)
            }
        })
    }

    /// Any other predictor by its entries; none where one overflows.
    fn entries(&self, expansion: &Expansion, format: FitFormat) -> Option<String> {
        if !expansion.is_finite() || !self.train_error.is_finite() {
            return None;
        }
        let Expansion { form, coefficient, scale, at, .. } = expansion;
        let rows = || coefficient.iter().zip(scale).zip(at).map(|((c, s), t)| (c, s, t));
        Some(match format {
            FitFormat::Json => self.json(&[("predictor", predictor(expansion))]),
            FitFormat::Csv => {
                let rows: Vec<String> = rows().map(|(c, s, t)| format!("{c},{s},{t}")).collect();
                format!("coefficient,scale,at\n{}", rows.join("\n"))
            }
            FitFormat::Human => {
                let facts = [("form", form.word().to_string()), ("entries", coefficient.len().to_string())];
                let rows = rows().map(|(c, s, t)| {
                    format!("coefficient {:<22} scale {:<22} at {}", number(*c), number(*s), number(*t))
                });
                self.human(&facts, rows.collect())
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

/// All digits of a number, with an exponent where zeros would fill the line.
fn number(value: f64) -> String {
    if is_short(value) { value.to_string() } else { format!("{value:e}") }
}

/// Six decimals, or six digits and an exponent where six decimals would be zeros or fill the line.
fn rounded(value: f64) -> String {
    if is_short(value) { format!("{value:.6}") } else { format!("{value:.6e}") }
}

/// Whether a number is written without exponent: what floating-point formats do between 1e-5 and 1e16.
fn is_short(value: f64) -> bool {
    value == 0.0 || (1e-5..1e16).contains(&value.abs())
}

/// A predictor as its form, with the formula, and its lists.
fn predictor(expansion: &Expansion) -> Value {
    let Expansion { form, skip_slope, skip_intercept, coefficient, scale, at } = expansion;
    json!({"form": form.word(), "formula": form.formula(), "skip_slope": skip_slope, "skip_intercept": skip_intercept,
        "coefficient": coefficient, "scale": scale, "at": at})
}
