//! Layers of a decreasing density.

/// The right ends x_i of the layers, decreasing, and the density at each. Layer 0 holds the tail, and x_0 = v/f(r) is the
/// width of a rectangle of its area.
pub(super) struct Layers {
    pub x: [f64; 257],
    pub f: [f64; 257],
}

impl Layers {
    /// Layers of area v above the tail that starts at r.
    pub fn new((r, v): (f64, f64), density: fn(f64) -> f64, inverse: fn(f64) -> f64) -> Layers {
        let mut x = [0.0; 257];
        (x[0], x[1]) = (v / density(r), r);
        for i in 2..256 {
            x[i] = inverse(v / x[i - 1] + density(x[i - 1]));
        }
        Layers { x, f: x.map(density) }
    }
}
