//! Kernels on R^d: positive definite functions of two points.

mod arc;
mod embedding;
mod pairs;
mod profile;
mod zonal;

pub(in crate::space) use embedding::{Blocks, Embedded, LANES, scaled};
pub(in crate::space) use pairs::{
    TOGETHER, padded, squared_distances, squared_distances_from, squares, total,
};
pub(in crate::space) use zonal::{Degrees, each_degree};

use crate::catalogue::{Invalid, Kind, Parameter, Value};
use crate::space::Points;
use profile::{ArcCosine, Gaussian, Laplace, Profile, Spiky, Tangent, ThreeHalves, TwoAndAHalf};

/// A kernel with its bandwidth.
///
/// # Formula
/// Of the distance r = ‖x − x'‖ with the bandwidth h: `laplace` e^{−r/h}; `gaussian` e^{−r²/2h²}; `matern` with smoothness ν and
/// z = √(2ν) r/h: e^{−z}, (1 + z) e^{−z} or (1 + z + z²/3) e^{−z} for ν = 1/2, 3/2, 5/2; `spiky_smooth` one of the former and
/// spike · e^{−r/width} beside it. Of the angle a between two vectors u and u', t = cos a: `arc_cosine`
/// ‖u‖ ‖u'‖ (sin a + (π − a) t)/π for u = x/h, the covariance of infinitely many ReLU features; `ntk`
/// ½ ‖u‖ ‖u'‖ (sin a + 2 (π − a) t)/π for u = (x/h, 1), the tangent kernel of a two-layer ReLU network with bias.
/// With `distance: periodic`, r is the chord between points of a torus of period 1 in each coordinate,
/// r² = Σ_k (sin(π (x_k − x'_k))/π)².
/// # Source
/// Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), §4.2; Cho & Saul, NIPS 22 (2009); Jacot, Gabriel &
/// Hongler, NeurIPS 31 (2018); Haas et al., arXiv 2305.14077 (2023) for spikes. Every kernel here is positive definite in every
/// dimension: functions of a Euclidean distance that are mixtures of Gaussians stay so on points of a torus in R^2d.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::space) struct Kernel {
    shape: Shape,
    bandwidth: f64,
    spike: Option<Spike>,
    periodic: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Laplace,
    Gaussian,
    ThreeHalves,
    TwoAndAHalf,
    Tangent,
    ArcCosine,
}

/// height · e^{−r/width}.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spike {
    height: f64,
    width: f64,
}

const FUNCTIONS: &[&str] = &["laplace", "gaussian", "matern", "ntk", "arc_cosine", "spiky_smooth"];

/// The parameters of a kernel.
pub(in crate::space) fn parameters() -> Vec<Parameter> {
    let unset = |name, summary, kind| Parameter { name, summary, kind, default: Some(Value::Unset) };
    vec![
        Parameter {
            name: "function",
            summary: "k(x, x'), of the distance, or of the angle for ntk and arc_cosine",
            kind: Kind::Word(FUNCTIONS),
            default: Some(Value::Word("laplace")),
        },
        unset("smoothness", "of matern: 0.5, 1.5 or 2.5", Kind::Real { low: 0.5, closed: true, high: 2.5 }),
        unset(
            "smooth",
            "of spiky_smooth: the kernel that the spike stands on",
            Kind::Word(&["laplace", "gaussian"]),
        ),
        unset("spike", "of spiky_smooth: height of the spike", Kind::POSITIVE),
        unset("width", "of spiky_smooth: where the spike has fallen by e, in units of x", Kind::POSITIVE),
        Parameter::positive("bandwidth", "h, in units of x"),
        unset(
            "distance",
            "Euclidean by itself; periodic: the chord between points of a torus with period 1 in each coordinate",
            Kind::Word(&["periodic"]),
        ),
    ]
}

/// The kernel of these arguments, which are in the order of [`parameters`].
pub(in crate::space) fn build(values: &[Value]) -> Result<Kernel, Invalid> {
    let [function, smoothness, smooth, height, width, bandwidth, distance] = values else {
        return Err(Invalid {
            parameter: "function",
            expected: "needs as many arguments as it has parameters",
        });
    };
    let word = function.word();
    for (parameter, value) in
        [("smoothness", smoothness), ("smooth", smooth), ("spike", height), ("width", width)]
    {
        let used = if parameter == "smoothness" { word == "matern" } else { word == "spiky_smooth" };
        let given = *value != Value::Unset;
        if given && !used {
            return Err(Invalid { parameter, expected: "is of another function" });
        }
        if used && !given && parameter != "smooth" {
            return Err(Invalid { parameter, expected: "must be given for this function" });
        }
    }
    let shape = match word {
        "gaussian" => Shape::Gaussian,
        "matern" => matern(smoothness.real())?,
        "ntk" => Shape::Tangent,
        "arc_cosine" => Shape::ArcCosine,
        "spiky_smooth" if smooth.word() == "gaussian" => Shape::Gaussian,
        _ => Shape::Laplace,
    };
    let periodic = distance.word() == "periodic";
    if periodic && matches!(shape, Shape::Tangent | Shape::ArcCosine) {
        return Err(Invalid { parameter: "distance", expected: "is of functions of the distance alone" });
    }
    let spike = (word == "spiky_smooth").then(|| Spike { height: height.real(), width: width.real() });
    Ok(Kernel { shape, bandwidth: bandwidth.real(), spike, periodic })
}

/// Other ν have no closed form in exponentials and polynomials.
fn matern(smoothness: f64) -> Result<Shape, Invalid> {
    match smoothness {
        0.5 => Ok(Shape::Laplace),
        1.5 => Ok(Shape::ThreeHalves),
        2.5 => Ok(Shape::TwoAndAHalf),
        _ => Err(Invalid { parameter: "smoothness", expected: "must be 0.5, 1.5 or 2.5" }),
    }
}

/// What is done with the profile of a kernel, whose type is known where it is compiled.
trait Visit {
    type Output;

    fn visit<P: Profile>(self, profile: P) -> Self::Output;
}

impl Kernel {
    fn visit<V: Visit>(&self, visit: V) -> V::Output {
        let spiky = self.spike.map(|Spike { height, width }| (height, self.bandwidth / width));
        match (self.shape, spiky) {
            (Shape::Laplace, None) => visit.visit(Laplace),
            (Shape::Laplace, Some((height, rate))) => visit.visit(Spiky { smooth: Laplace, height, rate }),
            (Shape::Gaussian, None) => visit.visit(Gaussian),
            (_, Some((height, rate))) => visit.visit(Spiky { smooth: Gaussian, height, rate }),
            (Shape::ThreeHalves, None) => visit.visit(ThreeHalves),
            (Shape::TwoAndAHalf, None) => visit.visit(TwoAndAHalf),
            (Shape::Tangent, None) => visit.visit(Tangent),
            (Shape::ArcCosine, None) => visit.visit(ArcCosine),
        }
    }

    /// The points as the kernel sees them: it is a function of their distance there, times a factor of each.
    pub fn embed(&self, x: Points<'_>) -> Embedded {
        match self.shape {
            Shape::Tangent => embedding::directions(x, self.bandwidth, true),
            Shape::ArcCosine => embedding::directions(x, self.bandwidth, false),
            _ if self.periodic => embedding::torus(x, self.bandwidth),
            _ => embedding::scaled(x, self.bandwidth),
        }
    }

    /// What a pair of embedded coordinates costs, in nanoseconds of a core of 2026, without the distance.
    pub fn cost(&self) -> f64 {
        let angle = matches!(self.shape, Shape::Tangent | Shape::ArcCosine);
        (if angle { 5.0 } else { 2.5 }) + if self.spike.is_some() { 2.5 } else { 0.0 }
    }

    /// The numbers that an embedded point has, of d features.
    pub fn width(&self, d: u64) -> u64 {
        match self.shape {
            Shape::Tangent => d + 1,
            _ if self.periodic => 2 * d,
            _ => d,
        }
    }
}

#[cfg(test)]
mod tests;
