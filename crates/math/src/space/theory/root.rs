//! Roots by bisection.

/// Halvings of a bracket of logarithms that is 700 wide: what remains is below rounding.
const HALVINGS: usize = 70;

/// The x > 0 at which a function that falls from above to below 0 as x grows is 0; its logarithm is at most `most`, and above `most` − 700.
pub(super) fn root(falling: impl Fn(f64) -> f64, most: f64) -> f64 {
    let (mut low, mut high) = (most - 700.0, most);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if falling(libm::exp(middle)) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    libm::exp(0.5 * (low + high))
}
