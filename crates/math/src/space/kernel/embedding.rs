//! Points as kernels see them.

use crate::space::Points;

/// Points that are computed side by side: two registers of 256 bits.
pub(in crate::space) const LANES: usize = 8;

/// Points whose distances decide a kernel, row by row, and a factor of each.
pub(in crate::space) struct Embedded {
    /// Coordinates of a point.
    pub dimension: usize,
    /// Coordinates, point by point.
    pub rows: Vec<f64>,
    /// The factor of each point; none where all are 1.
    pub factors: Vec<f64>,
}

impl Embedded {
    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        self.rows.iter().chain(&self.factors).all(|number| number.is_finite())
    }

    /// The factor of the point at this place.
    pub fn factor(&self, place: usize) -> f64 {
        self.factors.get(place).copied().unwrap_or(1.0)
    }

    /// The number of points.
    pub fn n(&self) -> usize {
        self.rows.len() / self.dimension.max(1)
    }
}

/// The same points in blocks of [`LANES`], coordinate by coordinate within a block; the last block is filled up with its last point.
pub(in crate::space) struct Blocks {
    pub(super) dimension: usize,
    pub(super) n: usize,
    pub(super) values: Vec<f64>,
}

impl Blocks {
    pub fn new(points: &Embedded) -> Blocks {
        let (n, dimension) = (points.n(), points.dimension);
        let mut values = Vec::with_capacity(n.div_ceil(LANES) * LANES * dimension);
        for start in (0..n).step_by(LANES) {
            for k in 0..dimension {
                values.extend((start..start + LANES).map(|i| points.rows[i.min(n - 1) * dimension + k]));
            }
        }
        Blocks { dimension, n, values }
    }
}

/// x/h.
pub(in crate::space) fn scaled(x: Points<'_>, bandwidth: f64) -> Embedded {
    let rows = x.values().iter().map(|x| x / bandwidth).collect();
    Embedded { dimension: x.d(), rows, factors: Vec::new() }
}

/// (cos 2πx_k, sin 2πx_k)/(2πh) for each coordinate: points of a circle at the distance sin(π |x_k − x'_k|)/(πh).
pub(super) fn torus(x: Points<'_>, bandwidth: f64) -> Embedded {
    let radius = 1.0 / (std::f64::consts::TAU * bandwidth);
    let pair = |x: &f64| {
        let angle = std::f64::consts::TAU * x;
        [radius * libm::cos(angle), radius * libm::sin(angle)]
    };
    Embedded { dimension: 2 * x.d(), rows: x.values().iter().flat_map(pair).collect(), factors: Vec::new() }
}

/// u/‖u‖ for u = x/h, or (x/h, 1) with a bias, and the factors ‖u‖, or ‖u‖/√2; a point without direction has the factor 0.
pub(super) fn directions(x: Points<'_>, bandwidth: f64, bias: bool) -> Embedded {
    let dimension = x.d() + usize::from(bias);
    let mut rows = Vec::with_capacity(x.n() * dimension);
    let mut factors = Vec::with_capacity(x.n());
    for row in x.rows() {
        let start = rows.len();
        rows.extend(row.iter().map(|x| x / bandwidth).chain(bias.then_some(1.0)));
        let length = rows[start..].iter().map(|u| u * u).sum::<f64>().sqrt();
        if length > 0.0 {
            rows[start..].iter_mut().for_each(|u| *u /= length);
        }
        factors.push(if bias { length * std::f64::consts::FRAC_1_SQRT_2 } else { length });
    }
    Embedded { dimension, rows, factors }
}
