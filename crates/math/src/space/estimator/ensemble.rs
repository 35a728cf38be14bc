//! Averages of fits to parts of a sample.

use super::combination::combination;
use super::linear::Linear;
use super::parts::{self, Scheme};
use super::ridge::Ridge;
use super::{CATALOGUE, Estimator, Report, cost, intercept};
use crate::catalogue::{Entry, Invalid, Kind, Member, Members, Parameter, Value};
use crate::sample::Degenerate;
use crate::seed::{Draws, Purpose};
use crate::space::dense::{Cholesky, Matrix, gram_of_rows};
use crate::space::{Predictor, Sample};
use std::sync::LazyLock;

static MEMBERS: LazyLock<Vec<Member>> = LazyLock::new(|| Members::of(CATALOGUE));

pub(super) const ENTRY: Entry<dyn Estimator> = Entry {
    name: "ensemble",
    summary: "a weighted mean of fits to parts of the sample: of ridge regressions, or least squares, or of any other estimator",
    parameters: || {
        let whole = |name, low, summary, default| Parameter {
            name,
            summary,
            kind: Kind::Whole { low, high: 1_000_000 },
            default,
        };
        let word = |name, summary, words: &'static [&'static str]| Parameter {
            name,
            summary,
            kind: Kind::Word(words),
            default: Some(Value::Word(words[0])),
        };
        let schemes = &["disjoint", "subsample", "bootstrap"];
        vec![
            whole("members", 1, "how many fits", None),
            whole(
                "points",
                0,
                "points of each; 0: all for bootstrap, n over members for disjoint",
                Some(Value::Whole(0)),
            ),
            word(
                "scheme",
                "parts without common points, or distinct points at random, or any at random",
                schemes,
            ),
            word(
                "weights",
                "equal, or those of sum 1 that minimise the sum of squares over the whole sample",
                &["equal", "stacked"],
            ),
            Parameter {
                name: "member",
                summary: "what is fitted to each part, with parameters of its own; without it ridge, as follows",
                kind: Kind::Member(Members(&MEMBERS)),
                default: Some(Value::Unset),
            },
            Parameter {
                name: "lambda",
                summary: "ridge of each fit; 0 is least squares, or the minimum norm",
                kind: Kind::Real { low: 0.0, closed: true, high: f64::INFINITY },
                default: Some(Value::Real(0.0)),
            },
            intercept(),
        ]
    },
    build,
};

fn build(values: &[Value]) -> Result<Box<dyn Estimator>, Invalid> {
    let scheme = match values[2].word() {
        "subsample" => Scheme::Subsample,
        "bootstrap" => Scheme::Bootstrap,
        _ => Scheme::Disjoint,
    };
    let (members, points) = (values[0].whole() as usize, values[1].whole() as usize);
    if scheme == Scheme::Subsample && points == 0 {
        return Err(Invalid { parameter: "points", expected: "must be given for subsamples" });
    }
    let (named, own) = (&values[4], &values[5..]);
    let member: Box<dyn Estimator> = match named {
        Value::Unset => Box::new(Ridge(Linear::new(own[0].real(), own[1].flag()))),
        named => Members::build(CATALOGUE, named.word(), own)?,
    };
    let (stacked, is_named) = (values[3].word() == "stacked", *named != Value::Unset);
    Ok(Box::new(Ensemble { members, points, scheme, stacked, member, is_named }))
}

/// f̂ = Σ_m c_m f̂_m, f̂_m the member's fit to part m, ridge regression unless another one is named; Σ c_m = 1.
///
/// # Formula
/// c_m = 1/M; or c = C⁻¹1/(1ᵀC⁻¹1) with C_ml = Σ_i r_mi r_li over the residuals of all points, which minimises
/// Σ_i (Σ_m c_m f̂_m(x_i) − y_i)² among all c of sum 1. A member that draws has numbers of its own in each part.
/// # Errors
/// Those of a fit to a part; `Scarce` where there are fewer points than the parts ask for; `IllConditioned` where residuals do not
/// decide stacked weights, as those of several interpolants of one sample.
/// # Cost
/// M times that of the member with j points.
/// # Accuracy
/// That of each fit.
/// # Source
/// Breiman, Machine Learning 24 (1996), twice; LeJeune, Javadi & Baraniuk, arXiv 1910.04743 (2020).
struct Ensemble {
    members: usize,
    points: usize,
    scheme: Scheme,
    stacked: bool,
    member: Box<dyn Estimator>,
    /// Whether a study names the member.
    is_named: bool,
}

impl Ensemble {
    /// The points of each part.
    fn size(&self, n: usize) -> usize {
        match self.scheme {
            _ if self.points > 0 => self.points,
            Scheme::Disjoint => n / self.members,
            _ => n,
        }
    }
}

impl Estimator for Ensemble {
    fn fit(
        &mut self,
        sample: Sample<'_>,
        draws: &Draws<'_>,
        out: &mut Predictor,
    ) -> Result<Report, Degenerate> {
        let n = sample.n();
        let size = self.size(n);
        let asked = if self.scheme == Scheme::Disjoint { size.saturating_mul(self.members) } else { size };
        if size == 0 || (asked > n && self.scheme != Scheme::Bootstrap) {
            return Err(Degenerate::Scarce);
        }
        let mut rng = draws.rng(Purpose::Optimiser);
        let mut members = Vec::with_capacity(self.members);
        for number in 0..self.members {
            let places = parts::places(self.scheme, number, size, n, &mut rng);
            let mut one = Predictor::default();
            draws.member(number, |draws| {
                parts::fit(&mut *self.member, (sample, &places), draws, &mut one).map(|_| ())
            })?;
            members.push(one);
        }
        let shares = if self.stacked {
            stacked(sample, &members)?
        } else {
            vec![1.0 / self.members as f64; self.members]
        };
        *out = combination(sample.d(), members, &shares)?;
        Ok(Report::default())
    }

    fn cost(&self, n: u64, d: u64) -> f64 {
        let size = self.size(n as usize) as u64;
        let part = if self.is_named { self.member.cost(size, d) } else { cost::part(size, d) };
        cost::sample(n, d) + self.members as f64 * part
    }

    fn needs_labels(&self) -> bool {
        self.member.needs_labels()
    }

    fn interpolates(&self, n: u64, d: u64) -> bool {
        self.members == 1
            && self.scheme != Scheme::Bootstrap
            && self.size(n as usize) as u64 == n
            && self.member.interpolates(n, d)
    }
}

/// The shares of sum 1 that minimise the sum of squares over the sample.
fn stacked(sample: Sample<'_>, members: &[Predictor]) -> Result<Vec<f64>, Degenerate> {
    let n = sample.n();
    let mut residuals = vec![0.0; members.len() * n];
    for (member, residuals) in members.iter().zip(residuals.chunks_exact_mut(n)) {
        member.values(sample.x(), residuals);
        residuals.iter_mut().zip(sample.y()).for_each(|(value, y)| *value = y - *value);
    }
    // Shares have no unit: in that of the largest residual no product leaves the doubles.
    let most = residuals.iter().fold(0.0f64, |most, residual| most.max(residual.abs()));
    if !most.is_finite() {
        return Err(Degenerate::Overflow);
    }
    if most > 0.0 {
        residuals.iter_mut().for_each(|residual| *residual /= most);
    }
    let mut cholesky = Cholesky::default();
    gram_of_rows(Matrix::new(&residuals, n), cholesky.matrix());
    // Shares are as good as the pivots are far from rounding.
    if !cholesky.factor(members.len()) || cholesky.pivot_ratio() < 1e-12 {
        return Err(Degenerate::IllConditioned);
    }
    let mut shares = vec![1.0; members.len()];
    cholesky.solve(&mut shares);
    let total: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= total);
    Ok(shares)
}
