//! The target f* = 0: labels are noise.

use super::{Shape, Target};
use crate::catalogue::Entry;

pub(super) const ENTRY: Entry<dyn Target> =
    Entry { name: "zero", summary: "f*(x) = 0", parameters: Vec::new, build: |_| Ok(Box::new(Zero)) };

struct Zero;

impl Target for Zero {
    fn value(&self, _: f64) -> f64 {
        0.0
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Zero
    }
}
