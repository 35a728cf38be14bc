//! Kernels compiled for registers of 256 bits, where the machine has them.
//!
//! Sums, products, quotients and roots are rounded alike in registers of any width, and Rust never fuses a · b + c, so that
//! bits do not depend on the width. With `--cfg narrow` kernels use the registers of the rest of the program, by which a
//! test verifies this.

pub(crate) use pulp::NullaryFnOnce as Kernel;
#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};
#[cfg(target_arch = "x86_64")]
use std::sync::LazyLock;

/// Runs a kernel, compiled for registers of 256 bits where the machine has AVX2. Its `call` and all functions that it
/// calls must be `#[inline(always)]`: a function that is not inlined is compiled for narrow registers, and closures and
/// function values are not inlined reliably.
#[inline]
pub(crate) fn wide<K: Kernel>(kernel: K) -> K::Output {
    // Not 512 bits: divisions and roots, which bound most kernels, are no faster there.
    #[cfg(target_arch = "x86_64")]
    if let Some(registers) = avx2() {
        return registers.vectorize(kernel);
    }
    kernel.call()
}

/// Runs a kernel in registers of 512 bits where the machine has AVX-512, for what is mostly sums and products: kernels and weights
/// of many distances, which take two thirds of the time of [`wide`]. The bits are those of [`wide`].
#[inline]
pub(crate) fn widest<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(registers) = avx512() {
        return registers.vectorize(kernel);
    }
    wide(kernel)
}

/// The instructions of AVX2, where the machine has them; `None` with `--cfg narrow`.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn avx2() -> Option<V3> {
    static REGISTERS: LazyLock<Option<V3>> = LazyLock::new(V3::try_new);
    REGISTERS.filter(|_| !cfg!(narrow))
}

/// The instructions of AVX-512, where the machine has them; `None` with `--cfg narrow`.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn avx512() -> Option<V4> {
    static REGISTERS: LazyLock<Option<V4>> = LazyLock::new(V4::try_new);
    REGISTERS.filter(|_| !cfg!(narrow))
}
