//! Choices: a name of a catalogue, or `{name: {parameter: value}}`.

use super::mark::{Node, Yaml, shown};
use super::process;
use super::read::{Errors, Field, quoted, suggestion};
use super::space::DIMENSION;
use super::sweep::{Context, Given, Slot, Swept, slot};
use super::value::value;
use tempered_math::catalogue::{Choice, Entry, Invalid, Kind, Parameter, Value, lasting};

/// Reads one choice, each of whose parameters has one value.
pub(super) fn choice<T: ?Sized>(
    field: &Field<'_>,
    catalogue: &'static [Entry<T>],
    errors: &mut Errors,
) -> Option<Choice> {
    let read = |field: &Field<'_>, _: &str, kind: &Kind, errors: &mut Errors| {
        value(field, kind, errors).map(Slot::Value)
    };
    let swept = named(field, catalogue, (&read, &[]), errors)?;
    let given = swept.given.iter().filter_map(|given| match &given.slot {
        Slot::Value(value) => Some((given.parameter, value.clone())),
        Slot::Axis(_) | Slot::Formula(_) => None,
    });
    match Choice::new(swept.entry, &given.collect::<Vec<_>>()) {
        Ok(choice) => Some(choice),
        Err(invalid) => {
            refuse(&swept, &invalid, errors);
            None
        }
    }
}

/// Reads one choice whose parameters may be axes and formulas.
pub(super) fn swept<'a, T: ?Sized>(
    field: &Field<'a>,
    catalogue: &'static [Entry<T>],
    context: Context<'_>,
    errors: &mut Errors,
) -> Option<Swept<'a, T>> {
    let read = |field: &Field<'_>, name: &str, kind: &Kind, errors: &mut Errors| {
        slot(field, name, kind, context, errors)
    };
    named(field, catalogue, (&read, context.elsewhere), errors)
}

/// Reports a combination of arguments that no build can honour, where the parameter stands.
pub(super) fn refuse<T: ?Sized>(swept: &Swept<'_, T>, invalid: &Invalid, errors: &mut Errors) {
    errors.push(swept.place(invalid.parameter), invalid.expected);
}

/// Reads what is given for a parameter.
pub(super) type Read<'r> = dyn Fn(&Field<'_>, &str, &Kind, &mut Errors) -> Option<Slot> + 'r;

/// How parameters are read, and which of them stand elsewhere.
type Reading<'r> = (&'r Read<'r>, &'r [&'r str]);

fn named<'a, T: ?Sized>(
    field: &Field<'a>,
    catalogue: &'static [Entry<T>],
    reading: Reading<'_>,
    errors: &mut Errors,
) -> Option<Swept<'a, T>> {
    let names: Vec<&str> = catalogue.iter().map(|entry| entry.name).collect();
    let (name, arguments) = match &field.node.value {
        Yaml::Scalar { .. } if !field.node.is_null() => (field.clone(), None),
        Yaml::Map(pairs) if pairs.len() == 1 => {
            let (name, arguments) = pair(field, &pairs[0].0, &pairs[0].1);
            (name, Some(arguments))
        }
        _ => {
            errors.expected(
                field,
                &format!("one of {}, alone or as {{name: {{parameter: value}}}}", quoted(&names)),
            );
            return None;
        }
    };
    chosen(name, arguments.as_ref(), catalogue, reading, errors)
}

/// A name and its arguments.
fn pair<'a>(field: &Field<'a>, key: &'a Node, value: &'a Node) -> (Field<'a>, Field<'a>) {
    let name = key.text().unwrap_or_default();
    (Field { node: key, path: field.path.clone() }, field.child(name, value))
}

/// [`swept`] of a choice that stands beside other keys.
pub(super) fn swept_pair<'a, T: ?Sized>(
    field: &Field<'a>,
    (key, value): (&'a Node, &'a Node),
    catalogue: &'static [Entry<T>],
    context: Context<'_>,
    errors: &mut Errors,
) -> Option<Swept<'a, T>> {
    let (name, arguments) = pair(field, key, value);
    let read = |field: &Field<'_>, name: &str, kind: &Kind, errors: &mut Errors| {
        slot(field, name, kind, context, errors)
    };
    chosen(name, Some(&arguments), catalogue, (&read, context.elsewhere), errors)
}

/// Names that the field has for entries of another name: the word, the entry, and how it is written.
const OTHER_NAMES: [(&str, &str, &str); 2] = [("bagged", "ensemble", BAGS), ("bagging", "ensemble", BAGS)];
const BAGS: &str =
    "write `{ensemble: {members: 100, scheme: bootstrap, member: …}}`, where `points` is the size of a bag";

fn chosen<'a, T: ?Sized>(
    name: Field<'a>,
    arguments: Option<&Field<'a>>,
    catalogue: &'static [Entry<T>],
    reading: Reading<'_>,
    errors: &mut Errors,
) -> Option<Swept<'a, T>> {
    let names: Vec<&str> = catalogue.iter().map(|entry| entry.name).collect();
    let text = name.node.text().unwrap_or_default();
    let Some(entry) = catalogue.iter().find(|entry| entry.name == text) else {
        let other = OTHER_NAMES.iter().find(|(known, entry, _)| *known == text && names.contains(entry));
        let help =
            other.map(|(_, _, help)| (*help).to_owned()).or_else(|| suggestion(text, names.iter().copied()));
        errors.helped(&name, format!("is `{}`, but it must be one of {}", shown(text), quoted(&names)), help);
        return None;
    };
    let given = arguments_of(entry, &name, arguments, reading, errors)?;
    Some(Swept { entry, name, given })
}

/// What is given for the parameters of an entry, in the order of the source.
fn arguments_of<'a, T: ?Sized>(
    entry: &Entry<T>,
    name: &Field<'a>,
    arguments: Option<&Field<'a>>,
    reading: Reading<'_>,
    errors: &mut Errors,
) -> Option<Vec<Given<'a>>> {
    let (read, elsewhere) = reading;
    let member = |name: &str| named_in(arguments?, name);
    let mut parameters = entry.parameters_given(member);
    parameters.retain(|parameter| !elsewhere.contains(&parameter.name));
    let keys: Vec<&str> = parameters.iter().map(|parameter| parameter.name).collect();
    let mut fields = match arguments {
        Some(arguments) => arguments.map(&keys, errors),
        None => vec![None; keys.len()],
    };
    let mut places = unfold(&parameters, &mut fields, errors);
    let (mut given, mut whole) = (Vec::new(), true);
    for (parameter, field) in parameters.iter().zip(fields) {
        match field {
            Some(field) if parameter.kind == Kind::Open => {
                match open(&field, (read, &["n", DIMENSION]), errors) {
                    Some(own) => {
                        places.extend(own.iter().map(|given| (given.parameter, parameter.name)));
                        given.extend(own);
                    }
                    None => whole = false,
                }
            }
            Some(field) => match read(&field, parameter.name, &parameter.kind, errors) {
                Some(slot) => {
                    given.push(Given { parameter: parameter.name, kind: parameter.kind, slot, field })
                }
                None => whole = false,
            },
            None if parameter.default.is_none() => {
                let expected = parameter.kind.expected();
                let owner = entry.owner(parameter.name, member);
                let message = format!("lacks `{}` of {owner}: expected {expected}", parameter.name);
                errors.push(name, message);
                whole = false;
            }
            None => {}
        }
    }
    if let Some(Yaml::Map(pairs)) = arguments.map(|arguments| &arguments.node.value) {
        let place = |name: &str| {
            let outer = places.iter().find(|(inner, _)| *inner == name).map_or(name, |(_, outer)| outer);
            pairs.iter().position(|(key, _)| key.text() == Some(outer))
        };
        given.sort_by_key(|given| place(given.parameter));
    }
    whole.then_some(given)
}

/// The word, or the name of what has parameters of its own, that stands under this key.
fn named_in<'a>(arguments: &Field<'a>, key: &str) -> Option<&'a str> {
    match &arguments.get(key)?.node.value {
        Yaml::Scalar { text, .. } => Some(text),
        Yaml::Map(pairs) if pairs.len() == 1 => pairs[0].0.text(),
        _ => None,
    }
}

/// Reads parameters whose names the user chose; a text of names that formulas may mention is one.
pub(super) fn open<'a>(
    field: &Field<'a>,
    (read, names): (&Read<'_>, &[&str]),
    errors: &mut Errors,
) -> Option<Vec<Given<'a>>> {
    let Yaml::Map(pairs) = &field.node.value else {
        errors.expected(field, &Kind::Open.expected());
        return None;
    };
    let one = |(key, value): &'a (Node, Node)| {
        let name = key.text().unwrap_or_default();
        let sound = process::check_name(&Field { node: key, path: field.path.clone() }, name, errors);
        let field = field.child(name, value);
        let kind = process::kind(&field, names, errors).filter(|_| sound)?;
        let slot = read(&field, name, &kind, errors)?;
        Some(Given { parameter: lasting(name), kind, slot, field })
    };
    let all: Vec<Option<Given<'a>>> = pairs.iter().map(one).collect();
    all.into_iter().collect()
}

/// Unfolds words with parameters of their own, `spectrum: {power: {exponent: 2}}`, into parameters side by side, `spectrum:
/// power` and `exponent: 2`. Gives the parameters that stood within another one, each with that.
fn unfold<'a>(
    parameters: &[Parameter],
    fields: &mut [Option<Field<'a>>],
    errors: &mut Errors,
) -> Vec<(&'static str, &'static str)> {
    let mut places = Vec::new();
    // Where names are the user's, optional parameters belong to no word.
    if parameters.iter().any(|parameter| parameter.kind == Kind::Open) {
        return places;
    }
    for (place, parameter) in parameters.iter().enumerate() {
        let Some(field) = &fields[place] else { continue };
        let Yaml::Map(pairs) = &field.node.value else { continue };
        let [(key, value)] = &pairs[..] else { continue };
        let Some(used) = key.text().and_then(|name| used(parameters, parameter, name)) else { continue };
        let (word, inner) = pair(field, key, value);
        let found = inner.map(&used, errors);
        fields[place] = Some(word);
        for (name, field) in used.iter().zip(found) {
            let Some(at) = parameters.iter().position(|one| one.name == *name).filter(|_| field.is_some())
            else {
                continue;
            };
            if let (Some(beside), Some(field)) = (&fields[at], &field) {
                errors.push(beside, format!("is given as {} too; leave one of them out", field.path));
            }
            places.push((parameters[at].name, parameter.name));
            fields[at] = field;
        }
    }
    places
}

/// The parameters that may stand within a word of a parameter, or within the name of a member; `None` for any other text.
fn used<'a>(parameters: &'a [Parameter], of: &Parameter, word: &str) -> Option<Vec<&'a str>> {
    let names = |is_used: &dyn Fn(&Parameter) -> bool| {
        parameters.iter().filter(|one| is_used(one)).map(|one| one.name).collect()
    };
    match of.kind {
        // What need not be given is what single words use.
        Kind::Word(words) if words.contains(&word) => Some(names(&|one| one.default == Some(Value::Unset))),
        Kind::Member(members) => {
            let member = members.find(word)?;
            Some(names(&|one| member.parameters.iter().any(|own| own.name == one.name)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::estimator;
    use crate::spec::{Study, parse};

    fn study(train: &str) -> Result<Study, String> {
        let data =
            "version: 1\nname: nested\nseed: 1\ntrials: 1\ngenerate: {n: [8, 20], d: 3, design: sphere}\n";
        parse(format!("{data}train: {train}\n").as_bytes(), "study", &[]).map_err(|error| error.to_string())
    }

    #[test]
    fn members_have_parameters_of_their_own_which_are_axes_and_formulas_as_all_others() {
        let text = "{a: {ensemble: {members: [2, 4], member: {lasso: {lambda: [0.1, '1 / n']}}}}}";
        assert!(study(text).unwrap_err().contains("lambda"), "formulas are not items of lists");
        let train = "{a: {ensemble: {members: [2, 4], member: {lasso: {lambda: [0.1, 1]}}}}, \
            b: {ensemble: {points: 'round(n / 4)', members: 3, member: {omp: {features: 'min(points, d)'}}}}, \
            c: {ensemble: {members: 2, member: basis_pursuit}}, \
            d: {ensemble: {members: 2, member: random_features, features: 9, map: relu}}, \
            e: {ensemble: {members: 2, lambda: 3}}, \
            f: {ensemble: {members: [2, 4], member: {lasso: {lambda: [0.1, 1]}}}, where: 'lambda < members / 3'}}";
        let known = study(train).unwrap();
        let labels: Vec<String> = known.estimators.iter().map(|one| one.label.to_string()).collect();
        let expected = [
            "a[members=2, lambda=0.1]",
            "a[members=2, lambda=1]",
            "a[members=4, lambda=0.1]",
            "a[members=4, lambda=1]",
            "b",
            "c",
            "d",
            "e",
            "f[members=2, lambda=0.1]",
            "f[members=4, lambda=0.1]",
            "f[members=4, lambda=1]",
        ];
        assert_eq!(labels, expected);
        let rules: Vec<String> = known.estimators.iter().map(|one| one.rule.to_string()).collect();
        let first = "ensemble(members=2, points=0, scheme=disjoint, weights=equal, ";
        assert_eq!(rules[0], format!("{first}member=lasso, lambda=0.1, intercept=false)"));
        assert_eq!(rules[5], format!("{first}member=basis_pursuit, intercept=false)"));
        let features = "member=random_features, features=9, map=relu, ridge=0, scale=1)";
        assert_eq!(rules[6], format!("{first}{features}"));
        assert_eq!(rules[7], format!("{first}lambda=3, intercept=false)"));
        // Footers and recorded studies give them back.
        for rule in &rules {
            assert_eq!(estimator(rule).unwrap().to_string(), *rule);
        }
        let again = parse(known.to_yaml().as_bytes(), "study", &[]).unwrap();
        assert_eq!(again.estimators, known.estimators);
    }

    #[test]
    fn what_is_wrong_with_a_member_is_told_at_its_place() {
        let told =
            |member: &str| study(&format!("{{a: {{ensemble: {{members: 2, {member}}}}}}}")).unwrap_err();
        for (member, parts) in [
            ("member: lass", vec!["train.a.ensemble.member is lass", "did you mean `lasso`?"]),
            ("member: {lass: {lambda: 1}}", vec!["train.a.ensemble.member is ", "`lasso`"]),
            ("member: [lasso, ridge]", vec!["train.a.ensemble.member is ", "`lasso`"]),
            ("member: lasso", vec!["lacks `lambda` of lasso"]),
            (
                "member: {lasso: {lamda: 1}}",
                vec!["train.a.ensemble.member.lasso has an unknown key `lamda`", "lambda"],
            ),
            ("member: {lasso: {lambda: 0}}", vec!["train.a.ensemble.member.lasso.lambda is 0", "above 0"]),
            (
                "member: {lasso: {lambda: 1}}, lambda: 2",
                vec!["train.a.ensemble.lambda is given as", "member.lasso.lambda too"],
            ),
            ("member: basis_pursuit, lambda: 2", vec!["unknown key `lambda`"]),
            ("member: {ensemble: {members: 2}}", vec!["train.a.ensemble.member is "]),
            ("member: null", vec!["train.a.ensemble.member is "]),
            (
                "member: {random_features: {features: 9, layers: 2}}",
                vec!["train.a.ensemble.member.random_features.layers is for map: relu"],
            ),
        ] {
            let error = told(member);
            assert!(parts.iter().all(|part| error.contains(part)), "{member}\n{error}");
        }
    }
}
