//! Expansions: predictors as coefficients in bases without cancellation, in which they are stored and exported.

/// Values of each gap: those of the nodes of a rule, and of one end.
const STEP_OF_NODES: u64 = 16;

/// The basis of an [`Expansion`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Values at knots, joined by lines.
    Knots,
    /// Powers of the distance from the left end of a piece.
    Powers,
    /// Powers of the distance from either end of a gap, times an exponential that decays from there.
    Exponentials,
    /// Legendre polynomials over one interval.
    Legendre,
    /// Gaussian kernels around centres.
    Gaussian,
    /// Means weighted by inverse powers of the distance.
    InverseDistance,
    /// Neurons (z)₊².
    ReluSquared,
    /// Neurons that are 0 below −1, z above 1, (z + 1)²/4 between.
    Smelu,
    /// Neurons ln(1 + e^z).
    Softplus,
    /// Neurons z Φ(z).
    Gelu,
    /// Neurons z/(1 + e^−z).
    Silu,
    /// Neurons z e^(−e^−z).
    Golu,
    /// Neurons tanh z.
    Tanh,
    /// A plane over R^d.
    Linear,
    /// Values at places; what is between them is not stored.
    Values,
}

impl Form {
    /// Every form.
    ///
    /// ```
    /// use tempered_math::predictor::Form;
    ///
    /// // Words are distinct.
    /// let of = |word: &str| Form::ALL.into_iter().find(|form| form.word() == word);
    /// assert_eq!(of("legendre"), Some(Form::Legendre));
    /// ```
    pub const ALL: [Form; 15] = [
        Form::Knots,
        Form::Powers,
        Form::Exponentials,
        Form::Legendre,
        Form::Gaussian,
        Form::InverseDistance,
        Form::ReluSquared,
        Form::Smelu,
        Form::Softplus,
        Form::Gelu,
        Form::Silu,
        Form::Golu,
        Form::Tanh,
        Form::Linear,
        Form::Values,
    ];

    /// The name in files.
    pub fn word(self) -> &'static str {
        match self {
            Form::Knots => "knots",
            Form::Powers => "powers",
            Form::Exponentials => "exponentials",
            Form::Legendre => "legendre",
            Form::Gaussian => "gaussian",
            Form::InverseDistance => "inverse_distance",
            Form::ReluSquared => "relu_squared",
            Form::Smelu => "smelu",
            Form::Softplus => "softplus",
            Form::Gelu => "gelu",
            Form::Silu => "silu",
            Form::Golu => "golu",
            Form::Tanh => "tanh",
            Form::Linear => "linear",
            Form::Values => "values",
        }
    }

    /// f(x) from the coefficients c, the scales s and the places t, before the affine part; z = s (x − t).
    pub fn formula(self) -> &'static str {
        match self {
            Form::Knots => "f(t) = c, linear between and beyond",
            Form::Powers => "Σ c zᵏ over the entries k = 0, 1, … of the piece from t to the next t",
            Form::Exponentials => {
                "Σ c zᵏ e⁻ᶻ over the entries with s > 0 of the last t ≤ x, k = 0, 1, …, and those with s < 0 of the next t"
            }
            Form::Legendre => "Σ c P_k(2z − 1) over the entries k = 0, 1, …",
            Form::Gaussian => "Σ c exp(−z²/2)",
            Form::InverseDistance => "Σ c w/Σ w with w = |x − t|^−s, and c at x = t",
            Form::ReluSquared => "Σ c max(z, 0)²",
            Form::Smelu => "Σ c φ(z), φ = 0 below −1, z above 1, (z + 1)²/4 between",
            Form::Softplus => "Σ c ln(1 + e^z)",
            Form::Gelu => "Σ c z Φ(z), Φ the standard normal distribution",
            Form::Silu => "Σ c z/(1 + e^−z)",
            Form::Golu => "Σ c z exp(−e^−z)",
            Form::Tanh => "Σ c tanh z",
            Form::Linear => "Σ c x_t over the features t = 0, 1, …, d − 1",
            Form::Values => "f(t) = c at these places: what is between them is not stored",
        }
    }

    /// The usual upper bound for the number of entries per data point, by which storage is estimated.
    pub fn entries_a_point(self) -> u64 {
        match self {
            // The four coefficients of a cubic.
            Form::Powers => 4,
            // A gap has two to six entries, or on short gaps a series of seven to forty terms, mostly of about ten.
            Form::Exponentials => 12,
            Form::Values => STEP_OF_NODES,
            _ => 1,
        }
    }
}

/// A predictor f(x) = form(x) + skip_slope x + skip_intercept, with form(x) given by [`Form::formula`].
///
/// # Shapes, units
/// `coefficient`, `scale` and `at` have one length; `at` is in units of x, and does not decrease for the forms `knots`,
/// `powers` and `exponentials`. For `powers` the entries with the same `at` are a piece, powers ascending from 0; it extends
/// from there to the next `at`, the first piece also to −∞ and the last to +∞. For `exponentials` the entries with the same
/// `at` are a group with s < 0, for x between the `at` before and this one, and a group with s > 0, for x between this one
/// and the next, powers ascending from 0 in each, so that z is never negative. Beyond the outer `knots` the outer lines
/// continue.
/// # Accuracy
/// The basis depends on x through the distance x − at, which is exact near `at` for any position of the origin. A data
/// point is the left end of its piece or a knot, so that f̂ of an interpolant is its label to the bit for `powers`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expansion {
    /// The basis.
    pub form: Form,
    /// Slope of the affine part.
    pub skip_slope: f64,
    /// Intercept of the affine part.
    pub skip_intercept: f64,
    /// Coefficients c.
    pub coefficient: Vec<f64>,
    /// Scales s.
    pub scale: Vec<f64>,
    /// Positions t.
    pub at: Vec<f64>,
}

impl Expansion {
    /// An expansion without entries, which is zero.
    pub fn new(form: Form) -> Expansion {
        Expansion {
            form,
            skip_slope: 0.0,
            skip_intercept: 0.0,
            coefficient: Vec::new(),
            scale: Vec::new(),
            at: Vec::new(),
        }
    }

    /// Appends coefficients that share a position and a scale.
    pub(crate) fn push(&mut self, at: f64, scale: f64, coefficients: &[f64]) {
        self.coefficient.extend_from_slice(coefficients);
        self.scale.resize(self.coefficient.len(), scale);
        self.at.resize(self.coefficient.len(), at);
    }

    /// Whether all numbers are finite.
    pub fn is_finite(&self) -> bool {
        let lists = [&self.coefficient, &self.scale, &self.at].into_iter().flatten();
        lists.chain([&self.skip_slope, &self.skip_intercept]).all(|number| number.is_finite())
    }
}

/// Shorter pieces have this length as their scale, whose reciprocal is finite.
const SHORTEST: f64 = 1e-300;

/// The length by which distances within a piece between these ends are scaled.
pub(crate) fn length(from: f64, to: f64) -> f64 {
    (to - from).max(SHORTEST)
}
