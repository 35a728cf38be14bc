//! Curves on the page and as figures.

use tempered_report::{At, Curve, Extreme, Place, Report, Series, figures, page};

fn place(at: At, value: f64) -> Place {
    let [low, high] = [0.9, 1.1].map(|factor| Some(factor * value));
    Place { at, value: Some(value), low, high, q25: low, q75: high, trials: 40, ..Place::default() }
}

/// A valley in the middle of numbers that span decades.
fn valley(estimator: &str, design: &str) -> Curve {
    let values = [5.0, 2.0, 0.3, 2.5, 7.0];
    let at = |k: usize| At::Number(10f64.powi(k as i32 - 3));
    Curve {
        quantity: "risk_l2".into(),
        along: "lambda".into(),
        estimator: estimator.into(),
        design: design.into(),
        n: Some(50),
        statistic: "median".into(),
        paired: true,
        places: values.iter().enumerate().map(|(k, value)| place(at(k), *value)).collect(),
        minimum: Some(Extreme { place: 2, among: vec![2], inside: true }),
        maximum: Some(Extreme { place: 4, among: vec![0, 4], inside: false }),
        course: "falls, then rises".into(),
        ..Curve::default()
    }
}

/// The same quantity of an estimator without the coordinate.
fn level(design: &str) -> Curve {
    let (minimum, maximum) = (None, None);
    let places = vec![place(At::Everywhere, 1.5)];
    Curve { places, minimum, maximum, course: String::new(), ..valley("line", design) }
}

fn words() -> Curve {
    let names = ["relu", "tanh", "a name that is far too long for an axis"];
    let places = names.into_iter().zip([0.0, 0.25, 1.0]).map(|(name, v)| place(At::Word(name.into()), v));
    Curve {
        quantity: "gaps_with_1".into(),
        along: "activation".into(),
        estimator: "net".into(),
        design: "grid".into(),
        statistic: "mean".into(),
        places: places.collect(),
        ..Curve::default()
    }
}

#[test]
fn a_study_read_along_a_coordinate_begins_with_its_curves() {
    let curves = vec![valley("path", "grid"), level("grid")];
    let report = Report { curves, series: vec![Series::default()], ..Report::default() };
    let html = page(&report).unwrap();
    let figure = html.find("id=\"along-lambda-risk-l2-grid-n50\"").unwrap();
    assert!(figure < html.find("id=\"figures\"").unwrap());
    for wanted in
        ["Along lambda", "falls, then rises", "0.3000", " or 0.001", "level lines are of estimators"]
    {
        assert!(html.contains(wanted), "{wanted}");
    }
    // One size allows no verdict.
    assert!(!html.contains("id=\"verdicts\"") && !html.contains("href=\"#verdicts\""));
    let drawn = figures(&report);
    let svg = drawn[0].svg();
    for wanted in [">lambda<", "R₂ (units of y²)", ">least<", "line"] {
        assert!(svg.contains(wanted), "{wanted}");
    }
    assert!(!svg.contains(">peak<"));
    assert!(drawn[0].png().unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn words_stand_along_the_axis_in_order() {
    let report = Report { curves: vec![words()], ..Report::default() };
    let svg = figures(&report)[0].svg();
    let at = |word: &str| svg.find(&format!(">{word}<")).unwrap();
    assert!(at("relu") < at("tanh"));
    assert!(svg.contains("gaps_with_1 (share of gaps), mean") && svg.contains("a name that is fa"));
    assert!(!svg.contains("far too long for an axis"));
}

#[test]
fn many_settings_are_chosen_among() {
    let designs: Vec<String> = (0..6).map(|k| format!("design {k}")).collect();
    let curves: Vec<Curve> = designs.iter().map(|design| valley("path", design)).collect();
    let html = page(&Report { curves: curves.clone(), ..Report::default() }).unwrap();
    for k in 0..6 {
        assert!(html.contains(&format!("id=\"d-{k}\"")));
        assert!(html.contains(&format!("<figure class=\"of-d d{k}\"")));
    }
    let few = page(&Report { curves: curves[..4].to_vec(), ..Report::default() }).unwrap();
    assert!(!few.contains("id=\"d-0\""));
}

#[test]
fn extreme_numbers_and_labels_stay_harmless() {
    let extremes = [f64::NAN, f64::INFINITY, -f64::INFINITY, 0.0, -1.0, 1e300, 5e-324, 1.0];
    for value in extremes {
        let mut curve = valley("<script>", "$x$ <b>");
        for (k, place) in curve.places.iter_mut().enumerate() {
            *place = self::place(if k == 3 { At::Number(value) } else { At::Number(1.0) }, value);
        }
        curve.places.push(place(At::Word("<script>".into()), value));
        curve.minimum = Some(Extreme { place: 99, among: vec![98, 99], inside: true });
        for curves in [vec![curve.clone()], vec![words(), curve.clone()], vec![Curve::default(), curve]] {
            let report = Report { curves, ..Report::default() };
            let html = page(&report).unwrap();
            assert!(!html.contains("NaN") && !html.contains("<script>"), "{value}");
            for figure in figures(&report) {
                assert!(!figure.svg().contains("NaN") && !figure.svg().contains("inf"), "{value}");
            }
        }
    }
}
