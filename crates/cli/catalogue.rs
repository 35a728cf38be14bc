//! `tempered list`, `schema` and `completions`: all made from tables.

use crate::args::Arguments;
use crate::exit::{Ending, Failure};
use crate::output;
use clap::CommandFactory;
use tempered_math::catalogue::{Entry, Kind, Value};
use tempered_math::predictor::Form;
use tempered_math::{design, estimator, noise, space, target};
use tempered_pipeline::spec;

/// Prints every choice there is.
pub fn list() -> Result<Ending, Failure> {
    let text = [
        section("designs on the line", design::CATALOGUE),
        section("targets on the line", target::CATALOGUE),
        section("estimators on the line", spec::line_estimators()),
        section("designs of d features", space::design::CATALOGUE),
        section("targets of d features", space::target::CATALOGUE),
        section("estimators with d features", spec::feature_estimators()),
        section("noises", noise::CATALOGUE),
        forms(),
    ];
    output::print(&text.join("\n"))?;
    Ok(Ending::Done)
}

fn section<T: ?Sized>(title: &str, entries: &[Entry<T>]) -> String {
    let mut text = format!("{title}\n");
    for entry in entries {
        text += &format!("  {:<21} {}\n", entry.name, entry.summary);
        let parameters = (entry.parameters)();
        let is_open = parameters.iter().any(|one| one.kind == Kind::Open);
        let has_words = !is_open && parameters.iter().any(|one| matches!(one.kind, Kind::Word(_)));
        let has_file = parameters.iter().any(|one| one.kind == Kind::File);
        for parameter in parameters {
            let default = match parameter.default {
                None => "required".into(),
                Some(_) if parameter.name == "d" && !has_file => "required, here or as generate.d".into(),
                Some(Value::Unset) if matches!(parameter.kind, Kind::Member(_)) => "optional".into(),
                // Of a word with parameters of its own.
                Some(Value::Unset) if has_words => "where it is used".into(),
                Some(Value::Unset) => "optional".into(),
                Some(value) => format!("default {value}"),
            };
            let (name, kind) = (parameter.name, parameter.kind.expected());
            text += &format!("    {name:<19} {}: {kind}, {default}\n", parameter.summary);
        }
    }
    text
}

/// The forms of stored predictors, and which estimators have them.
fn forms() -> String {
    let mut text = String::from(
        "forms of predictors in weights and of fit: f(x) = form + skip_slope x + skip_intercept,\n  \
         from lists coefficient c, scale s and at t, with z = s (x − t)\n",
    );
    for form in Form::ALL {
        let names = estimator::CATALOGUE.iter().map(|entry| entry.name);
        let mut names: Vec<&str> = names.filter(|name| estimator::forms(name).contains(&form)).collect();
        if form == Form::Linear {
            names.extend(space::estimator::CATALOGUE.iter().map(|entry| entry.name));
        }
        // By what a program answers.
        names.extend([Form::Knots, Form::Linear, Form::Values].contains(&form).then_some("process"));
        text += &format!("  {:<21} {}\n    {:<19} {}\n", form.word(), form.formula(), "of", names.join(", "));
    }
    text
}

/// Prints the JSON schema of study files.
pub fn schema() -> Result<Ending, Failure> {
    output::print(&format!("{:#}", tempered_pipeline::spec::schema()))?;
    Ok(Ending::Done)
}

/// Prints a completion script.
pub fn completions(shell: clap_complete::Shell) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "tempered", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Ending::Done)
}
