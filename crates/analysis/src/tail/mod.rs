//! Tail indices: the α of P(X > t) ~ c t^(−α), of single contributions and of risks.

pub(crate) mod excesses;
pub(crate) mod growing;
pub(crate) mod hill;
pub(crate) mod index;
pub(crate) mod maxima;
pub(crate) mod pareto;
pub(crate) mod parts;
pub(crate) mod spread;
pub(crate) mod tails;
