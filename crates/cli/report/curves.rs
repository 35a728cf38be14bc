//! Curves as the report shows them.

use super::series::label;
use tempered_analysis as analysis;
use tempered_analysis::{Coordinate, Statistic};
use tempered_report::{At, Curve, Extreme, Place};

/// A curve of a page.
pub fn view(curve: &analysis::Curve) -> Curve {
    let extreme = |extreme: &analysis::Extreme| Extreme {
        place: extreme.place,
        among: extreme.among.clone(),
        inside: extreme.inside,
    };
    Curve {
        quantity: curve.quantity.clone(),
        along: curve.along.clone(),
        estimator: label(&curve.estimator),
        design: label(&curve.design),
        target: label(&curve.target),
        noise: label(&curve.noise),
        n: curve.n,
        statistic: match curve.statistic {
            Statistic::Median => "median".into(),
            Statistic::Mean => "mean".into(),
        },
        paired: curve.paired,
        places: curve.points.iter().map(place).collect(),
        minimum: curve.minimum.as_ref().map(extreme),
        maximum: curve.maximum.as_ref().map(extreme),
        course: curve.words().into(),
    }
}

fn place(point: &analysis::Point) -> Place {
    let level = &point.level;
    Place {
        at: point.at.as_ref().map_or(At::Everywhere, at),
        value: point.value,
        low: point.low,
        high: point.high,
        theory: point.theory,
        q25: level.q25,
        q75: level.q75,
        trials: level.trials,
        failed: level.failed,
        reasons: analysis::reasons(&level.reasons),
    }
}

/// A coordinate with no more digits than a page has room for.
pub fn at(coordinate: &Coordinate) -> At {
    match coordinate {
        Coordinate::Number(x) => At::Number(*x),
        Coordinate::Word(word) => At::Word(label(word)),
    }
}
