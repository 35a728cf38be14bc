//! Benign, tempered, catastrophic: what becomes of a risk as n grows.

/// What becomes of a risk as n grows (Mallinar et al. 2022).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// It vanishes.
    Benign,
    /// It tends to a finite positive limit.
    Tempered,
    /// It grows without bound.
    Catastrophic,
    /// The data do not say.
    Undecided,
}

impl Class {
    /// The classes in the order of the legend.
    ///
    /// ```
    /// use tempered_report::Class;
    ///
    /// assert_eq!(Class::ALL.len(), 4);
    /// assert!(Class::ALL.contains(&Class::Undecided));
    /// ```
    pub const ALL: [Class; 4] = [Class::Benign, Class::Tempered, Class::Catastrophic, Class::Undecided];

    /// The name, in lower case.
    pub fn word(self) -> &'static str {
        match self {
            Class::Benign => "benign",
            Class::Tempered => "tempered",
            Class::Catastrophic => "catastrophic",
            Class::Undecided => "undecided",
        }
    }

    /// A sign that tells the classes apart without colour.
    pub fn sign(self) -> &'static str {
        match self {
            Class::Benign => "↘",
            Class::Tempered => "→",
            Class::Catastrophic => "↗",
            Class::Undecided => "?",
        }
    }

    /// What the word means, for the legend.
    pub fn meaning(self) -> &'static str {
        match self {
            Class::Benign => "vanishes as n grows",
            Class::Tempered => "tends to a finite, positive limit",
            Class::Catastrophic => "grows without bound",
            Class::Undecided => "the data do not say",
        }
    }
}
