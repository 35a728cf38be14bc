//! Parameters that several estimators have.

use crate::catalogue::{Kind, Parameter, Value};

/// The parameter `ends` that every interpolant has.
pub(super) fn ends() -> Parameter {
    Parameter {
        name: "ends",
        summary: "beyond the outermost data points f̂ extends its outer lines or keeps its outer values",
        kind: Kind::Word(&["extend", "clamp"]),
        default: Some(Value::Word("extend")),
    }
}

/// The parameter `bandwidth` that every kernel has.
pub(super) fn bandwidth() -> Parameter {
    Parameter {
        name: "bandwidth",
        summary: "h, the length over which the kernel falls, in units of x",
        kind: Kind::POSITIVE,
        default: None,
    }
}

/// The parameter `ridge` that every kernel has.
pub(super) fn ridge() -> Parameter {
    Parameter {
        name: "ridge",
        summary: "added to the diagonal of the kernel matrix; 0 interpolates",
        kind: Kind::Real { low: 0.0, closed: true, high: f64::INFINITY },
        default: Some(Value::Real(0.0)),
    }
}
