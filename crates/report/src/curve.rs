//! One quantity of one estimator in one setting, along a coordinate.

/// A quantity along a coordinate: a risk, a share, a count, or any other number that every trial has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// The quantity's name, such as `risk_l2` or `train_error`.
    pub quantity: String,
    /// The name of the coordinate.
    pub along: String,
    /// The estimator's label, without what the curve goes along; so are the other labels.
    pub estimator: String,
    /// The design's label.
    pub design: String,
    /// The target's label.
    pub target: String,
    /// The noise's label.
    pub noise: String,
    /// The sample size; none where it changes along the curve.
    pub n: Option<u64>,
    /// What places are judged by, `median` or `mean`.
    pub statistic: String,
    /// Whether all places have the same samples.
    pub paired: bool,
    /// The places: numbers ascending, words in the order of the study.
    pub places: Vec<Place>,
    /// The least place.
    pub minimum: Option<Extreme>,
    /// The largest place.
    pub maximum: Option<Extreme>,
    /// What becomes of the quantity from the first place to the last, in a few words; empty where nothing is said.
    pub course: String,
}

/// A place of a curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The value of the coordinate.
    pub at: At,
    /// The median or the mean, as the curve says.
    pub value: Option<f64>,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The same by theory.
    pub theory: Option<f64>,
    /// The lower quartile.
    pub q25: Option<f64>,
    /// The upper quartile.
    pub q75: Option<f64>,
    /// Trials, failed ones included.
    pub trials: u64,
    /// Trials without a value.
    pub failed: u64,
    /// Why trials have no value, in a few words; empty where all have one.
    pub reasons: String,
}

/// The value of a coordinate.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum At {
    /// A number.
    Number(f64),
    /// A name, a flag, a list or a formula.
    Word(String),
    /// The estimator does not have the coordinate: its value holds everywhere.
    #[default]
    Everywhere,
}

/// The least or the largest place of a curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extreme {
    /// The place among the places.
    pub place: usize,
    /// The places that cannot be told from it, itself included.
    pub among: Vec<usize>,
    /// Whether places on either side lie apart from it: a valley, or a peak.
    pub inside: bool,
}

impl At {
    /// In few characters.
    pub(crate) fn words(&self) -> String {
        match self {
            At::Number(x) => crate::number::tick(*x),
            At::Word(word) => word.clone(),
            At::Everywhere => "–".to_owned(),
        }
    }
}

impl Curve {
    /// Whether an extreme is told from at least one other place.
    pub(crate) fn tells(&self, extreme: &Extreme) -> bool {
        extreme.among.len() < self.places.iter().filter(|place| place.value.is_some()).count()
    }
}
