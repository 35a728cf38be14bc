//! What is true of a series, independently of what the program registers as proven.
//!
//! f* = 0 throughout. [paper] is published where it is named, [derived] is derived here. A risk R_p is a sum over gaps of
//! lengths of order 1/n times a local error to the power p. Let the local error have the tail index a, so that a gap's
//! contribution to n R_p has the index α = a/p. Then, for sums of stationary, weakly dependent terms [derived]:
//! - α > 1: a law of large numbers, tempered;
//! - α = 1: the sum of n terms over n grows like ln n, catastrophic;
//! - α < 1: it grows like n^(1/α − 1), catastrophic, and tends to a stable law of index α in these units;
//! - at any n E R_p = ∞ where α ≤ 1, and R_p has no variance where α ≤ 2: one term is enough for that.

use crate::setting::{Design, Domain, Ends, Estimator, Noise, Risk, Setting};
use std::fmt;

/// What becomes of a risk as n grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Benign,
    Tempered,
    Catastrophic,
}

/// How far a series is from where its class changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Distance {
    /// The tail index that decides is 1, or the rate at which the risk vanishes is 0.
    On,
    /// It is within a tenth of 1, or nearer than the trials can tell.
    Near,
    Away,
    /// What n is affordable does not show the class: growth like √(ln n), a limit that the largest of n terms hides, or moments
    /// of a mean of many labels, which looks normal.
    Slow,
}

/// A class, and how far it is from another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    pub class: Class,
    pub distance: Distance,
}

/// What is true of a series. A part of which nothing is known is none; a tail that is lighter than any power has the
/// index ∞.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Truth {
    pub in_probability: Option<Known>,
    pub in_expectation: Option<Known>,
    /// What R tends to in probability.
    pub limit: Option<f64>,
    /// The γ of R ~ n^γ.
    pub exponent: Option<f64>,
    /// The tail index of the contribution of a gap, where the risk is a sum of many local ones.
    pub gaps: Option<f64>,
    /// The tail index of what lies beyond the data.
    pub edges: Option<f64>,
    /// The tail index of R over training sets of one n.
    pub risk: Option<f64>,
}

/// As in the program's tables.
impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::Benign => "benign",
            Class::Tempered => "tempered",
            Class::Catastrophic => "catastrophic",
        })
    }
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Distance::On => "on",
            Distance::Near => "near",
            Distance::Away => "away",
            Distance::Slow => "slow",
        })
    }
}

/// How close to 1 an index is.
fn distance(index: f64) -> Distance {
    match (index - 1.0).abs() {
        0.0 => Distance::On,
        apart if apart <= 0.1 => Distance::Near,
        _ => Distance::Away,
    }
}

/// Standard errors that an interval of wrong verdicts once in a thousand needs, and that leave one verdict in twenty undecided.
const WRONG: f64 = 3.09;
const UNDECIDED: f64 = 1.645;

/// How close to 1 the index α of a single term is, the p-th power of an error Z, of which there are so many values: the outermost lines
/// or a mean of all labels, where growth with n says nothing of the tail.
///
/// The index of Z is p α. No unbiased estimator of ξ = 1/(p α) that does not depend on location and scale has a smaller standard error
/// than (1 + ξ)/√M of M values, were they all excesses of Pareto's generalised law (Cramér & Rao; Smith, 1987). A verdict has to
/// exclude 1/p.
fn distance_of_term(index: f64, p: f64, values: f64) -> Distance {
    let (shape, boundary) = (1.0 / (p * index), 1.0 / p);
    let needed = WRONG * (1.0 + boundary) + UNDECIDED * (1.0 + shape);
    match distance(index) {
        Distance::Away if (shape - boundary).abs() * values.sqrt() < needed => Distance::Near,
        at => at,
    }
}

/// How large a study of a series is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// The largest n.
    pub largest: f64,
    /// Trials at all n together.
    pub values: f64,
}

/// What is true of a series of this size.
pub fn truth(setting: &Setting, size: Size) -> Truth {
    match setting.estimator {
        Estimator::Polynomial(_) => polynomial(setting, size),
        Estimator::Shepard(beta) if beta <= 1.0 => global(setting, beta, size),
        _ => local(setting, size),
    }
}

/// Local interpolants and means of neighbours.
fn local(setting: &Setting, size: Size) -> Truth {
    let inside = inside(setting);
    let beyond = beyond(setting);
    // The power to which the local error is raised; the largest error itself is a maximum of n of them.
    let power = if let Risk::Power(p) = setting.risk { p } else { 1.0 };
    let risk = beyond.map_or(inside, |beyond| beyond.min(inside)) / power;
    let (class, slow) = match setting.risk {
        Risk::Power(p) if inside > p => (Class::Tempered, is_hidden(setting, p, size.largest)),
        Risk::Power(_) => (Class::Catastrophic, false),
        // Bounded noise bounds bounded means of it: the supremum tends to the largest that patterns of signs allow. [derived]
        Risk::Sup if setting.noise == Noise::Rademacher && inside.is_infinite() => (Class::Tempered, false),
        // √(2 ln n) for normal, ln n for Laplace noise, n^(1/a) under a power tail. [derived: extremes of n local errors]
        Risk::Sup => (Class::Catastrophic, inside.is_infinite()),
    };
    let at = |index: f64| if slow { Distance::Slow } else { distance(index) };
    let decides = if setting.risk == Risk::Sup { f64::INFINITY } else { inside / power };
    let exponent = match setting.risk {
        Risk::Power(p) if inside < p => Some(p / inside - 1.0),
        Risk::Sup if inside.is_finite() => Some(1.0 / inside),
        _ => None,
    };
    let explodes = risk <= 1.0;
    let in_expectation = Known {
        class: if explodes { Class::Catastrophic } else { class },
        distance: match () {
            () if slow && !explodes => Distance::Slow,
            () if setting.domain == Domain::Unit && extends(setting) => {
                distance_of_term(risk, power, size.values)
            }
            () => distance(risk),
        },
    };
    let is_power = matches!(setting.risk, Risk::Power(_));
    Truth {
        in_probability: Some(Known { class, distance: at(decides) }),
        in_expectation: Some(in_expectation),
        limit: limit(setting),
        exponent,
        gaps: is_power.then_some(inside / power),
        edges: beyond.filter(|_| is_power && !is_logarithmic(setting)).map(|beyond| beyond / power),
        risk: Some(risk),
    }
}

/// How likely two neighbours are closer than g cells, as a power of g: 1 for independent points; 2 where points fill their
/// cells of a grid, since both must lie at one edge; none where gaps are bounded from below.
fn closeness(design: Design) -> f64 {
    match design {
        Design::Uniform => 1.0,
        Design::Jittered(1.0) => 2.0,
        Design::Grid | Design::Jittered(_) => f64::INFINITY,
    }
}

/// The tail index of the error of f̂ within the hull.
///
/// - Chords, neighbours, Shepard's means with β > 1 and bridges of the Laplace kernel are means of few labels with bounded
///   weights: the index ν of the noise. [paper for normal noise and chords: arXiv 2307.15396; else derived]
/// - Minimum norm: between chord and tip the depth is h u v/(u + v), u and v the changes of slope at the ends of a gap h.
///   It is above K where both neighbouring gaps are below about h/K: c/K² for independent points [paper for 2/p: p < 2
///   tempered, p ≥ 2 catastrophic], K^(−2·2) where points fill the cells of a grid, bounded by the noise otherwise
///   [derived]. Whatever has the lower index decides, that or the noise; for ν > 1 the constants are finite, and below the
///   noise decides.
/// - Natural cubic spline: a gap of g cells between labels that differ has the slope of order 1/g, which its neighbours
///   follow: one small gap is enough, index 1 for independent points, 2 for full jitter; bounded ratios of gaps bound it
///   [derived; on the grid paper: Schoenberg (1973)].
fn inside(setting: &Setting) -> f64 {
    let gaps = closeness(setting.design);
    let steep = match setting.estimator {
        Estimator::MinNorm(_) => 2.0 * gaps,
        Estimator::CubicSpline => gaps,
        _ => f64::INFINITY,
    };
    setting.noise.index().min(steep)
}

/// The tail index of the error beyond the hull; none on the hull.
///
/// Lines that are extended have the slope of the outer gap: index 1 for independent points [paper: arXiv 2307.15396, no
/// mean for p ≥ 1], 2 for full jitter [derived], that of the noise otherwise.
fn beyond(setting: &Setting) -> Option<f64> {
    let steep = if extends(setting) { closeness(setting.design) } else { f64::INFINITY };
    (setting.domain == Domain::Unit).then(|| setting.noise.index().min(steep))
}

/// Whether the outermost lines are extended beyond the data.
fn extends(setting: &Setting) -> bool {
    matches!(
        setting.estimator,
        Estimator::LinearSpline(Ends::Extend) | Estimator::MinNorm(Ends::Extend) | Estimator::CubicSpline
    )
}

/// Whether noise and slope beyond the data have one index: their product has a logarithm beside its power.
fn is_logarithmic(setting: &Setting) -> bool {
    beyond(setting) == Some(setting.noise.index()) && closeness(setting.design) == setting.noise.index()
}

/// Whether the limit is there, and n does not show it: the mean of |ε|^p over n points still spreads by more than a
/// quarter, or gaps that are bounded from below are so by a tenth of a cell at which no n has arrived.
fn is_hidden(setting: &Setting, p: f64, largest: f64) -> bool {
    const SPREAD: f64 = 0.25;
    let Setting { noise, design, estimator, .. } = setting;
    let light = noise.index().is_infinite();
    let spread = noise.moment(2.0 * p) / noise.moment(p).powi(2) - 1.0;
    let steep = matches!(estimator, Estimator::MinNorm(_) | Estimator::CubicSpline);
    let close = matches!(design, Design::Jittered(jitter) if *jitter > 0.6 && *jitter < 1.0);
    (light && spread > SPREAD * SPREAD * largest) || (steep && close && p >= 2.0)
}

/// What R_p tends to, where it is known in closed form.
fn limit(setting: &Setting) -> Option<f64> {
    let Setting { estimator, design, noise, risk, .. } = setting;
    let p = match risk {
        Risk::Power(p) => *p,
        // Every label is met, and none is exceeded. Of the minimum norm, + − − + has its tip at −2. Means of three are ±1
        // somewhere. Beyond the hull the largest may be that of a line.
        Risk::Sup if *noise == Noise::Rademacher && setting.domain == Domain::Hull => {
            return match estimator {
                Estimator::MinNorm(_) if *design == Design::Grid => Some(2.0),
                Estimator::MinNorm(_) | Estimator::CubicSpline | Estimator::Polynomial(_) => None,
                _ => Some(1.0),
            };
        }
        Risk::Sup => return None,
    };
    let variance = Some(noise.moment(2.0)).filter(|variance| variance.is_finite());
    match (estimator, design) {
        // [paper: arXiv 2307.15396; derived for noises that are not normal]; the kernel's bridges tend to chords. [derived]
        (Estimator::LinearSpline(_) | Estimator::LaplaceKernel, _) => noise.chord(p),
        // [paper: Cover & Hart (1967)]
        (Estimator::Nearest(k), _) => noise.mean_of(*k, p),
        // [paper: Pitman & Yor (1997)]
        (Estimator::Shepard(beta), Design::Uniform) if p == 2.0 && *beta > 1.0 => {
            Some(variance? * (1.0 - 1.0 / beta))
        }
        // The mean of 1 − (2/3) sin² πt. [derived]
        (Estimator::Shepard(2.0), Design::Grid) if p == 2.0 => Some(variance? * 2.0 / 3.0),
        // [paper: Schoenberg (1973)], the integral of L² by Parseval's identity.
        (Estimator::CubicSpline, Design::Grid) if p == 2.0 => Some(variance? * 0.874_23),
        _ => None,
    }
}

/// Means and lines by least squares: f̂ is a mean of all labels with weights of order 1/n, n^(−1/2) for ν > 2 and n^(1/ν − 1)
/// for 1 < ν < 2 [derived: central and stable limit laws]; for ν = 1 it has Cauchy's law at every n, whose median stays.
/// E R_p is finite if and only if p < ν, on the unit interval of lines once n > p + 1. There are no gaps that add up.
///
/// With a variance, ν > 2, the mean of n labels is normal but for a share n^(1 − ν/2) of the training sets at most, beyond some
/// standard errors [derived: one big jump]. Whether it has moments above the second is decided there.
fn polynomial(setting: &Setting, size: Size) -> Truth {
    let index = setting.noise.index();
    let power = if let Risk::Power(p) = setting.risk { p } else { 1.0 };
    let rate = if index > 2.0 { 0.5 } else { 1.0 - 1.0 / index };
    let class = if rate > 0.0 { Class::Benign } else { Class::Tempered };
    let at = if rate > 0.0 { Distance::Away } else { Distance::On };
    let risk = index / power;
    let hidden = index > 2.0 && power > 2.0;
    Truth {
        in_probability: Some(Known { class, distance: at }),
        in_expectation: Some(Known {
            class: if risk <= 1.0 { Class::Catastrophic } else { class },
            distance: if hidden { Distance::Slow } else { distance_of_term(risk, power, size.values) },
        }),
        limit: (rate > 0.0).then_some(0.0),
        exponent: (rate > 0.0).then_some(-power * rate),
        gaps: None,
        edges: (setting.domain == Domain::Unit && setting.risk != Risk::Sup).then_some(risk),
        risk: Some(risk),
    }
}

/// Shepard's means with β ≤ 1, whose weights spread over all points: f̂ → 0 in probability, like 1/ln n for β = 1, where
/// E|ε| is finite [paper for independent points: Devroye, Györfi & Krzyżak (1998); else derived]; with E|ε|^p finite as
/// well means of labels are uniformly integrable, and the mean vanishes too. Where p ≥ ν, E R_p = ∞, as f̂ is a label near
/// every data point; whether the median vanishes is left open. The supremum is that of the labels, as for chords.
fn global(setting: &Setting, beta: f64, size: Size) -> Truth {
    let index = setting.noise.index();
    let Risk::Power(p) = setting.risk else {
        return local(setting, Size { largest: 1.0, ..size });
    };
    let known = |class, distance| Some(Known { class, distance });
    let at = if beta == 1.0 { Distance::On } else { distance(beta) };
    let vanishes = index > 1.0 && index > p;
    let in_expectation = if index <= p {
        known(Class::Catastrophic, distance_of_term(index / p, p, size.values))
    } else {
        // Both the rate and the tail have to be told.
        let told = if at == Distance::Away { distance_of_term(index / p, p, size.values) } else { at };
        known(Class::Benign, told).filter(|_| vanishes)
    };
    Truth {
        in_probability: known(Class::Benign, at).filter(|_| vanishes),
        in_expectation,
        risk: Some(index / p),
        ..Truth::default()
    }
}

/// E R at this n, where it is exact.
pub fn mean(setting: &Setting, n: f64) -> Option<f64> {
    let Risk::Power(p) = setting.risk else { return None };
    let hull = setting.design.hull(n);
    let length = if setting.domain == Domain::Hull { hull } else { 1.0 };
    match setting.estimator {
        // Every x errs by the mean of k labels.
        Estimator::Nearest(k) => Some(setting.noise.mean_of(k, p)? * length),
        // Chords within the hull, and one label beyond it.
        Estimator::LinearSpline(ends) if setting.domain == Domain::Hull || ends == Ends::Clamp => {
            Some(setting.noise.chord(p)? * hull + setting.noise.moment(p) * (length - hull))
        }
        Estimator::Polynomial(0) if setting.domain == Domain::Unit => {
            if let Noise::Normal(_) = setting.noise { setting.noise.mean_of(n as u64, p) } else { None }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(estimator: Estimator, design: Design, noise: Noise, risk: Risk, domain: Domain) -> Truth {
        truth(&Setting { design, noise, estimator, risk, domain }, Size { largest: 1e4, values: 1e4 })
    }

    const NORMAL: Noise = Noise::Normal(1.0);
    const MIN_NORM: Estimator = Estimator::MinNorm(Ends::Extend);

    /// What is published of the minimum norm, arXiv 2307.15396.
    #[test]
    fn the_minimum_norm_is_as_published() {
        let class = |design, p, domain| {
            let truth = of(MIN_NORM, design, NORMAL, Risk::Power(p), domain);
            (truth.in_probability.unwrap().class, truth.in_expectation.unwrap().class)
        };
        use Class::{Catastrophic, Tempered};
        assert_eq!(class(Design::Uniform, 1.9, Domain::Hull), (Tempered, Tempered));
        assert_eq!(class(Design::Uniform, 2.0, Domain::Hull), (Catastrophic, Catastrophic));
        assert_eq!(class(Design::Uniform, 1.0, Domain::Unit), (Tempered, Catastrophic));
        assert_eq!(class(Design::Grid, 4.0, Domain::Unit), (Tempered, Tempered));
        let exponent = of(MIN_NORM, Design::Uniform, NORMAL, Risk::Power(3.0), Domain::Hull).exponent;
        assert_eq!(exponent, Some(0.5));
    }

    #[test]
    fn boundaries_are_on_and_their_neighbours_near() {
        let at = |noise, p| {
            of(MIN_NORM, Design::Uniform, noise, Risk::Power(p), Domain::Hull)
                .in_probability
                .unwrap()
                .distance
        };
        assert_eq!(at(NORMAL, 2.0), Distance::On);
        assert_eq!(at(NORMAL, 2.1), Distance::Near);
        assert_eq!(at(NORMAL, 3.0), Distance::Away);
        assert_eq!(at(Noise::StudentT(1.0), 1.0), Distance::On);
        let sup = of(Estimator::LinearSpline(Ends::Clamp), Design::Grid, NORMAL, Risk::Sup, Domain::Hull);
        assert_eq!(sup.in_probability, Some(Known { class: Class::Catastrophic, distance: Distance::Slow }));
    }
}
