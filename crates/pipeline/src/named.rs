//! Choices and cells from the names under which files and records keep them.

use crate::plan::Cell;
use crate::spec::parse_choice;
use std::sync::Arc;
use tempered_math::catalogue::{Choice, Entry};
use tempered_math::{design, estimator, noise, target};

/// The choice of this label, `name` or `name(parameter=value, …)`; `None` where this program knows none of it.
fn choice<T: ?Sized>(label: &str, catalogue: &[Entry<T>]) -> Option<Choice> {
    let inline = match label.split_once('(') {
        None => label.to_string(),
        // No value has an equals sign, and lists look the same in YAML.
        Some((name, rest)) => format!("{{{name}: {{{}}}}}", rest.strip_suffix(')')?.replace('=', ": ")),
    };
    let choice = parse_choice(&inline, "record", catalogue).ok()?;
    (choice.to_string() == label).then_some(choice)
}

/// The estimator of this label.
pub(crate) fn estimator(label: &str) -> Option<Choice> {
    choice(label, estimator::CATALOGUE)
}

/// The cell of this content.
pub(crate) fn cell(content: &str) -> Option<Cell> {
    let mut parts = content.split(';');
    let mut part = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
    let n = part("n")?.parse().ok()?;
    let design = Arc::new(choice(part("design")?, design::CATALOGUE)?);
    let target = Arc::new(choice(part("target")?, target::CATALOGUE)?);
    let noise = Arc::new(choice(part("noise")?, noise::CATALOGUE)?);
    let cell = Cell::new(n, &design, &target, &noise);
    (cell.content() == content).then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::spec::parse;

    #[test]
    fn names_give_back_what_they_name() {
        let study = "version: 1\nname: names\nseed: 1\ntrials: 1\ngenerate:\n  n: [2, 30]\n  \
            design: [uniform, grid, {jittered_grid: {jitter: 0.25}}]\n  \
            target: [zero, {sine: {frequency: 2}}, {piecewise_linear: {knots: [0, 0.4, 1], values: [-0.5, 1e300, 1e-300]}}]\n  \
            noise: [{normal: {sd: 2}}, {student_t: {df: 0.004}}]\ntrain:\n  a: linear_spline\n  \
            b: {min_norm: {ends: clamp, penalise_bias: false}}\n  c: {deep_relu_network: {layers: [3, 4], steps: 5}}\n";
        let plan = Plan::new(parse(study.as_bytes(), "study", &[]).unwrap());
        assert_eq!(plan.cells.len(), 36);
        for known in plan.cells.iter() {
            let read = cell(&known.content()).unwrap();
            assert_eq!((&read.key, read.content()), (&known.key, known.content()));
        }
        for (_, known) in &plan.study.estimators {
            assert_eq!(estimator(&known.to_string()).as_ref(), Some(known));
        }
        for other in
            ["", "nothing", "min_norm(ends=clamp", "linear_spline()", "min_norm(ends=open)", "a(b=[1)"]
        {
            assert_eq!(estimator(other), None, "{other}");
        }
        for other in [
            "n=2",
            "n=x;design=grid;target=zero;noise=normal(sd=1)",
            "n=2;design=grid;target=zero;noise=laplace(sd=1)",
        ] {
            assert!(cell(other).is_none(), "{other}");
        }
    }
}
