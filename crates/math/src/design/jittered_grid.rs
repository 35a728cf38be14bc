//! A grid whose points are displaced at random within their cells.

use super::Design;
use super::law::separate;
use crate::catalogue::{Entry, Kind, Parameter, Value};
use crate::seed::unit;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Design> = Entry {
    name: "jittered_grid",
    summary: "a point in each of n equal cells, moved uniformly by at most jitter/2 cells from its middle",
    parameters: || {
        vec![Parameter {
            name: "jitter",
            summary: "width of the move in cells; at 1 the moves fill the cell and small gaps are as likely as g²",
            kind: Kind::Real { low: 0.0, closed: true, high: 1.0 },
            default: Some(Value::Real(1.0)),
        }]
    },
    build: |values| Ok(Box::new(JitteredGrid { jitter: values[0].real() })),
};

/// x_i = (i − ½ + jitter · (U_i − ½)) / n, i = 1 … n, U_i uniform on [0, 1).
///
/// With jitter 1 two neighbours may round to the border between their cells; such ties are separated by one unit in the
/// last place.
struct JitteredGrid {
    jitter: f64,
}

impl Design for JitteredGrid {
    fn fill(&self, rng: &mut ChaCha8Rng, x: &mut [f64]) {
        let n = x.len() as f64;
        for (i, value) in x.iter_mut().enumerate() {
            *value = (i as f64 + 0.5 + self.jitter * (unit(rng) - 0.5)) / n;
        }
        separate(x);
    }
}
