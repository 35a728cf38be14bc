//! Labels: the sign of another target.

use super::{Target, Truth};
use crate::catalogue::{Entry, Kind, Member, Members, Parameter};
use rand_chacha::ChaCha8Rng;
use std::sync::LazyLock;

/// Targets that have two signs and labels of their own trial.
static MEMBERS: LazyLock<Vec<Member>> = LazyLock::new(|| {
    let has_signs = |member: &Member| !["zero", "chain"].contains(&member.name);
    Members::of(super::CATALOGUE).into_iter().filter(has_signs).collect()
});

pub(super) const ENTRY: Entry<dyn Target> = Entry {
    name: "sign",
    summary: "labels ±1: the sign of another target, and 1 where that is 0",
    parameters: || {
        let kind = Kind::Member(Members(&MEMBERS));
        vec![Parameter { name: "of", summary: "the target whose sign it is", kind, default: None }]
    },
    build: |values| {
        let of = Members::build(super::CATALOGUE, values[0].word(), &values[1..])?;
        Ok(Box::new(Sign { of }))
    },
};

/// f*(x) = 1 where g(x) ≥ 0, else −1.
struct Sign {
    of: Box<dyn Target>,
}

impl Target for Sign {
    fn draw(&self, rng: &mut ChaCha8Rng, spectrum: &[f64]) -> Truth {
        Truth::Sign(Box::new(self.of.draw(rng, spectrum)))
    }

    fn is_fixed(&self) -> bool {
        self.of.is_fixed()
    }

    fn check(&self, d: usize) -> Result<(), String> {
        self.of.check(d)
    }
}
