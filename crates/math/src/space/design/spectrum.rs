//! Spectra: variances of coordinates.

use crate::catalogue::{Invalid, Kind, Parameter, Value};

/// The variances λ_1, …, λ_d of d coordinates.
#[derive(Clone, Debug)]
pub(super) enum Spectrum {
    /// λ_i = 1.
    Identity,
    /// λ_i = i^−α.
    Power(f64),
    /// λ_i = e^{−c i}.
    Exponential(f64),
    /// s coordinates of one height, and a mass spread evenly over the others.
    Spiked { spikes: u64, height: f64, mass: f64 },
    /// λ_i = 1/(i ln^β(i + 1)).
    LogPower(f64),
    /// As listed.
    Listed(Vec<f64>),
}

const WORDS: &[&str] = &["identity", "power", "exponential", "spiked", "log_power", "listed"];

/// The parameters of a spectrum: a word, and numbers that some words use and the others refuse.
pub(super) fn parameters() -> Vec<Parameter> {
    let number = |name, summary| Parameter { name, summary, kind: Kind::POSITIVE, default: Some(Value::Unset) };
    vec![
        Parameter {
            name: "spectrum",
            summary: "variances of the coordinates i = 1, …, d: 1, i^−exponent, e^(−rate·i), spikes of one height with a mass \
                      spread over the others, 1/(i ln^exponent(i + 1)), or values",
            kind: Kind::Word(WORDS),
            default: Some(Value::Word("identity")),
        },
        number("exponent", "of power, above 0, and of log_power, above 1"),
        number("rate", "of exponential, above 0"),
        Parameter {
            name: "spikes",
            summary: "how many coordinates of spiked have the height",
            kind: Kind::Whole { low: 1, high: u64::MAX },
            default: Some(Value::Unset),
        },
        number("height", "variance of each spike, above 0"),
        number("mass", "variances of all other coordinates of spiked, summed, above 0"),
        Parameter {
            name: "values",
            summary: "variances of listed, d numbers of at least 0",
            kind: Kind::Reals,
            default: Some(Value::Unset),
        },
    ]
}

/// The parameters that a spectrum of this name uses.
fn uses(word: &str) -> &'static [&'static str] {
    match word {
        "power" | "log_power" => &["exponent"],
        "exponential" => &["rate"],
        "spiked" => &["spikes", "height", "mass"],
        "listed" => &["values"],
        _ => &[],
    }
}

/// The spectrum of these arguments, which are in the order of [`parameters`].
pub(super) fn build(values: &[Value]) -> Result<Spectrum, Invalid> {
    let word = values[0].word();
    for (parameter, value) in parameters().iter().zip(values).skip(1) {
        let given = *value != Value::Unset;
        let used = uses(word).contains(&parameter.name);
        if given && !used {
            return Err(Invalid { parameter: parameter.name, expected: "is of another spectrum" });
        }
        if used && !given {
            return Err(Invalid { parameter: parameter.name, expected: "must be given for this spectrum" });
        }
    }
    let list = values[6].reals();
    if list.iter().any(|value| *value < 0.0) {
        return Err(Invalid { parameter: "values", expected: "must hold numbers of at least 0" });
    }
    Ok(match word {
        "power" => Spectrum::Power(values[1].real()),
        "exponential" => Spectrum::Exponential(values[2].real()),
        "spiked" => {
            Spectrum::Spiked { spikes: values[3].whole(), height: values[4].real(), mass: values[5].real() }
        }
        "log_power" if values[1].real() <= 1.0 => {
            return Err(Invalid { parameter: "exponent", expected: "must be above 1 for a finite sum" });
        }
        "log_power" => Spectrum::LogPower(values[1].real()),
        "listed" => Spectrum::Listed(list.to_vec()),
        _ => Spectrum::Identity,
    })
}

impl Spectrum {
    /// λ_1, …, λ_d.
    pub fn values(&self, d: usize) -> Vec<f64> {
        let each = |value: &dyn Fn(f64) -> f64| (1..=d).map(|i| value(i as f64)).collect();
        match self {
            Spectrum::Identity => vec![1.0; d],
            Spectrum::Power(alpha) => each(&|i| libm::pow(i, -alpha)),
            Spectrum::Exponential(rate) => each(&|i| libm::exp(-rate * i)),
            Spectrum::Spiked { spikes, height, mass } => {
                let spikes = *spikes as usize;
                let others = d.saturating_sub(spikes).max(1) as f64;
                (0..d).map(|i| if i < spikes { *height } else { mass / others }).collect()
            }
            Spectrum::LogPower(beta) => each(&|i| log_power(i, *beta)),
            Spectrum::Listed(values) => values.clone(),
        }
    }

    /// Σ_{i>d} λ_i of a spectrum that is thought of as going on beyond d, to 1e-4 of itself.
    ///
    /// Terms up to N = d + 1000 are summed. The others are ∫ dx/(x ln^β(x + 1)) from N + ½, by the midpoint rule, where
    /// 1/x = 1/(x + 1) + 1/(x (x + 1)): the first part is ln^{1−β}(N + 3/2)/(β − 1), and the second about 1/(N ln^β N).
    pub fn tail(&self, d: usize) -> f64 {
        let Spectrum::LogPower(beta) = self else {
            return 0.0;
        };
        let from = (d + 1000) as f64 + 0.5;
        let near: f64 = (d + 1..=d + 1000).map(|i| log_power(i as f64, *beta)).sum();
        let log = libm::log(from + 1.0);
        near + libm::pow(log, 1.0 - beta) / (beta - 1.0) + libm::pow(log, -beta) / from
    }

    pub fn check(&self, d: usize) -> Result<(), String> {
        match self {
            Spectrum::Spiked { spikes, .. } if *spikes >= d as u64 => {
                Err(format!("d must be above the number of spikes, {spikes}, but is {d}"))
            }
            Spectrum::Listed(values) if values.len() != d => {
                Err(format!("d must be the number of listed variances, {}, but is {d}", values.len()))
            }
            _ => Ok(()),
        }
    }
}

fn log_power(i: f64, beta: f64) -> f64 {
    1.0 / (i * libm::pow(libm::log(i + 1.0), beta))
}
