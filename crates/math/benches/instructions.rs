//! One kernel, so many times over: what `benches/instructions.py` runs under a counter of instructions.
//!
//! `instructions KERNEL ROUNDS`, a round being one pass over [`TRIALS`] samples of [`N`] points; without arguments it
//! prints the points of a round and the names of the kernels.

use std::error::Error;
use std::hint::black_box;
use tempered_math::catalogue::{Choice, Entry};
use tempered_math::estimator::{Estimator, Report};
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Risk};
use tempered_math::sample::Sample;
use tempered_math::score::{Criteria, Scorer};
use tempered_math::seed::{Draws, Key, Purpose};
use tempered_math::{design, estimator, noise, target};

const N: usize = 1000;
/// Enough for branches to be those of the average sample.
const TRIALS: usize = 20;
const KERNELS: [&str; 7] =
    ["draw", "check", "linear_spline", "min_norm", "risk p = 1", "risk p = 2", "risk p = 1.9"];

type Answer<T> = Result<T, Box<dyn Error>>;

fn main() -> Answer<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [kernel, rounds] = arguments.as_slice() else {
        println!("{}", N * TRIALS);
        KERNELS.iter().for_each(|kernel| println!("{kernel}"));
        return Ok(());
    };
    let rounds: usize = rounds.parse()?;
    let samples = (0..TRIALS as u64).map(drawn).collect::<Answer<Vec<_>>>()?;
    match kernel.as_str() {
        "draw" => draw(rounds),
        "check" => {
            for (x, y) in (0..rounds).flat_map(|_| &samples) {
                black_box(Sample::new(black_box(x), y)?);
            }
            Ok(())
        }
        "linear_spline" | "min_norm" => fit(kernel, &samples, rounds),
        _ => {
            let p = kernel.strip_prefix("risk p = ").and_then(|p| Risk::lp(p.parse().ok()?));
            score(p.ok_or("no such kernel")?, &samples, rounds)
        }
    }
}

fn built<T: ?Sized>(catalogue: &'static [Entry<T>], name: &str) -> Answer<Box<T>> {
    let entry = catalogue.iter().find(|entry| entry.name == name).ok_or("not in the catalogue")?;
    Ok(Choice::new(entry, &[])?.build(catalogue)?)
}

fn drawn(trial: u64) -> Answer<(Vec<f64>, Vec<f64>)> {
    let (mut x, mut y) = (vec![0.0; N], vec![0.0; N]);
    built(design::CATALOGUE, "uniform")?.fill(&mut Key::new(1, "", Purpose::Design).trial(trial), &mut x);
    built(noise::CATALOGUE, "normal")?.fill(&mut Key::new(1, "", Purpose::Noise).trial(trial), &mut y);
    Ok((x, y))
}

fn draw(rounds: usize) -> Answer<()> {
    let (mut x, mut y) = (vec![0.0; N], vec![0.0; N]);
    let (design, noise) = (built(design::CATALOGUE, "uniform")?, built(noise::CATALOGUE, "normal")?);
    let (designs, noises) = (Key::new(1, "", Purpose::Design), Key::new(1, "", Purpose::Noise));
    for trial in 0..(rounds * TRIALS) as u64 {
        design.fill(&mut designs.trial(trial), black_box(&mut x));
        noise.fill(&mut noises.trial(trial), black_box(&mut y));
    }
    Ok(())
}

fn fit(name: &str, samples: &[(Vec<f64>, Vec<f64>)], rounds: usize) -> Answer<()> {
    let mut fitter: Box<dyn Estimator> = built(estimator::CATALOGUE, name)?;
    let mut predictor = Predictor::default();
    let draws = Draws::new(1, name, 0);
    let samples = samples.iter().map(|(x, y)| Sample::new(x, y)).collect::<Result<Vec<_>, _>>()?;
    for sample in (0..rounds).flat_map(|_| &samples) {
        black_box(fitter.fit(black_box(*sample), &draws, &mut predictor)?);
    }
    Ok(())
}

fn score(risk: Risk, samples: &[(Vec<f64>, Vec<f64>)], rounds: usize) -> Answer<()> {
    let mut fitter: Box<dyn Estimator> = built(estimator::CATALOGUE, "min_norm")?;
    let mut predictors = Vec::new();
    for (x, y) in samples {
        let mut predictor = Predictor::default();
        fitter.fit(Sample::new(x, y)?, &Draws::new(1, "", 0), &mut predictor)?;
        predictors.push(predictor);
    }
    let mut scorer = Scorer::new(Criteria::risks(&[risk], Domain::Hull), built(target::CATALOGUE, "zero")?);
    let mut scores = Vec::new();
    for ((x, y), predictor) in (0..rounds).flat_map(|_| samples.iter().zip(&predictors)) {
        scores.clear();
        scorer.score((x, y), (predictor, Report::default()), None, &mut scores)?;
        black_box(&scores);
    }
    Ok(())
}
