//! What a series is about: design, noise, estimator, risk and domain, with the labels of the program.

use std::fmt;

/// How the x of a sample are placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Design {
    Uniform,
    Grid,
    /// The width of the move in cells.
    Jittered(f64),
}

/// The law of ε.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// The standard deviation.
    Normal(f64),
    Laplace,
    /// Degrees of freedom.
    StudentT(f64),
    Rademacher,
}

/// An estimator in closed form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Estimator {
    LinearSpline(Ends),
    MinNorm(Ends),
    Nearest(u64),
    Shepard(f64),
    CubicSpline,
    Polynomial(u64),
    LaplaceKernel,
}

/// What f̂ does beyond the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ends {
    Extend,
    Clamp,
}

/// R_p or the supremum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Risk {
    Power(f64),
    Sup,
}

/// Where f̂ is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    Hull,
    Unit,
}

/// One series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    pub design: Design,
    pub noise: Noise,
    pub estimator: Estimator,
    pub risk: Risk,
    pub domain: Domain,
}

/// As the tables of the program write it.
impl fmt::Display for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Design::Uniform => f.write_str("uniform"),
            Design::Grid => f.write_str("grid"),
            Design::Jittered(jitter) => write!(f, "jittered_grid(jitter={jitter})"),
        }
    }
}

/// As the tables of the program write it.
impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Noise::Normal(sd) => write!(f, "normal(sd={sd})"),
            Noise::Laplace => f.write_str("laplace(scale=1)"),
            Noise::StudentT(df) => write!(f, "student_t(df={df}, scale=1)"),
            Noise::Rademacher => f.write_str("rademacher(scale=1)"),
        }
    }
}

/// The label under which studies name it.
impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Estimator::LinearSpline(Ends::Extend) => f.write_str("linear_spline"),
            Estimator::LinearSpline(Ends::Clamp) => f.write_str("linear_spline_clamp"),
            Estimator::MinNorm(Ends::Extend) => f.write_str("min_norm"),
            Estimator::MinNorm(Ends::Clamp) => f.write_str("min_norm_clamp"),
            Estimator::Nearest(k) => write!(f, "nearest_{k}"),
            Estimator::Shepard(beta) => f.write_str(&format!("shepard_{beta}").replace('.', "_")),
            Estimator::CubicSpline => f.write_str("cubic_spline"),
            Estimator::Polynomial(degree) => write!(f, "polynomial_{degree}"),
            Estimator::LaplaceKernel => f.write_str("laplace_kernel"),
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Risk::Power(p) => write!(f, "{p}"),
            Risk::Sup => f.write_str("sup"),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Domain::Hull => "hull",
            Domain::Unit => "unit",
        })
    }
}

impl Design {
    /// As a study writes it.
    pub fn yaml(&self) -> String {
        match self {
            Design::Jittered(jitter) => format!("{{jittered_grid: {{jitter: {jitter}}}}}"),
            plain => plain.to_string(),
        }
    }

    /// E[x_(n) − x_(1)].
    pub fn hull(&self, n: f64) -> f64 {
        if *self == Design::Uniform { (n - 1.0) / (n + 1.0) } else { (n - 1.0) / n }
    }
}

impl Noise {
    /// As a study writes it.
    pub fn yaml(&self) -> String {
        match self {
            // Digits without an exponent would be hundreds.
            Noise::Normal(sd) => format!("{{normal: {{sd: {sd:e}}}}}"),
            Noise::Laplace => "{laplace: {scale: 1}}".into(),
            Noise::StudentT(df) => format!("{{student_t: {{df: {df}}}}}"),
            Noise::Rademacher => "{rademacher: {scale: 1}}".into(),
        }
    }
}

impl Estimator {
    /// As a study writes it, without its label.
    pub fn yaml(&self) -> String {
        match self {
            Estimator::LinearSpline(Ends::Clamp) => "{linear_spline: {ends: clamp}}".into(),
            Estimator::MinNorm(Ends::Clamp) => "{min_norm: {ends: clamp}}".into(),
            Estimator::Nearest(k) => format!("{{nearest: {{k: {k}}}}}"),
            Estimator::Shepard(beta) => format!("{{shepard: {{beta: {beta}}}}}"),
            Estimator::Polynomial(degree) => format!("{{polynomial: {{degree: {degree}}}}}"),
            Estimator::LaplaceKernel => "{laplace_kernel: {bandwidth: 1}}".into(),
            plain => plain.to_string(),
        }
    }
}
