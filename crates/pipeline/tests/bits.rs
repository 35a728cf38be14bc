//! The bits of every estimator's numbers are pinned, whatever the processor, its registers and the level of optimisation.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use tempered_math::catalogue::{Choice, Entry};
use tempered_math::{design, estimator, noise, target};
use tempered_pipeline::generator::Generator;
use tempered_pipeline::plan::{Cell, Plan};
use tempered_pipeline::spec::parse;
use tempered_pipeline::trial::{Predictor, Trial, compute};

/// Small samples, and one that fills the widest registers several times over. The steep target makes long runs of one
/// curvature, which noise alone does not.
const STUDY: &str = "
version: 1
name: bits
seed: 20261125
trials: 1
generate:
  n: [2, 3, 11, 29]
  design: [uniform, grid, jittered_grid]
  target: [zero, {linear: {slope: 0.7}}, {sine: {frequency: 0.5, amplitude: 200}}, {piecewise_linear: {knots: [0, 0.3, 1], values: [1, 2.5, 0]}}, {sine: {frequency: 2}}]
  noise: [{normal: {sd: 0.8}}, uniform, laplace, {student_t: {df: 2.5}}, rademacher]
train:
  linear_spline: linear_spline
  linear_spline_clamped: {linear_spline: {ends: clamp}}
  min_norm: min_norm
  min_norm_least_area: {min_norm: {penalise_bias: false, select: least_area}}
  min_norm_free_bias: {min_norm: {penalise_bias: false, ends: clamp}}
  relu_gd: {relu_network: {width: 9, steps: 40}}
  relu_sgd: {relu_network: {width: 8, steps: 40, optimiser: sgd, batch: 3, init: antisymmetric, schedule: linear}}
  relu_langevin: {relu_network: {width: 9, steps: 40, optimiser: langevin, inverse_temperature: 100, init: balanced, weight_decay: 0.01}}
  relu_momentum: {relu_network: {width: 9, steps: 40, optimiser: momentum, inputs: centred, skip: none}}
  leaky_relu: {two_layer_network: {activation: leaky_relu, width: 9, steps: 40, optimiser: adam, lr: 0.01, schedule: cosine}}
  relu_squared: {two_layer_network: {activation: relu_squared, width: 9, steps: 40, lr: 0.01}}
  smelu: {two_layer_network: {activation: smelu, width: 9, steps: 40}}
  softplus: {two_layer_network: {activation: softplus, width: 9, steps: 40}}
  gelu: {two_layer_network: {activation: gelu, width: 9, steps: 40}}
  silu: {two_layer_network: {activation: silu, width: 9, steps: 40}}
  golu: {two_layer_network: {activation: golu, width: 9, steps: 40}}
  tanh: {two_layer_network: {activation: tanh, width: 9, steps: 40}}
  deep_relu: {deep_relu_network: {layers: [9, 5, 7], steps: 40}}
  weight_decay_path: {weight_decay_path: {lambda: 0.1}}
  nearest: {nearest: {k: 2}}
  shepard_2: {shepard: {beta: 2}}
  shepard_2_7: {shepard: {beta: 2.7}}
  cubic_spline: cubic_spline
  polynomial: {polynomial: {degree: 9}}
  laplace_kernel: {laplace_kernel: {bandwidth: 0.2}}
  matern_3: {matern: {nu: 3/2, bandwidth: 0.2}}
  matern_5: {matern: {nu: 5/2, bandwidth: 0.2, ridge: 0.01}}
  gaussian_kernel: {gaussian_kernel: {bandwidth: 0.05, ridge: 0.01}}
evaluate: {risks: [1, 1.5, 2, 3.3, 4, sup], domain: unit, reference: min_norm, knots_per_gap: 0.01}
";

/// What catalogues have gained since: the laws of [`STUDY`] decide the digests of all its estimators.
const ADDED: &str = "
version: 1
name: bits-added
seed: 20261129
trials: 1
generate:
  n: [3, 11, 29]
  design: [uniform, grid]
  target: [{legendre: {coefficients: [0.5, -1, 2, 0, 3, 0, 0, -4]}}]
  noise: [{normal: {sd: 0.8}}]
train:
  added_min_norm: min_norm
  added_cubic_spline: cubic_spline
  added_legendre: {legendre: {degree: 9}}
  added_legendre_wide: {legendre: {degree: 60, constant: false}}
evaluate: {risks: [1, 2, sup], domain: unit, reference: added_min_norm}
";

/// Every so many cells are computed: prime to the number of laws, so that each is among them.
const STRIDE: usize = 17;

/// Noises that came after these.
const NOISES: &str = "
version: 1
name: bits-noises
seed: 20261129
trials: 1
generate:
  n: [3, 11, 29]
  design: uniform
  target: {sine: {frequency: 2}}
  noise: [none, {heteroscedastic: {sd: 0.5, growth: 2}}, {zeroed: {share: 0.4}}]
train:
  noises_min_norm: min_norm
  noises_cubic_spline: cubic_spline
evaluate: {risks: [1, 2, sup], domain: unit}
";

/// A noise that came after those.
const CONTAMINATED: &str = "
version: 1
name: bits-contaminated
seed: 20261129
trials: 1
generate:
  n: [3, 5, 7, 11, 13, 17, 23, 29, 31, 37]
  design: uniform
  target: {sine: {frequency: 2}}
  noise: [{contaminated: {share: 0.3, shift: 2, sd: 0.5}}]
train:
  contaminated_min_norm: min_norm
  contaminated_cubic_spline: cubic_spline
evaluate: {risks: [1, 2, sup], domain: unit}
";

/// One line a label: `label digest`. Directories of generator 3 have numbers of their own: those of 4 differ where
/// quadrature decides, since no risk depends on the others, and predictors are stored in forms. Generator 5 cuts shards elsewhere,
/// which moves no number.
const FILES: [(Generator, &str); 3] = [
    (Generator::Three, "tests/bits.txt"),
    (Generator::Four, "tests/bits-4.txt"),
    (Generator::Five, "tests/bits-4.txt"),
];

fn reals(digest: &mut blake3::Hasher, values: &[f64]) {
    digest.update(&(values.len() as u64).to_le_bytes());
    for value in values {
        digest.update(&value.to_bits().to_le_bytes());
    }
}

/// The predictor as it is stored by these rules.
fn weights(digest: &mut blake3::Hasher, trial: &Trial, generator: Generator) {
    let weights = trial.weights(generator);
    let (outer, inner, bias) = (&weights.outer, &weights.inner(), &weights.bias);
    for values in [&weights.skip_slope, &weights.skip_intercept, outer, inner, bias] {
        reals(digest, values);
    }
}

fn absorb(digest: &mut blake3::Hasher, trial: &Trial, generator: Generator) {
    digest.update(trial.word().as_bytes());
    digest.update(format!("{:?}", trial.row.kinks).as_bytes());
    for score in &trial.scores {
        digest.update(&[u8::from(score.is_some())]);
        reals(digest, score.as_slice());
    }
    weights(digest, trial, generator);
    if trial.row.status.is_ok() {
        let Predictor::Line(predictor) = &trial.predictor else { panic!("a study on the line") };
        let values = (-3..=13).map(|k| predictor.value(f64::from(k) / 10.0));
        reals(digest, &values.collect::<Vec<_>>());
    }
}

fn named(choices: &[Choice]) -> BTreeSet<&'static str> {
    choices.iter().map(Choice::name).collect()
}

fn all<T: ?Sized>(catalogue: &[Entry<T>]) -> BTreeSet<&'static str> {
    catalogue.iter().map(|entry| entry.name).collect()
}

/// With TEMPERED_BLESS set the file is rewritten. Numbers that differ are other numbers: the plan's generator has to
/// say so. RELIABILITY.md names the flags to run it with.
#[test]
fn numbers_have_the_same_bits_everywhere() {
    for (generator, file) in FILES {
        let plan = |text: &str| Plan::new(parse(text.as_bytes(), "bits.yaml", &[]).unwrap()).by(generator);
        compare([(plan(STUDY), STRIDE), (plan(ADDED), 1), (plan(NOISES), 1), (plan(CONTAMINATED), 1)], file);
    }
}

fn compare(plans: [(Plan, usize); 4], file: &str) {
    let estimators: Vec<Choice> = plans
        .iter()
        .flat_map(|(plan, _)| &plan.study.estimators)
        .map(|one| one.rule.sample().clone())
        .collect();
    let computed = || plans.iter().flat_map(|(plan, stride)| plan.cells.iter().step_by(*stride));
    let laws =
        |of: fn(&Cell) -> &Choice| -> Vec<Choice> { computed().map(|cell| of(cell).clone()).collect() };
    assert_eq!(named(&estimators), all(estimator::CATALOGUE));
    assert_eq!(named(&laws(|cell| &cell.design)), all(design::CATALOGUE));
    assert_eq!(named(&laws(|cell| &cell.target)), all(target::CATALOGUE));
    // Labels, which alone can flip, are of R^d.
    let mut noises = all(noise::CATALOGUE);
    noises.remove("flip");
    assert_eq!(named(&laws(|cell| &cell.noise)), noises);

    let mut found = BTreeMap::new();
    plans.iter().for_each(|(plan, stride)| digests(plan, *stride, &mut found));
    let text: String = found.iter().map(|(label, digest)| format!("{label} {digest}\n")).collect();
    if std::env::var_os("TEMPERED_BLESS").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    let differ: Vec<&str> = text.lines().filter(|line| !kept.lines().any(|kept| kept == *line)).collect();
    assert!(kept == text, "{file}, other bits: {differ:#?}");
}

/// Adds the digest of each estimator of a plan over every so many of its cells, and that of their samples.
fn digests(plan: &Plan, stride: usize, found: &mut BTreeMap<String, String>) {
    let study = &plan.study;
    let computed: Vec<&Cell> = plan.cells.iter().step_by(stride).collect();
    let mut samples = blake3::Hasher::new();
    for (position, planned) in study.estimators.iter().enumerate() {
        let (label, choice) = (&planned.label, planned.rule.sample());
        let mut digest = blake3::Hasher::new();
        let mut successes = 0;
        for cell in &computed {
            let trial = compute(plan, cell, choice, 0).unwrap();
            successes += u32::from(trial.row.status.is_ok());
            absorb(&mut digest, &trial, plan.generator);
            if position == 0 {
                for value in trial.x.iter().chain(&trial.y) {
                    samples.update(&value.to_bits().to_le_bytes());
                }
            }
        }
        assert!(successes >= 5, "{label}: {successes} successes");
        found.insert(label.clone(), digest.finalize().to_hex()[..16].to_string());
    }
    let label = match study.name.strip_prefix("bits-") {
        Some(name) => format!("{name}_samples"),
        None => "samples".into(),
    };
    found.insert(label, samples.finalize().to_hex()[..16].to_string());
}
