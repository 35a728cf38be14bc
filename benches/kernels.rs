//! One benchmark a kernel: drawing, fitting, scoring. Figures are per sample point.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use tempered_math::catalogue::{Choice, Kind, Parameter, Value};
use tempered_math::estimator::Report;
use tempered_math::predictor::Predictor;
use tempered_math::risk::{Domain, Exponent, Risk};
use tempered_math::sample::Sample;
use tempered_math::score::{Criteria, Scorer};
use tempered_math::seed::{Draws, Key, Purpose};
use tempered_math::{design, estimator, noise, target};

const N: usize = 1000;

fn draw(x: &mut [f64], y: &mut [f64], trial: u64) {
    let designs = Choice::new(&design::CATALOGUE[0], &[]).and_then(|choice| choice.build(design::CATALOGUE));
    let noises = Choice::new(&noise::CATALOGUE[0], &[]).and_then(|choice| choice.build(noise::CATALOGUE));
    if let (Ok(design), Ok(noise)) = (designs, noises) {
        design.fill(&mut Key::new(1, "bench", Purpose::Design).trial(trial), x);
        noise.fill(&mut Key::new(1, "bench", Purpose::Noise).trial(trial), y);
    }
}

fn drawing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("draw");
    group.throughput(Throughput::Elements(N as u64));
    let mut buffer = vec![0.0; N];
    for entry in design::CATALOGUE {
        let Ok(law) = (entry.build)(&defaults((entry.parameters)())) else { continue };
        let mut rng = Key::new(1, entry.name, Purpose::Design).trial(0);
        group.bench_function(entry.name, |b| b.iter(|| law.fill(&mut rng, black_box(&mut buffer))));
    }
    for entry in noise::CATALOGUE {
        let Ok(law) = (entry.build)(&defaults((entry.parameters)())) else { continue };
        let mut rng = Key::new(1, entry.name, Purpose::Noise).trial(0);
        let name = format!("noise {}", entry.name);
        group.bench_function(name, |b| b.iter(|| law.fill(&mut rng, black_box(&mut buffer))));
    }
    group.finish();
}

fn defaults(parameters: Vec<Parameter>) -> Vec<Value> {
    let given = |parameter: Parameter| match (parameter.default, parameter.kind) {
        (Some(value), _) => value,
        (None, Kind::Whole { .. }) => Value::Whole(100),
        (None, _) => Value::Real(3.0),
    };
    parameters.into_iter().map(given).collect()
}

/// Full-batch steps of a network of m neurons on n points: figures are per point and neuron, to show O(n + m).
fn training(criterion: &mut Criterion) {
    const STEPS: u64 = 1000;
    let mut group = criterion.benchmark_group("training");
    group.sample_size(10);
    let Some(entry) = estimator::CATALOGUE.iter().find(|entry| entry.name == "relu_network") else { return };
    for (n, m) in [(5, 200), (200, 1000), (1000, 1000), (100_000, 100_000), (1_000_000, 1_000_000)] {
        let steps = if n > 10_000 { STEPS / 100 } else { STEPS };
        let given = [
            ("width", Value::Whole(m)),
            ("steps", Value::Whole(steps)),
            ("weight_decay", Value::Real(1e-3)),
            ("lr", Value::Real(if n > 10_000 { 1e-3 } else { 0.05 })),
        ];
        let fitter = Choice::new(entry, &given).and_then(|choice| choice.build(estimator::CATALOGUE));
        let Ok(mut fitter) = fitter else { continue };
        let (mut x, mut y) = (vec![0.0; n], vec![0.0; n]);
        draw(&mut x, &mut y, 0);
        let Ok(sample) = Sample::new(&x, &y) else { continue };
        let (draws, mut predictor) = (Draws::new(1, "training", 0), Predictor::default());
        group.throughput(Throughput::Elements((n as u64 + m) * steps));
        group.bench_function(format!("n = {n}, m = {m}"), |b| {
            b.iter(|| black_box(fitter.fit(sample, &draws, &mut predictor)).is_ok());
        });
    }
    group.finish();
}

fn fitting_and_scoring(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("estimators");
    group.throughput(Throughput::Elements(N as u64));
    let (mut x, mut y) = (vec![0.0; N], vec![0.0; N]);
    draw(&mut x, &mut y, 0);
    let Ok(sample) = Sample::new(&x, &y) else { return };
    for entry in estimator::CATALOGUE {
        let Ok(mut fitter) = (entry.build)(&defaults((entry.parameters)())) else { continue };
        let mut predictor = Predictor::default();
        group.bench_function(format!("fit {}", entry.name), |b| {
            b.iter(|| black_box(fitter.fit(sample, &Draws::new(1, entry.name, 0), &mut predictor)).is_ok());
        });
        for p in [1.0, 1.5, 2.0, 2.3, 3.0] {
            let zero =
                Choice::new(&target::CATALOGUE[0], &[]).and_then(|choice| choice.build(target::CATALOGUE));
            let (Some(exponent), Ok(zero)) = (Exponent::new(p), zero) else { continue };
            let mut scorer = Scorer::new(Criteria::risks(&[Risk::Lp(exponent)], Domain::Hull), zero);
            let mut out = Vec::new();
            group.bench_function(format!("score {} p = {p}", entry.name), |b| {
                b.iter(|| {
                    out.clear();
                    black_box(scorer.score((&x, &y), (&predictor, Report::default()), None, &mut out)).is_ok()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(kernels, drawing, fitting_and_scoring, training);
criterion_main!(kernels);
