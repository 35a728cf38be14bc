//! Kernels compiled for the widest registers of the machine they run on.
//!
//! Sums, products, quotients and roots are rounded alike in registers of any width, and Rust never fuses a · b + c,
//! so bits do not depend on the width. With `--cfg narrow` kernels run as they are compiled for the rest of the program,
//! which is how a test shows that.

pub(crate) use pulp::NullaryFnOnce as Kernel;
use std::sync::LazyLock;

static WIDEST: LazyLock<pulp::Arch> = LazyLock::new(pulp::Arch::new);

/// Runs a kernel, compiled once for each width of registers. Its `call` and what that calls must be
/// `#[inline(always)]`: what is not inlined stays narrow, and closures and function values are not inlined reliably.
#[inline]
pub(crate) fn wide<K: Kernel>(kernel: K) -> K::Output {
    if cfg!(narrow) { kernel.call() } else { WIDEST.dispatch(kernel) }
}

/// The registers of AVX2, where the machine has them and kernels are to use them.
#[cfg(target_arch = "x86_64")]
pub(crate) fn avx2() -> Option<pulp::x86::V3> {
    match *WIDEST {
        pulp::Arch::V3(registers) if !cfg!(narrow) => Some(registers),
        _ => None,
    }
}
