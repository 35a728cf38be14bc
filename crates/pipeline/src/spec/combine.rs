//! The cells of data whose axes are tied by groups, conditions and formulas.

use super::formula::{Formula, Scalar, scalar};
use super::generate::{Alternative, Generate, PARTS, SIZE, Sizes};
use super::read::{Errors, Field};
use super::resolved::generate_yaml;
use super::space::coordinate;
use super::study::{Cells, Combination, Data, Merged};
use super::sweep::Slot;
use super::template::number;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use tempered_math::catalogue::{Choice, Value};

/// An alternative of a part, and the place on each of its axes.
type Picked = (usize, Vec<usize>);

/// A walk through all combinations, the last axis fastest.
pub(super) struct Walk<'g, 'e> {
    generate: &'g Generate<'g>,
    errors: &'e mut Errors,
    /// Names of the axes on the way here, each with its place.
    places: Vec<(String, usize)>,
    /// Names of axes whose places follow from those before them, each with the axis that it follows.
    tied: Vec<(String, String)>,
    size: Option<u64>,
    picked: Vec<Picked>,
    /// Choices without formulas, which cells share.
    choices: HashMap<(usize, Picked), Arc<Choice>>,
    labels: HashMap<[Option<String>; 3], Arc<[Option<String>; 3]>>,
    /// The series of each cell so far, by what the cell is.
    seen: HashMap<String, Option<Arc<[Option<String>; 3]>>>,
    merged: Option<Merged>,
    cells: Vec<Combination>,
}

/// Values of the coordinates of one combination.
type Scope = BTreeMap<String, Scalar>;

/// Arguments of design, target and noise.
type Values = [Vec<(&'static str, Value)>; 3];

/// A formula of the combination at hand, and where its value goes.
struct Open<'g> {
    /// Position of the part; none for n.
    part: Option<usize>,
    name: String,
    parameter: &'static str,
    formula: &'g Formula,
    field: &'g Field<'g>,
    kind: tempered_math::catalogue::Kind,
}

impl<'g, 'e> Walk<'g, 'e> {
    pub fn new(generate: &'g Generate<'g>, errors: &'e mut Errors) -> Walk<'g, 'e> {
        Walk {
            generate,
            errors,
            places: Vec::new(),
            tied: Vec::new(),
            size: None,
            picked: Vec::new(),
            choices: HashMap::new(),
            labels: HashMap::new(),
            seen: HashMap::new(),
            merged: None,
            cells: Vec::new(),
        }
    }

    /// Every cell that is wanted.
    pub fn cells(mut self) -> Option<Data> {
        match &self.generate.sizes {
            Sizes::Values(values) => {
                let range = self.range("n", values.len());
                for place in range {
                    self.size = Some(values[place]);
                    self.within("n", place, |walk| walk.part(0))?;
                }
            }
            Sizes::Formula(_) => self.part(0)?,
        }
        if self.cells.is_empty() {
            self.errors.push(&self.generate.field, "leaves no cell: `where` holds for none");
            return None;
        }
        Some(self.data())
    }

    /// The places of an axis that are to be walked through: one where it goes in step with an axis before it.
    fn range(&self, axis: &str, length: usize) -> std::ops::Range<usize> {
        match self.leader(axis) {
            Some((_, place)) if *place < length => *place..place + 1,
            Some(_) => 0..0,
            None => 0..length,
        }
    }

    fn leader(&self, axis: &str) -> Option<&(String, usize)> {
        let group = self.generate.group(axis)?;
        self.places.iter().find(|(name, _)| self.generate.group(name) == Some(group))
    }

    /// Walks on with a place on an axis.
    fn within(
        &mut self,
        axis: &str,
        place: usize,
        go_on: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<()> {
        let leader = self.leader(axis).map(|(name, _)| name.clone());
        let is_tied = leader.is_some();
        self.tied.extend(leader.map(|leader| (axis.to_owned(), leader)));
        self.places.push((axis.to_owned(), place));
        let done = go_on(self);
        self.places.pop();
        if is_tied {
            self.tied.pop();
        }
        done
    }

    fn part(&mut self, part: usize) -> Option<()> {
        if part == PARTS.len() {
            return self.combination();
        }
        let generate = self.generate;
        let alternatives = &generate.parts[part];
        let begin = |walk: &mut Self, place: usize| {
            walk.picked.push((place, Vec::new()));
            let done = walk.axis(part, &alternatives[place], 0);
            walk.picked.pop();
            done
        };
        if alternatives.len() == 1 {
            return begin(self, 0);
        }
        for place in self.range(PARTS[part], alternatives.len()) {
            self.within(PARTS[part], place, |walk| begin(walk, place))?;
        }
        Some(())
    }

    /// Walks through the axes of an alternative from this one on.
    fn axis(&mut self, part: usize, alternative: &'g Alternative<'g>, from: usize) -> Option<()> {
        let mut given = alternative.given.iter().enumerate().skip(from);
        let next = given.find_map(|(place, given)| match &given.slot {
            Slot::Axis(values) => Some((place, given.parameter, values.len())),
            Slot::Value(_) | Slot::Formula(_) => None,
        });
        let Some((position, parameter, length)) = next else { return self.part(part + 1) };
        let name = coordinate(PARTS[part], alternative.name, parameter);
        for place in self.range(&name, length) {
            self.picked[part].1.push(place);
            let done = self.within(&name, place, |walk| walk.axis(part, alternative, position + 1));
            self.picked[part].1.pop();
            done?;
        }
        Some(())
    }

    fn alternative(&self, part: usize) -> &'g Alternative<'g> {
        &self.generate.parts[part][self.picked[part].0]
    }

    /// Evaluates the combination at hand.
    fn combination(&mut self) -> Option<()> {
        let (mut scope, mut values, mut open) = self.scope();
        self.resolve(&mut scope, &mut values, &mut open)?;
        let n = match scope.get("n") {
            Some(Scalar::Number(n)) => *n as u64,
            _ => return None,
        };
        if let Some((filter, field)) = &self.generate.filter {
            match filter.value(&|name| scope.get(name).cloned()) {
                Ok(Scalar::Truth(true)) => {}
                Ok(Scalar::Truth(false)) => return Some(()),
                Ok(other) => {
                    self.errors.push(field, format!("is {other}, but a condition must be true or false"));
                    return None;
                }
                Err(fault) => {
                    let message = format!("{} in the cell {}", fault.message, told(&scope));
                    self.errors.helped(field, message, fault.help);
                    return None;
                }
            }
        }
        let mut choices = Vec::new();
        for (part, given) in values.into_iter().enumerate() {
            choices.push(self.choice(part, given)?);
        }
        let choices: [Arc<Choice>; 3] = choices.try_into().ok()?;
        let labels = self.labels(&choices);
        self.add(Combination { n, choices, labels })
    }

    /// Adds a cell. What several formulas make is one cell: numbers follow from what it is.
    fn add(&mut self, cell: Combination) -> Option<()> {
        let [design, target, noise] = &cell.choices;
        let content = format!("n={}, {design}, {target}, {noise}", cell.n);
        match self.seen.get(&content) {
            None => {
                self.seen.insert(content, cell.labels.clone());
                self.cells.push(cell);
            }
            Some(first) if *first != cell.labels => {
                self.merged.get_or_insert(Merged { count: 0, first: content }).count += 1;
            }
            Some(_) => {
                self.errors.push(&self.generate.field, format!("makes the cell {content} twice"));
                return None;
            }
        }
        Some(())
    }

    /// The coordinates that are given, the arguments of each part, and the formulas.
    fn scope(&self) -> (Scope, Values, Vec<Open<'g>>) {
        let (mut scope, mut open) = (Scope::new(), Vec::new());
        let mut values = Values::default();
        match (&self.generate.sizes, self.size) {
            (Sizes::Formula(formula), _) => open.push(Open {
                part: None,
                name: "n".into(),
                parameter: "n",
                formula,
                field: &self.generate.sizes_field,
                kind: SIZE,
            }),
            (_, size) => drop(size.map(|n| scope.insert("n".into(), Scalar::Number(n as f64)))),
        }
        for (part, values) in values.iter_mut().enumerate() {
            let alternative = self.alternative(part);
            scope.insert(PARTS[part].into(), Scalar::Word(alternative.name.into()));
            for (parameter, default) in &alternative.defaults {
                let name = coordinate(PARTS[part], alternative.name, parameter);
                drop(scalar(default).map(|value| scope.insert(name, value)));
            }
            let mut places = self.picked[part].1.iter();
            for given in &alternative.given {
                let name = coordinate(PARTS[part], alternative.name, given.parameter);
                let value = match &given.slot {
                    Slot::Value(value) => value,
                    Slot::Axis(list) => places.next().map_or(&list[0], |place| &list[*place]),
                    Slot::Formula(formula) => {
                        let (parameter, field, kind) = (given.parameter, &given.field, given.kind);
                        open.push(Open { part: Some(part), name, parameter, formula, field, kind });
                        continue;
                    }
                };
                drop(scalar(value).map(|value| scope.insert(name, value)));
                values.push((given.parameter, value.clone()));
            }
        }
        (scope, values, open)
    }

    /// Evaluates formulas, each as soon as all that it mentions is known.
    fn resolve(&mut self, scope: &mut Scope, values: &mut Values, open: &mut Vec<Open<'g>>) -> Option<()> {
        while !open.is_empty() {
            let waits = |one: &Open<'g>| {
                let names = one.formula.names();
                open.iter().any(|other| names.contains(&other.name.as_str()))
            };
            let Some(ready) = open.iter().position(|one| !waits(one)) else {
                let Open { formula, field, .. } = &open[0];
                self.errors.push(field, format!("is {formula}, which depends on itself"));
                return None;
            };
            let Open { part, name, parameter, formula, field, kind } = open.swap_remove(ready);
            let value = match number(formula, &kind, &|name| scope.get(name).cloned()) {
                Ok(value) => value,
                Err(fault) => {
                    let message = format!("{} in the cell {}", fault.message, told(scope));
                    self.errors.helped(field, message, fault.help);
                    return None;
                }
            };
            drop(scalar(&value).map(|value| scope.insert(name, value)));
            if let Some(part) = part {
                values[part].push((parameter, value));
            }
        }
        Some(())
    }

    /// The choice of a part; those without formulas are shared.
    fn choice(&mut self, part: usize, given: Vec<(&'static str, Value)>) -> Option<Arc<Choice>> {
        let alternative = self.alternative(part);
        let is_fixed = alternative.given.iter().all(|given| !matches!(given.slot, Slot::Formula(_)));
        let key = (part, self.picked[part].clone());
        if let Some(known) = self.choices.get(&key).filter(|_| is_fixed) {
            return Some(known.clone());
        }
        match (alternative.make)(&given) {
            Ok(choice) => {
                let choice = Arc::new(choice);
                drop(is_fixed.then(|| self.choices.insert(key, choice.clone())));
                Some(choice)
            }
            Err(invalid) => {
                alternative.refuse(&invalid, self.errors);
                None
            }
        }
    }

    /// What series call the parts whose arguments depend on other coordinates.
    fn labels(&mut self, choices: &[Arc<Choice>; 3]) -> Option<Arc<[Option<String>; 3]>> {
        let labels: [Option<String>; 3] = std::array::from_fn(|part| self.label(part, &choices[part]));
        if labels.iter().all(Option::is_none) {
            return None;
        }
        Some(self.labels.entry(labels.clone()).or_insert_with(|| Arc::new(labels)).clone())
    }

    fn label(&self, part: usize, choice: &Choice) -> Option<String> {
        let follows = |axis: &str| self.tied.iter().find(|(name, _)| name == axis).map(|(_, leader)| leader);
        if let Some(leader) = follows(PARTS[part]) {
            return Some(format!("zip({leader})"));
        }
        let alternative = self.alternative(part);
        let mut depends = false;
        let argument = |(name, value): &(&'static str, Value)| {
            let given = alternative.given.iter().find(|given| given.parameter == *name);
            let text = match given.map(|given| &given.slot) {
                Some(Slot::Formula(formula)) => Some(formula.to_string()),
                Some(Slot::Axis(_)) => follows(&coordinate(PARTS[part], alternative.name, name))
                    .map(|leader| format!("zip({leader})")),
                _ => None,
            };
            depends |= text.is_some();
            format!("{name}={}", text.unwrap_or_else(|| value.to_string()))
        };
        let arguments: Vec<String> = choice.arguments().iter().map(argument).collect();
        depends.then(|| format!("{}({})", choice.name(), arguments.join(", ")))
    }

    /// The cells with the values that each coordinate takes, in order of appearance.
    fn data(self) -> Data {
        let source = generate_yaml(self.generate);
        let (list, merged) = (self.cells, self.merged);
        let mut sizes = Vec::new();
        let mut known_sizes = HashSet::new();
        let mut parts: [Vec<Choice>; 3] = Default::default();
        let mut known: HashSet<(usize, String)> = HashSet::new();
        // Most cells share their choices with others.
        let mut shared: HashSet<(usize, *const Choice)> = HashSet::new();
        for cell in &list {
            if known_sizes.insert(cell.n) {
                sizes.push(cell.n);
            }
            for (part, (choices, choice)) in parts.iter_mut().zip(&cell.choices).enumerate() {
                let is_new = shared.insert((part, Arc::as_ptr(choice)));
                if is_new && known.insert((part, choice.to_string())) {
                    choices.push(Choice::clone(choice));
                }
            }
        }
        let [designs, targets, noises] = parts;
        Data { n: sizes, designs, targets, noises, cells: Some(Arc::new(Cells { list, source, merged })) }
    }
}

/// Coordinates for a message.
fn told(scope: &Scope) -> String {
    let numbers = scope.iter().map(|(name, value)| format!("{name}={value}"));
    numbers.collect::<Vec<_>>().join(", ")
}
