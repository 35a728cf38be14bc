//! Which networks are stored.

/// Which networks are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Every trial's.
    All,
    /// No trial's.
    None,
    /// Those of trials 0, k, 2k, …
    Every(u64),
}

impl Weights {
    /// As footers and records state it.
    pub(crate) fn label(self) -> String {
        match self {
            Weights::All => "all".into(),
            Weights::None => "none".into(),
            Weights::Every(k) => format!("every {k}"),
        }
    }

    /// The inverse of [`Weights::label`].
    pub(crate) fn of(label: &str) -> Option<Weights> {
        match label {
            "all" => Some(Weights::All),
            "none" => Some(Weights::None),
            every => Some(Weights::Every(every.strip_prefix("every ")?.parse().ok()?)),
        }
    }

    /// Whether the network of this trial is stored.
    pub(crate) fn stores(self, trial: u64) -> bool {
        match self {
            Weights::All => true,
            Weights::None => false,
            Weights::Every(k) => trial.is_multiple_of(k),
        }
    }

    /// The distance of stored trials, 0 for none.
    pub(crate) fn step(self) -> u64 {
        match self {
            Weights::All => 1,
            Weights::None => 0,
            Weights::Every(k) => k,
        }
    }

    /// The fewest networks that hold those of both: of every 4th and every 6th, every 2nd.
    pub(crate) fn union(self, other: Weights) -> Weights {
        match gcd(self.step(), other.step()) {
            step if step == self.step() => self,
            step if step == other.step() => other,
            1 => Weights::All,
            step => Weights::Every(step),
        }
    }
}

/// The greatest common divisor; that of 0 and k is k.
fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_two_studies_are_those_of_either() {
        let union = |a: &str, b: &str| Weights::of(a).unwrap().union(Weights::of(b).unwrap()).label();
        for (a, b, both) in [
            ("none", "none", "none"),
            ("none", "every 4", "every 4"),
            ("every 4", "every 6", "every 2"),
            ("every 4", "every 9", "all"),
            ("every 3", "all", "all"),
            ("every 4", "every 8", "every 4"),
        ] {
            assert_eq!((union(a, b), union(b, a)), (both.into(), both.into()), "{a}, {b}");
        }
    }
}
