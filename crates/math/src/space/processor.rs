//! What the last bits of dense factors follow.

/// The model of this processor: `AMD EPYC 7B13`, or the architecture where it has no name.
///
/// Products of matrices are cut into blocks by the sizes of caches, and summed in registers as wide as there are; both are those of
/// a model. Of two computers with one model a fit has the same bits.
///
/// ```
/// assert!(!tempered_math::space::processor().is_empty());
/// ```
pub fn processor() -> String {
    model().unwrap_or_else(|| std::env::consts::ARCH.into())
}

#[cfg(target_arch = "x86_64")]
fn model() -> Option<String> {
    let brand = raw_cpuid::CpuId::new().get_processor_brand_string()?;
    // Names are padded, within as well.
    let words: Vec<&str> = brand.as_str().split_whitespace().collect();
    Some(words.join(" ")).filter(|name| !name.is_empty())
}

#[cfg(not(target_arch = "x86_64"))]
fn model() -> Option<String> {
    None
}
