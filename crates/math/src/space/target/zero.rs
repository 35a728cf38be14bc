//! The target zero.

use super::{Target, Truth};
use crate::catalogue::Entry;
use rand_chacha::ChaCha8Rng;

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "zero",
    summary: "f*(x) = 0: labels are noise alone",
    parameters: Vec::new,
    build: |_| Ok(Box::new(Zero)),
};

struct Zero;

impl Target for Zero {
    fn draw(&self, _: &mut ChaCha8Rng, _: &[f64]) -> Truth {
        Truth::Zero
    }

    fn is_fixed(&self) -> bool {
        true
    }
}
