//! The JSON schema of study files (draft-07), made from the catalogues.

use super::aggregate::STATISTICS;
use super::label::RESERVED;
use super::limits::{LARGEST_N, POINTS, QUANTILES, SHARD_POINTS};
use super::own_data::{PARAMETERS, own_designs};
use super::process::{PROCESS, feature_estimators, line_estimators, whole_trials};
use serde_json::{Value as Json, json};
use tempered_math::catalogue::{Entry, Kind, Member, Members, Parameter, Value};
use tempered_math::score::Diagnostic;
use tempered_math::{design, noise, space, target};

/// The schema, for editors that check and complete YAML.
pub fn schema() -> Json {
    let train = json!({"type": "object", "description": "Estimators by label; labels name the files.",
        "minProperties": 1, "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,63}$", "not": {"enum": RESERVED}},
        "additionalProperties": either(choice(line_estimators(), &ties()), choice(feature_estimators(), &ties()))});
    let trial = json!({"type": "object", "description": "Programs that compute whole trials, by label: metrics alone.",
        "minProperties": 1, "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,63}$", "not": {"enum": RESERVED}},
        "additionalProperties": choice(whole_trials(), &ties())});
    let mut root = object(
        &[
            ("version", json!({"const": 1})),
            ("name", json!({"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,63}$"})),
            ("seed", json!({"type": "integer", "minimum": 0, "description": "Decides every random number."})),
            ("trials", json!({"type": "integer", "minimum": 1, "description": "Training sets a cell."})),
            ("generate", generate()),
            ("train", train),
            ("trial", trial),
            ("evaluate", evaluate()),
            ("store", store()),
            ("aggregate", aggregate()),
        ],
        &["version", "name", "seed", "trials", "generate"],
    );
    root["oneOf"] = json!([{"required": ["train"]}, {"required": ["trial"]}]);
    root["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    root["title"] = json!("Tempered study");
    let mut definitions = serde_json::Map::new();
    share(&mut root, &mut definitions);
    root["definitions"] = definitions.into();
    root
}

/// What ties axes to each other, in `generate` and in each estimator.
fn ties() -> [(&'static str, Json); 2] {
    let zip = json!({"type": "array", "items": {"type": "array", "items": {"type": "string"}, "minItems": 2},
        "description": "Axes that go in step, by name: [[n, noise_sd]]."});
    let condition =
        json!({"type": ["string", "boolean"], "description": "Which combinations are wanted: \"n != 50\"."});
    [("zip", zip), ("where", condition)]
}

fn generate() -> Json {
    let size = json!({"type": "integer", "minimum": 2, "maximum": LARGEST_N});
    let mut sizes = axis(&size, true);
    sizes["description"] = json!("Points a trial.");
    let mut features = axis(&whole(1, space::design::MOST_FEATURES), true);
    features["description"] = json!("Features of a point, of every design; on the line there is none.");
    let designs = either(choice(design::CATALOGUE, &[]), choice(space::design::CATALOGUE, &[]));
    let targets = either(choice(target::CATALOGUE, &[]), choice(space::target::CATALOGUE, &[]));
    // The other one of the user's own data has parameters alone.
    let program = own_designs().iter().find(|entry| entry.name == PROCESS).map(arguments);
    let program = program.unwrap_or_default();
    let data = [
        ("n", sizes),
        (PROCESS, program),
        (
            PARAMETERS,
            json!({"type": "object", "description": "Coordinates of whole trials by names of the user's own, each a value or a list."}),
        ),
        ("d", features),
        ("design", one_or_many("How x is placed on [0, 1], or the law of rows of d features.", &designs)),
        ("target", one_or_many("f*.", &targets)),
        ("noise", one_or_many("The law of ε in y = f*(x) + ε.", &choice(noise::CATALOGUE, &[]))),
    ];
    object(&[&data[..], &ties()[..]].concat(), &["n"])
}

fn evaluate() -> Json {
    let risk = json!({"oneOf": [{"type": "number", "minimum": 1}, {"enum": ["sup", "variance", "bias", "gradient", "error", "noisy_error", "excess_error"]},
        object(&[("adversarial", json!({"type": "number", "exclusiveMinimum": 0}))], &["adversarial"])]});
    object(
        &[
            (
                "risks",
                one_or_many(
                    "Exponents p of R_p, or sup; with d features also the parts of R_2, variance and bias, the mean square \
                     of the error of the gradient, that of planes and noisy labels where points may move by a radius, and the probability of a wrong sign where labels are ±1: error, noisy_error, excess_error.",
                    &risk,
                ),
            ),
            (
                "domain",
                json!({"enum": ["hull", "unit", "population"],
                "description": "[x_(1), x_(n)], the default on the line, or [0, 1]; the law of x with d features."}),
            ),
            (
                "diagnostics",
                one_or_many(
                    "With d features, what a fit tells beside risks: the condition of the linear system that was solved, the mean square of \
                     leave-one-out residuals, and how well these detect wrong labels.",
                    &json!({"enum": Diagnostic::ALL.map(Diagnostic::word)}),
                ),
            ),
            (
                "checkpoints",
                counts(
                    "Steps of training after which networks are evaluated too.",
                    &json!({"type": "integer", "minimum": 0}),
                ),
            ),
            (
                "reference",
                json!({"type": "string", "description": "Label of the estimator that distances are measured from."}),
            ),
            (
                "knots_per_gap",
                json!({"type": "number", "minimum": 0, "exclusiveMaximum": 1,
                "description": "Counts knots between data points; bends below this share of the range of y are none."}),
            ),
        ],
        &[],
    )
}

fn store() -> Json {
    let every = object(&[("every", json!({"type": "integer", "minimum": 1}))], &["every"]);
    object(
        &[
            ("weights", json!({"oneOf": [{"enum": ["all", "none"]}, every], "default": "all"})),
            ("shard_points", json!({"type": "integer", "minimum": 1, "default": SHARD_POINTS})),
            (
                "shard_trials",
                json!({"description": "trials a shard; without it, as many as take a core two seconds, growing with the trials of a cell to a minute",
                "type": "integer", "minimum": 1}),
            ),
        ],
        &[],
    )
}

fn aggregate() -> Json {
    let level = json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1});
    let metric = |description: &str| json!({"type": "string", "description": description});
    let ends = json!({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2,
        "description": "The metrics that are the ends of an interval."});
    let truth = json!({"type": ["number", "string"], "description": "Its true value: a number, a formula of coordinates, or a metric."});
    let estimand = object(
        &[
            ("estimate", metric("The metric that estimates it.")),
            ("truth", truth),
            ("interval", ends),
            ("standard_error", metric("The metric that is the stated standard error.")),
        ],
        &["estimate", "truth"],
    );
    object(
        &[
            (
                "quantiles",
                json!({"oneOf": [level, {"type": "array", "items": level, "minItems": 1}],
                "default": QUANTILES}),
            ),
            (
                "max_failed",
                json!({"type": "number", "minimum": 0, "maximum": 1, "default": 0,
                "description": "Share of failed trials at which a run still succeeds."}),
            ),
            (
                "along",
                json!({"type": "string", "default": "n",
                "description": "Coordinate that series are read along: n, checkpoint, a parameter (width, noise_sd), or an axis."}),
            ),
            (
                "quantities",
                one_or_many(
                    "Columns of numbers to follow, or failed, the share of failed trials; without any, the risks.",
                    &json!({"type": "string"}),
                ),
            ),
            (
                "statistic",
                json!({"enum": STATISTICS,
                "description": "What curves compare; without it medians, and means of shares, of whole numbers that are tied and of metrics of programs."}),
            ),
            (
                "estimands",
                json!({"type": "object", "description": "What metrics of programs estimate, by name.",
                "additionalProperties": estimand}),
            ),
        ],
        &[],
    )
}

/// Moves what axes accept, which many parameters have in common, into definitions.
fn share(node: &mut Json, definitions: &mut serde_json::Map<String, Json>) {
    match node {
        Json::Array(items) => items.iter_mut().for_each(|item| share(item, definitions)),
        Json::Object(fields) => {
            fields.values_mut().for_each(|value| share(value, definitions));
            if let Some(forms) = fields.remove("anyOf") {
                let forms = json!({"anyOf": forms});
                let known =
                    definitions.iter().find(|(_, other)| **other == forms).map(|(name, _)| name.clone());
                let name = known.unwrap_or_else(|| {
                    let name = format!("axis_{}", definitions.len() + 1);
                    definitions.insert(name.clone(), forms);
                    name
                });
                // What stands beside a reference is not read in draft 7.
                fields.insert("allOf".into(), json!([{"$ref": format!("#/definitions/{name}")}]));
            }
        }
        _ => {}
    }
}

fn object(properties: &[(&str, Json)], required: &[&str]) -> Json {
    let properties: serde_json::Map<String, Json> =
        properties.iter().map(|(name, schema)| ((*name).to_string(), schema.clone())).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// A value or a list of them; of numbers also a progression, or a formula of other coordinates.
fn axis(one: &Json, is_number: bool) -> Json {
    // What goes in step with another axis may have a value twice.
    let list = json!({"type": "array", "items": one, "minItems": 1});
    let mut forms = vec![one.clone(), list];
    if is_number {
        let points = json!({"type": "integer", "minimum": 2, "maximum": POINTS});
        let ends = [("from", one.clone()), ("to", one.clone()), ("points", points)];
        let steps = object(&ends, &["from", "to", "points"]);
        forms.push(object(&[("geometric", steps.clone())], &["geometric"]));
        forms.push(object(&[("linear", steps)], &["linear"]));
        forms.push(json!({"type": "string", "description": "A formula: \"round(2 * n)\"."}));
    }
    json!({"anyOf": forms})
}

/// A number, a list, or a geometric list.
fn counts(description: &str, count: &Json) -> Json {
    let geometric = object(
        &[
            ("from", count.clone()),
            ("to", count.clone()),
            ("points", json!({"type": "integer", "minimum": 2, "maximum": POINTS})),
        ],
        &["from", "to", "points"],
    );
    json!({"description": description, "oneOf": [
        count, {"type": "array", "items": count, "minItems": 1, "uniqueItems": true},
        object(&[("geometric", geometric)], &["geometric"])]})
}

fn one_or_many(description: &str, one: &Json) -> Json {
    json!({"description": description,
        "oneOf": [one, {"type": "array", "items": one, "minItems": 1, "uniqueItems": true}]})
}

/// One of a catalogue, alone or with arguments, and with these keys beside it.
fn choice<T: ?Sized>(catalogue: &[Entry<T>], beside: &[(&str, Json)]) -> Json {
    let mut forms = Vec::new();
    for entry in catalogue {
        let parameters = (entry.parameters)();
        let required: Vec<&str> = parameters.iter().filter(|p| p.default.is_none()).map(|p| p.name).collect();
        if required.is_empty() {
            forms.push(json!({"const": entry.name, "description": entry.summary}));
        }
        let of = |one: &Parameter| (one.name, parameter(one));
        let unset: Vec<(&str, Json)> =
            parameters.iter().filter(|one| one.default == Some(Value::Unset)).map(of).collect();
        let mut properties: Vec<(&str, Json)> = parameters.iter().map(of).collect();
        for ((_, schema), one) in properties.iter_mut().zip(&parameters) {
            let is_open = parameters.iter().any(|one| one.kind == Kind::Open);
            match one.kind {
                Kind::Word(words) if !unset.is_empty() && !is_open => {
                    let forms = words.iter().map(|word| (*word, object(&unset, &[]))).collect();
                    *schema = either(schema.take(), nested(forms));
                }
                Kind::Member(members) => *schema = either(schema.take(), nested(within(members))),
                _ => {}
            }
        }
        beside_members(&parameters, &mut properties);
        let mut arguments = object(&properties, &required);
        if required.is_empty() {
            arguments["type"] = json!(["object", "null"]);
        }
        let named = [(entry.name, arguments)];
        let mut form = object(&[&named[..], beside].concat(), &[entry.name]);
        form["description"] = json!(entry.summary);
        forms.push(form);
    }
    json!({"oneOf": forms})
}

/// What a program takes.
fn arguments<T: ?Sized>(entry: &Entry<T>) -> Json {
    let parameters = (entry.parameters)();
    let required: Vec<&str> = parameters.iter().filter(|p| p.default.is_none()).map(|p| p.name).collect();
    let properties: Vec<(&str, Json)> = parameters.iter().map(|one| (one.name, parameter(one))).collect();
    let mut schema = object(&properties, &required);
    schema["description"] = json!(entry.summary);
    schema
}

/// A word with parameters of its own: `{power: {exponent: 2}}`.
fn nested(forms: Vec<(&str, Json)>) -> Json {
    let mut nested = object(&forms, &[]);
    nested["minProperties"] = json!(1);
    nested["maxProperties"] = json!(1);
    nested
}

/// Each member with its parameters.
fn within(members: Members) -> Vec<(&'static str, Json)> {
    let of = |member: &'static Member| {
        let properties: Vec<(&str, Json)> =
            member.parameters.iter().map(|one| (one.name, parameter(one))).collect();
        let required = member.parameters.iter().filter(|one| one.default.is_none()).map(|one| one.name);
        (member.name, object(&properties, &required.collect::<Vec<_>>()))
    };
    members.0.iter().map(of).collect()
}

/// Adds what members take beside their names, as resolved studies have it: any that one of them takes.
fn beside_members(parameters: &[Parameter], properties: &mut Vec<(&'static str, Json)>) {
    let members = parameters.iter().filter_map(|one| match one.kind {
        Kind::Member(members) => Some(members.0.iter().flat_map(|member| &member.parameters)),
        _ => None,
    });
    let mut all: Vec<(&'static str, Vec<Json>)> = Vec::new();
    for one in members.flatten() {
        let schema = axis(&kind(one.kind), matches!(one.kind, Kind::Real { .. } | Kind::Whole { .. }));
        match all.iter_mut().find(|(name, _)| *name == one.name) {
            Some((_, forms)) if forms.contains(&schema) => {}
            Some((_, forms)) => forms.push(schema),
            None => all.push((one.name, vec![schema])),
        }
    }
    for (name, mut forms) in all {
        match properties.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => {
                forms.insert(0, known.take());
                *known = json!({"anyOf": forms});
            }
            None => properties.push((name, json!({"anyOf": forms}))),
        }
    }
}

/// Any of two: names that two catalogues share are of both.
fn either(one: Json, other: Json) -> Json {
    json!({"anyOf": [one, other]})
}

fn parameter(parameter: &Parameter) -> Json {
    let is_number = matches!(parameter.kind, Kind::Real { .. } | Kind::Whole { .. });
    let mut schema = axis(&kind(parameter.kind), is_number);
    schema["description"] = json!(parameter.summary);
    match &parameter.default {
        Some(Value::Real(x)) => schema["default"] = json!(x),
        Some(Value::Whole(x)) => schema["default"] = json!(x),
        Some(Value::Flag(x)) => schema["default"] = json!(x),
        Some(Value::Word(x)) => schema["default"] = json!(x),
        _ => {}
    }
    schema
}

/// One value of a kind.
fn kind(kind: Kind) -> Json {
    match kind {
        Kind::Real { low, closed, high } => {
            let mut schema = json!({"type": "number"});
            if low.is_finite() {
                schema[if closed { "minimum" } else { "exclusiveMinimum" }] = json!(low);
            }
            if high.is_finite() {
                schema["maximum"] = json!(high);
            }
            schema
        }
        Kind::Whole { low, high } => whole(low, high),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Word(words) => json!({"enum": words}),
        Kind::Reals => json!({"type": "array", "items": {"type": "number"}, "minItems": 1}),
        Kind::Wholes { low, high } => json!({"type": "array", "items": whole(low, high), "minItems": 1}),
        Kind::Text | Kind::File => json!({"type": "string", "minLength": 1}),
        Kind::Member(members) => json!({"enum": members.names().collect::<Vec<_>>()}),
        Kind::Files => json!({"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}),
        Kind::Open => json!({"type": "object"}),
        Kind::Texts => {
            json!({"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "uniqueItems": true})
        }
    }
}

fn whole(low: u64, high: u64) -> Json {
    let mut schema = json!({"type": "integer", "minimum": low});
    if high < u64::MAX {
        schema["maximum"] = json!(high);
    }
    schema
}
