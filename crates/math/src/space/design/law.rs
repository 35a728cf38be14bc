//! Laws of points in R^d.

use rand_chacha::ChaCha8Rng;

/// A law of independent points of R^d, for any d that it takes; coordinates are uncorrelated.
///
/// ```
/// use tempered_math::catalogue::Choice;
/// use tempered_math::seed::{Key, Purpose};
/// use tempered_math::space::design::CATALOGUE;
///
/// let entry = CATALOGUE.iter().find(|entry| entry.name == "sphere").unwrap();
/// let sphere = Choice::new(entry, &[]).unwrap().build(CATALOGUE).unwrap();
/// // Five points of R^3, row by row.
/// let mut x = [0.0; 15];
/// sphere.fill(&mut Key::new(7, "an example", Purpose::Design).trial(0), 3, &mut x);
/// assert!(x.chunks(3).all(|row| (row.iter().map(|x| x * x).sum::<f64>() - 3.0).abs() < 1e-14));
/// assert_eq!((sphere.spectrum(3), sphere.mean_is_zero(), sphere.is_gaussian()), (vec![1.0; 3], true, false));
/// ```
pub trait Design: Send + Sync {
    /// Fills n rows of d numbers with independent points.
    fn fill(&self, rng: &mut ChaCha8Rng, d: usize, x: &mut [f64]);

    /// The variances of the coordinates, which are the eigenvalues of the covariance.
    fn spectrum(&self, d: usize) -> Vec<f64>;

    /// The mean of each coordinate.
    fn mean(&self) -> f64 {
        0.0
    }

    /// Whether E x = 0.
    fn mean_is_zero(&self) -> bool {
        self.mean() == 0.0
    }

    /// Whether x is normal.
    fn is_gaussian(&self) -> bool {
        false
    }

    /// The variances of the coordinates that x has beyond these d, summed: what they add to the diagonal of XXᵀ
    /// ([`Sample::with_tail`](crate::space::Sample::with_tail)).
    fn spectrum_tail(&self, _d: usize) -> f64 {
        0.0
    }

    /// The radius r of the ball ‖x‖ ≤ r, or half the side of the cube, that x fills; `None` where it is unbounded.
    fn support(&self, _d: usize) -> Option<Support> {
        None
    }

    /// Whether every coordinate is uniform over a period of length 1, independently of all others.
    fn is_uniform_over_periods(&self) -> bool {
        false
    }

    /// Turns independent numbers that are uniform on (0, 1), d for each point, into points of this law, in their place.
    ///
    /// False where the law has no such map; then the numbers stay as they are.
    fn map_uniform(&self, _d: usize, _u: &mut [f64]) -> bool {
        false
    }

    /// The clusters of points whose labels come with them; `None` where labels are values of a target.
    fn clusters(&self) -> Option<Clusters> {
        None
    }

    /// Adds their labels to `y` for the points that [`Design::fill`] draws from an equal generator; false where points have none.
    fn label(&self, _rng: &mut ChaCha8Rng, _y: &mut [f64]) -> bool {
        false
    }

    /// Whether the law exists in this dimension.
    ///
    /// # Errors
    /// What d must be.
    fn check(&self, _d: usize) -> Result<(), String> {
        Ok(())
    }
}

/// Where x may lie, as far as a supremum of linear functions asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Support {
    /// ‖x‖ = r.
    Sphere(f64),
    /// |x_k − mean| ≤ h in every coordinate.
    Cube(f64),
}

/// Clusters of equal weight about centres on axes, each with a label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clusters {
    /// Of each centre from 0. Units of x.
    pub distance: f64,
    /// The standard deviation about a centre, in each direction. Units of x.
    pub sd: f64,
    /// How many there are, an even number.
    pub count: usize,
    /// Whether labels differ between axes, instead of between the two sides of each.
    pub xor: bool,
}

impl Clusters {
    /// The axis of a centre, and where on it.
    pub fn centre(&self, j: usize) -> (usize, f64) {
        (j / 2, if j.is_multiple_of(2) { self.distance } else { -self.distance })
    }

    /// The label of a centre.
    pub fn label(&self, j: usize) -> f64 {
        let positive = if self.xor { (j / 2).is_multiple_of(2) } else { j.is_multiple_of(2) };
        if positive { 1.0 } else { -1.0 }
    }
}
