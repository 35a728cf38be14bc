//! A quantity over two coordinates at once.

use crate::{At, Class};

/// A quantity of one estimator on one kind of data, over two coordinates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// The quantity's name, such as `risk_l2`.
    pub quantity: String,
    /// What tiles show, `median` or `mean`.
    pub statistic: String,
    /// The estimator's label, without the two coordinates.
    pub estimator: String,
    /// The other coordinates, as `n = 50`; empty where there are none.
    pub data: String,
    /// The coordinate across, and its values in order.
    pub across: Coordinate,
    /// The coordinate upwards, and its values in order.
    pub up: Coordinate,
    /// What is known; a pair of values without a tile has no data.
    pub tiles: Vec<Tile>,
}

/// A coordinate with its values in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coordinate {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Vec<At>,
}

/// A quantity at one pair of values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tile {
    /// The place among the values across.
    pub across: usize,
    /// The place among the values upwards.
    pub up: usize,
    /// The median or the mean.
    pub value: Option<f64>,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// What becomes of the quantity as n grows.
    pub class: Option<Class>,
}

impl Map {
    /// The name of a pair of values.
    pub(crate) fn place(&self, tile: &Tile) -> String {
        let of = |coordinate: &Coordinate, place: usize| {
            coordinate.values.get(place).map(|value| format!("{} = {}", coordinate.name, value.words()))
        };
        let parts = [of(&self.across, tile.across), of(&self.up, tile.up)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
