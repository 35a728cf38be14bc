//! Choices and cells from the names under which files and records keep them.

use super::cell::Cell;
use crate::spec::{
    Estimator, PARAMETERS, PROCESS, Space, Template, is_fixed_parameter, own_designs, parse_choice,
    parse_rule,
};
use std::sync::Arc;
use tempered_math::catalogue::{Choice, Entry};
use tempered_math::{design, noise, space, target};

/// The choice of this label, `name` or `name(parameter=value, …)`; `None` where this program knows none of it.
fn choice<T: ?Sized>(label: &str, catalogue: &'static [Entry<T>]) -> Option<Choice> {
    let choice = parse_choice(&inline(label)?, "record", catalogue).ok()?;
    (choice.to_string() == label).then_some(choice)
}

/// A label as YAML: numbers, words and lists look the same, and formulas are quoted.
fn inline(label: &str) -> Option<String> {
    let Some((name, rest)) = label.split_once('(') else { return Some(label.into()) };
    let mut arguments: Vec<String> = Vec::new();
    for part in rest.strip_suffix(')')?.split(", ") {
        // What does not begin with a parameter goes on with a list, or a call of a formula.
        let begins = part.split_once('=').is_some_and(|(name, value)| {
            name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
                && !value.starts_with('=')
        });
        match arguments.last_mut().filter(|_| !begins) {
            Some(last) => *last += &format!(", {part}"),
            None => arguments.push(part.into()),
        }
    }
    let quoted = arguments.iter().map(|argument| {
        let (name, value) = argument.split_once('=')?;
        let is_plain = value.starts_with(['[', '"']) || !value.contains(['(', '*', '/', '^', '%', ' ']);
        // JSON text is YAML.
        let value = if is_plain { value.into() } else { serde_json::to_string(value).ok()? };
        Some(format!("{name}: {value}"))
    });
    let quoted = quoted.collect::<Option<Vec<String>>>()?;
    let is_own = |argument: &&String| {
        name == PARAMETERS || name == PROCESS && !argument.split(": ").next().is_some_and(is_fixed_parameter)
    };
    let (own, mut fixed): (Vec<&String>, Vec<&String>) = quoted.iter().partition(is_own);
    let own: Vec<&str> = own.into_iter().map(String::as_str).collect();
    let nested = format!("parameters: {{{}}}", own.join(", "));
    fixed.extend((!own.is_empty()).then_some(&nested));
    let arguments: Vec<&str> = fixed.into_iter().map(String::as_str).collect();
    Some(format!("{{{name}: {{{}}}}}", arguments.join(", ")))
}

/// The estimator of this label, with formulas where it has some. Estimators of the line and of R^d that share a label have the
/// same parameters.
pub(crate) fn estimator(label: &str) -> Option<Template> {
    let text = inline(label)?;
    let of = |space: Space| parse_rule(&text, "record", space).ok().filter(|rule| rule.to_string() == label);
    of(Space::Line).or_else(|| of(Space::Features)).or_else(|| of(Space::Program))
}

/// The variant of a name that these swept parameters tell from others, `width=50, lr=0.1`.
pub(crate) fn variant(name: &str, variant: Option<&str>, label: &str) -> Option<Estimator> {
    let rule = estimator(label)?;
    let Some(variant) = variant else { return Some(Estimator::one(name, rule)) };
    let arguments = rule.sample().arguments().iter();
    // Values may have commas within lists; each parameter says where its own begins.
    let is_swept = |parameter: &str| {
        let argument = format!("{parameter}={}", rule.argument(parameter).unwrap_or_default());
        variant == argument
            || variant.starts_with(&format!("{argument}, "))
            || variant.ends_with(&format!(", {argument}"))
            || variant.contains(&format!(", {argument}, "))
    };
    let swept = arguments.filter(|(parameter, _)| is_swept(parameter)).cloned().collect();
    let estimator = Estimator::variant(name, swept, rule);
    (estimator.variant_text().as_deref() == Some(variant)).then_some(estimator)
}

/// The cell of this content.
pub(crate) fn cell(content: &str) -> Option<Cell> {
    let mut parts = content.split(';');
    let mut part = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
    let n = part("n")?.parse().ok()?;
    let design = part("design")?;
    let of_space = || choice(design, space::design::CATALOGUE);
    let own = || choice(design, own_designs());
    let design = choice(design, design::CATALOGUE).or_else(of_space).or_else(own);
    let design = Arc::new(design?);
    let target = part("target")?;
    let target = Arc::new(match Space::of(&design) {
        Space::Line | Space::Program => choice(target, target::CATALOGUE)?,
        Space::Features => choice(target, space::target::CATALOGUE)?,
    });
    let noise = Arc::new(choice(part("noise")?, noise::CATALOGUE)?);
    let cell = Cell::new(n, &design, &target, &noise);
    (cell.content() == content).then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::layout::Plan;
    use crate::spec::parse;

    fn variant_of(known: &Estimator, text: Option<&str>) -> Estimator {
        variant(&known.name, text, &known.rule.to_string()).unwrap_or_else(|| panic!("{}", known.rule))
    }

    #[test]
    fn names_give_back_what_they_name() {
        let study = "version: 1\nname: names\nseed: 1\ntrials: 1\ngenerate:\n  n: [2, 30]\n  \
            design: [uniform, grid, {jittered_grid: {jitter: 0.25}}]\n  \
            target: [zero, {sine: {frequency: 2}}, {piecewise_linear: {knots: [0, 0.4, 1], values: [-0.5, 1e300, 1e-300]}}]\n  \
            noise: [{normal: {sd: 2}}, {student_t: {df: 0.004}}]\ntrain:\n  a: linear_spline\n  \
            b: {min_norm: {ends: clamp, penalise_bias: false}}\n  c: {deep_relu_network: {layers: [3, 4], steps: 5}}\n  \
            d: {deep_relu_network: {steps: [5, 6], layers: [[3, 4], [5]], weight_decay: '1 / max(n, 20)'}}\n  \
            e: {relu_network: {width: 'round(n / 2) + 1', steps: '2 * width', lr: [1, 0.5], momentum: [0.5, 0.25], optimiser: [momentum, adam]}}\n";
        let plan = Plan::new(parse(study.as_bytes(), "study", &[]).unwrap());
        assert_eq!(plan.cells.len(), 36);
        for known in plan.cells.iter() {
            let read = cell(&known.content()).unwrap();
            assert_eq!((&read.key, read.content()), (&known.key, known.content()));
        }
        for known in &plan.study.estimators {
            let variant = known.variant_text();
            let read = variant_of(known, variant.as_deref());
            assert_eq!(read.rule, known.rule);
            assert_eq!(
                (read.label, read.swept, read.name),
                (known.label.clone(), known.swept.clone(), known.name.clone())
            );
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
