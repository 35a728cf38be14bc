//! Parameters as typed columns of the summary's files.

use std::collections::BTreeMap;

use polars_core::prelude::*;

use crate::coordinates::{AXES, Coordinate, Coordinates};

/// The common type of all values of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Whole,
    Real,
    Flag,
    Word,
}

/// The parameters of all rows of a table with their types, in alphabetical order.
#[derive(Default)]
pub(crate) struct Parameters(BTreeMap<String, Kind>);

impl Parameters {
    /// The parameters of these coordinates.
    pub fn of<'a>(all: impl Iterator<Item = &'a Coordinates>) -> Parameters {
        let mut found: BTreeMap<String, Kind> = BTreeMap::new();
        for (name, value) in all.flat_map(Coordinates::iter).filter(|(name, _)| !AXES.contains(name)) {
            let kind = Kind::of(value);
            match found.get_mut(name) {
                Some(known) => *known = known.join(kind),
                None => drop(found.insert(name.to_owned(), kind)),
            }
        }
        Parameters(found)
    }

    /// Appends a column for each parameter; an underscore is added to a name that the table already has.
    pub fn columns<'a>(&self, table: &mut Vec<Column>, rows: impl Iterator<Item = &'a Coordinates> + Clone) {
        for (name, kind) in &self.0 {
            let taken = table.iter().any(|column| column.name() == name.as_str());
            let title = if taken { format!("{name}_") } else { name.clone() };
            let values = rows.clone().map(|row| row.get(name));
            table.push(kind.column(&title, values));
        }
    }
}

impl Kind {
    fn of(value: &Coordinate) -> Kind {
        // 2^53: beyond it not every integer is a double.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match value {
            Coordinate::Number(x) if x.fract() == 0.0 && x.abs() < EXACT => Kind::Whole,
            Coordinate::Number(_) => Kind::Real,
            Coordinate::Word(word) if ["true", "false"].contains(&&**word) => Kind::Flag,
            Coordinate::Word(_) => Kind::Word,
        }
    }

    /// The type that holds values of both types.
    fn join(self, other: Kind) -> Kind {
        match (self, other) {
            (a, b) if a == b => a,
            (Kind::Whole, Kind::Real) | (Kind::Real, Kind::Whole) => Kind::Real,
            _ => Kind::Word,
        }
    }

    fn column<'a>(self, name: &str, values: impl Iterator<Item = Option<&'a Coordinate>>) -> Column {
        match self {
            Kind::Whole => {
                let whole = |value: &Coordinate| value.number().map(|x| x as i64);
                Column::new(name.into(), values.map(|value| value.and_then(whole)).collect::<Vec<_>>())
            }
            Kind::Real => Column::new(name.into(), values.map(|value| value?.number()).collect::<Vec<_>>()),
            Kind::Flag => {
                let flag = |value: &Coordinate| value.word().map(|word| word == "true");
                Column::new(name.into(), values.map(|value| value.and_then(flag)).collect::<Vec<_>>())
            }
            Kind::Word => {
                Column::new(name.into(), values.map(|value| Some(value?.to_string())).collect::<Vec<_>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::Interner;

    #[test]
    fn columns_have_the_types_of_their_values() {
        let mut interner = Interner::default();
        let rows = [
            "a[width=50, lr=0.1, bias=true, act=tanh, mixed=3]",
            "a[width=100, lr=1, bias=false, act=relu, mixed=2 * n, n=7]",
            "b",
        ];
        let rows = rows.map(|row| interner.of([row, "", "", ""]));
        let parameters = Parameters::of(rows.iter());
        let mut table = vec![Column::new("n".into(), [1i64, 2, 3])];
        parameters.columns(&mut table, rows.iter());
        let found: Vec<(String, DataType)> =
            table.iter().map(|column| (column.name().to_string(), column.dtype().clone())).collect();
        let expected = [
            ("n", DataType::Int64),
            ("act", DataType::String),
            ("bias", DataType::Boolean),
            ("lr", DataType::Float64),
            ("mixed", DataType::String),
            ("n_", DataType::Int64),
            ("width", DataType::Int64),
        ];
        assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind)));
        let widths = table[6].i64().unwrap().to_vec();
        assert_eq!(widths, [Some(50), Some(100), None]);
    }
}
