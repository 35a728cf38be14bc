//! The studies that are simulated.

use crate::setting::Design::{self, Grid, Jittered, Uniform};
use crate::setting::Domain::{self, Hull, Unit};
use crate::setting::Ends::{Clamp, Extend};
use crate::setting::Estimator::{
    self, CubicSpline, LaplaceKernel, LinearSpline, MinNorm, Nearest, Polynomial, Shepard,
};
use crate::setting::Noise::{self, Laplace, Normal, Rademacher, StudentT};
use crate::setting::Risk::{self, Power, Sup};
use crate::truth::Size;
use std::fmt::Display;

/// One study file: all combinations of its lists.
#[derive(Clone, Debug)]
pub struct Study {
    pub name: &'static str,
    pub seed: u64,
    pub trials: u64,
    pub n: Vec<u64>,
    pub designs: Vec<Design>,
    pub noises: Vec<Noise>,
    pub estimators: Vec<Estimator>,
    pub risks: Vec<Risk>,
    pub domain: Domain,
}

fn list<T>(values: &[T], text: impl Fn(&T) -> String) -> String {
    format!("[{}]", values.iter().map(text).collect::<Vec<_>>().join(", "))
}

fn shown<T: Display>(value: &T) -> String {
    value.to_string()
}

impl Study {
    /// Paths of a study file with what stands there.
    fn entries(&self) -> [(&'static str, String); 8] {
        let train = |estimator: &Estimator| format!("{estimator}: {}", estimator.yaml());
        let train = self.estimators.iter().map(train).collect::<Vec<_>>().join(", ");
        [
            ("seed", self.seed.to_string()),
            ("trials", self.trials.to_string()),
            ("generate.n", list(&self.n, shown)),
            ("generate.design", list(&self.designs, Design::yaml)),
            ("generate.noise", list(&self.noises, Noise::yaml)),
            ("train", format!("{{{train}}}")),
            ("evaluate.risks", list(&self.risks, shown)),
            ("evaluate.domain", self.domain.to_string()),
        ]
    }

    /// The study file.
    pub fn yaml(&self) -> String {
        let [seed, trials, n, design, noise, train, risks, domain] = self.entries().map(|(_, value)| value);
        format!(
            "version: 1\nname: truth\nseed: {seed}\ntrials: {trials}\naggregate: {{max_failed: 1}}\ngenerate:\n  n: {n}\n  design: {design}\n  \
             target: zero\n  noise: {noise}\ntrain: {train}\nevaluate:\n  risks: {risks}\n  domain: {domain}\nstore:\n  \
             weights: none\n"
        )
    }

    /// The command that runs one series of it: numbers depend on seed, cell and estimator alone.
    pub fn command(&self, design: Design, noise: Noise, estimator: Estimator, risk: Risk) -> String {
        let one = Study {
            designs: vec![design],
            noises: vec![noise],
            estimators: vec![estimator],
            risks: vec![risk],
            ..self.clone()
        };
        let sets = one.entries().map(|(path, value)| format!(" --set '{path}={value}'")).concat();
        format!(
            "tempered run pipelines/quickstart.yaml --out DIR --set store.weights=none --set aggregate.max_failed=1{sets}"
        )
    }

    /// How large it is for each series.
    pub fn size(&self) -> Size {
        let values = self.trials * self.n.len() as u64;
        Size { largest: *self.n.last().unwrap() as f64, values: values as f64 }
    }

    /// How many series it has.
    pub fn series(&self) -> usize {
        self.designs.len() * self.noises.len() * self.estimators.len() * self.risks.len()
    }
}

fn powers(exponents: &[f64]) -> Vec<Risk> {
    exponents.iter().map(|p| Power(*p)).collect()
}

fn with_sup(exponents: &[f64]) -> Vec<Risk> {
    powers(exponents).into_iter().chain([Sup]).collect()
}

const DECADES: [u64; 3] = [100, 1000, 10_000];
const HALVES: [u64; 5] = [100, 316, 1000, 3162, 10_000];
/// Each four times the one before.
const QUARTERS: [u64; 4] = [16, 64, 256, 1024];
const DOUBLES: [u64; 7] = [10, 20, 40, 80, 160, 320, 640];
/// Shepard's means cost O(n²).
const SMALL: [u64; 5] = [8, 16, 32, 64, 100];

const ALL_NOISES: [Noise; 6] =
    [Normal(1.0), Laplace, StudentT(1.0), StudentT(1.5), StudentT(3.0), Rademacher];
const ALL_DESIGNS: [Design; 5] = [Uniform, Grid, Jittered(0.25), Jittered(0.5), Jittered(1.0)];
const SMOOTH: [Estimator; 6] =
    [Nearest(1), Nearest(3), LaplaceKernel, CubicSpline, Polynomial(0), Polynomial(1)];

/// Every design, noise and estimator on both sides of every boundary, once a seed.
pub fn studies(quick: bool, seed: u64) -> Vec<Study> {
    let mut all = vec![lines(seed), lines_beyond(seed), smooth(seed), smooth_beyond(seed), shepard(seed)];
    all.extend([
        boundaries(seed),
        bands(seed),
        many_levels(seed),
        units(seed),
        edges(seed),
        many_trials(seed),
    ]);
    if quick {
        all.retain(|study| study.name != "many_trials" && study.name != "bands");
        all.iter_mut().for_each(shorten);
    }
    all
}

/// Nearly as many kinds, of fewer noises and jitters and at smaller n.
fn shorten(study: &mut Study) {
    if study.name == "boundaries" {
        return;
    }
    study.noises.retain(|noise| !matches!(noise, Laplace | StudentT(1.5)));
    study.designs.retain(|design| !matches!(design, Jittered(0.25)));
    study
        .estimators
        .retain(|estimator| !matches!(estimator, Nearest(3) | Polynomial(1) | Shepard(0.5 | 1.5)));
    match study.name {
        "lines_beyond" => study.n = vec![30, 300, 3000],
        "smooth" | "smooth_beyond" => study.n.retain(|n| *n <= 256),
        "shepard" => study.n = vec![8, 24, 80],
        _ => study.n.retain(|n| *n <= 3162),
    }
}

/// Chords and minimum norm on the hull.
fn lines(seed: u64) -> Study {
    Study {
        name: "lines",
        seed,
        trials: 400,
        n: HALVES.to_vec(),
        designs: ALL_DESIGNS.to_vec(),
        noises: ALL_NOISES.to_vec(),
        estimators: vec![LinearSpline(Extend), MinNorm(Extend)],
        risks: with_sup(&[1.0, 1.5, 1.9, 2.0, 2.1, 3.0, 4.0, 10.0]),
        domain: Hull,
    }
}

/// The same on the unit interval, with both ends: few trials, three levels.
fn lines_beyond(seed: u64) -> Study {
    Study {
        name: "lines_beyond",
        trials: 100,
        n: DECADES.to_vec(),
        estimators: vec![LinearSpline(Extend), LinearSpline(Clamp), MinNorm(Extend), MinNorm(Clamp)],
        risks: with_sup(&[1.0, 1.5, 2.0, 2.1, 3.0, 4.0]),
        domain: Unit,
        ..lines(seed)
    }
}

/// Predictors that quadrature judges: smaller n.
fn smooth(seed: u64) -> Study {
    Study {
        name: "smooth",
        n: QUARTERS.to_vec(),
        designs: vec![Uniform, Grid, Jittered(0.5), Jittered(1.0)],
        estimators: SMOOTH.to_vec(),
        risks: with_sup(&[1.0, 1.5, 2.0, 3.0, 4.0]),
        ..lines(seed)
    }
}

fn smooth_beyond(seed: u64) -> Study {
    Study {
        name: "smooth_beyond",
        trials: 100,
        n: DOUBLES.to_vec(),
        risks: with_sup(&[1.0, 1.5, 2.0, 3.0]),
        domain: Unit,
        ..smooth(seed)
    }
}

fn shepard(seed: u64) -> Study {
    Study {
        name: "shepard",
        trials: 150,
        n: SMALL.to_vec(),
        designs: vec![Uniform, Grid],
        noises: vec![Normal(1.0), StudentT(1.5), StudentT(3.0), Rademacher],
        estimators: [0.5, 1.0, 1.5, 2.0, 4.0].map(Shepard).to_vec(),
        risks: with_sup(&[1.0, 1.5, 2.0, 3.0]),
        ..lines(seed)
    }
}

/// Where the tail index is 1, or close to it.
fn boundaries(seed: u64) -> Study {
    Study {
        name: "boundaries",
        designs: vec![Uniform, Jittered(1.0)],
        noises: vec![Normal(1.0), StudentT(1.0)],
        risks: powers(&[1.0, 1.9, 2.0, 2.1, 3.8, 4.0, 4.2]),
        ..lines(seed)
    }
}

/// Jitter that leaves a tenth of a cell between neighbours, and exponents at which few terms of a sum decide.
fn bands(seed: u64) -> Study {
    Study {
        name: "bands",
        trials: 100,
        n: DECADES.to_vec(),
        designs: vec![Uniform, Jittered(0.8), Jittered(0.95)],
        noises: vec![Normal(1.0), Laplace, StudentT(3.0), Rademacher],
        risks: powers(&[1.0, 2.0, 4.0, 6.0, 10.0, 12.0]),
        ..lines(seed)
    }
}

/// Six levels, each of which might speak alone.
fn many_levels(seed: u64) -> Study {
    Study {
        name: "many_levels",
        n: vec![30, 100, 300, 1000, 3000],
        designs: vec![Uniform, Grid],
        noises: vec![Normal(1.0), Rademacher],
        estimators: vec![LinearSpline(Extend), Polynomial(0)],
        risks: with_sup(&[2.0, 4.0, 10.0, 12.0]),
        ..lines(seed)
    }
}

/// Verdicts do not depend on units.
fn units(seed: u64) -> Study {
    Study {
        name: "units",
        n: vec![30, 100, 300, 1000],
        designs: vec![Uniform, Grid],
        noises: [1e-300, 1e-200, 1e-100, 1e100, 1e200, 1e300].map(Normal).to_vec(),
        risks: with_sup(&[1.0]),
        ..lines(seed)
    }
}

/// The outermost lines, whose tail index few trials leave open and many must not mistake: 2,000 trials.
fn edges(seed: u64) -> Study {
    Study {
        name: "edges",
        trials: 2000,
        n: vec![30, 100, 300, 1000],
        designs: vec![Uniform, Jittered(1.0)],
        noises: vec![Normal(1.0), StudentT(3.0), Rademacher],
        risks: powers(&[1.0, 1.5, 2.0, 2.1, 3.0]),
        domain: Unit,
        ..lines(seed)
    }
}

/// What many trials show that few hide: 10,000 of them.
fn many_trials(seed: u64) -> Study {
    Study {
        name: "many_trials",
        trials: 10_000,
        n: vec![30, 100, 300, 1000, 3000],
        designs: vec![Uniform, Grid, Jittered(1.0)],
        noises: vec![Normal(1.0), StudentT(1.0), StudentT(3.0)],
        risks: with_sup(&[1.0, 1.5, 1.9, 2.0, 2.1, 3.0, 4.0]),
        ..lines(seed)
    }
}

/// Two levels, whose medians, quantiles, means and ratios are compared with those of many more trials.
pub fn covered(trials: u64, seed: u64) -> Study {
    Study {
        name: "covered",
        trials,
        n: vec![20, 100],
        designs: vec![Uniform, Grid, Jittered(1.0)],
        noises: vec![Normal(1.0), StudentT(1.5), StudentT(3.0), Rademacher],
        estimators: vec![LinearSpline(Extend), MinNorm(Extend)],
        risks: with_sup(&[1.0, 2.0, 4.0]),
        domain: Hull,
        seed,
    }
}
