//! Eight normal numbers at a time, in registers of 512 bits: what the words of a stream give as long as their abscissae are inside the
//! rectangles of their layers.

use super::layers::Layers;
use crate::wide::Kernel;
use pulp::cast;
use pulp::x86::V4;
use std::arch::x86_64::{__m512d, __m512i, _CMP_GE_OQ};

const LANES: usize = 8;

/// Fills numbers from words by whole registers; how many of both are done.
pub(super) struct Inside<'a> {
    pub registers: V4,
    pub layers: &'a Layers,
    pub words: &'a [u64],
    pub scale: f64,
    pub out: &'a mut [f64],
}

impl Kernel for Inside<'_> {
    type Output = usize;

    #[inline(always)]
    fn call(self) -> usize {
        let Inside { registers: V4 { avx512f: simd, avx512dq, .. }, layers, words, scale, out } = self;
        let (unit, scale) = (simd._mm512_set1_pd(1.0 / (1u64 << 52) as f64), simd._mm512_set1_pd(scale));
        let mut done = 0;
        for (words, out) in words.as_chunks::<LANES>().0.iter().zip(out.as_chunks_mut::<LANES>().0) {
            let (mut width, mut inner) = ([0.0; LANES], [0.0; LANES]);
            for lane in 0..LANES {
                let i = (words[lane] & 0xff) as usize;
                (width[lane], inner[lane]) = (layers.x[i], layers.x[i + 1]);
            }
            let (width, inner): (__m512d, __m512d) = (cast(width), cast(inner));
            let bits: __m512i = simd._mm512_srai_epi64::<11>(cast(*words));
            let x = simd._mm512_mul_pd(simd._mm512_mul_pd(avx512dq._mm512_cvtepi64_pd(bits), unit), width);
            *out = cast(simd._mm512_mul_pd(scale, x));
            let outside = simd._mm512_cmp_pd_mask::<_CMP_GE_OQ>(simd._mm512_abs_pd(x), inner);
            if outside != 0 {
                return done + outside.trailing_zeros() as usize;
            }
            done += LANES;
        }
        done
    }
}
