//! Entries that are built on other entries, as an ensemble is on its members.

use super::{Entry, Kind, Parameter, Value};
use std::sync::LazyLock;

/// An entry that another one can be built on.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
}

/// The entries that another one can be built on.
///
/// A parameter of [`Kind::Member`] names one of them: `{ensemble: {members: 9, member: {lasso: {lambda: 0.1}}}}`. The parameters of
/// that one then stand in the place of all that follow the name, `ensemble(members=9, member=lasso, lambda=0.1)`, so that lists,
/// formulas, columns and labels take them as they take any other. Those that follow it where no name is given are what the entry
/// has by itself. The entry builds the other one by [`Members::build`], from the arguments after the name.
///
/// No parameter before the name may have the name of a parameter of a member, and no member has members: names would be
/// those of two.
#[derive(Clone, Copy, Debug)]
pub struct Members(pub &'static LazyLock<Vec<Member>>);

impl PartialEq for Members {
    fn eq(&self, other: &Members) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Members {
    /// All entries of a catalogue but those that have members themselves.
    pub fn of<T: ?Sized>(catalogue: &[Entry<T>]) -> Vec<Member> {
        let all = catalogue.iter().map(|entry| Member { name: entry.name, parameters: (entry.parameters)() });
        all.filter(|member| place(&member.parameters).is_none()).collect()
    }

    /// The one of this name.
    pub fn find(&self, name: &str) -> Option<&'static Member> {
        self.0.iter().find(|member| member.name == name)
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|member| member.name)
    }

    /// Builds the entry of this name from its arguments.
    ///
    /// # Errors
    /// What its own build refuses.
    pub fn build<T: ?Sized>(
        catalogue: &[Entry<T>],
        name: &'static str,
        arguments: &[Value],
    ) -> Result<Box<T>, super::Invalid> {
        let unknown = super::Invalid { parameter: name, expected: "must be a name of this catalogue" };
        let entry = catalogue.iter().find(|entry| entry.name == name).ok_or(unknown)?;
        (entry.build)(arguments)
    }
}

/// Where the name of a member stands among parameters.
fn place(parameters: &[Parameter]) -> Option<(usize, Members)> {
    parameters.iter().enumerate().find_map(|(place, parameter)| match parameter.kind {
        Kind::Member(members) => Some((place, members)),
        _ => None,
    })
}

impl<T: ?Sized> Entry<T> {
    /// Its parameters where `given` says which argument a parameter has: with a member those of this stand after its name.
    pub fn parameters_given<'v>(&self, given: impl Fn(&str) -> Option<&'v str>) -> Vec<Parameter> {
        let mut parameters = (self.parameters)();
        if let Some((place, members)) = place(&parameters)
            && let Some(member) = given(parameters[place].name).and_then(|name| members.find(name))
        {
            parameters.truncate(place + 1);
            parameters.extend(member.parameters.iter().cloned());
        }
        parameters
    }

    /// The name of what has this parameter: of the member or of the entry.
    pub fn owner<'v>(&self, parameter: &str, given: impl Fn(&str) -> Option<&'v str>) -> &'static str {
        let own = (self.parameters)();
        let Some((place, members)) = place(&own) else { return self.name };
        let member = given(own[place].name).and_then(|name| members.find(name));
        let is_own = own[..=place].iter().any(|one| one.name == parameter);
        member.filter(|_| !is_own).map_or(self.name, |member| member.name)
    }

    /// Its parameters where these are its arguments, or some of them.
    pub fn parameters_of(&self, arguments: &[(&str, Value)]) -> Vec<Parameter> {
        self.parameters_given(|name| {
            let argument = arguments.iter().find(|(argument, _)| *argument == name);
            argument.map(|(_, value)| value.word())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Choice;
    use super::*;
    use crate::space::estimator::CATALOGUE;

    fn of(name: &str, given: &[(&str, Value)]) -> String {
        let entry = CATALOGUE.iter().find(|entry| entry.name == name).unwrap();
        Choice::new(entry, given).map_or_else(|invalid| invalid.to_string(), |choice| choice.to_string())
    }

    #[test]
    fn parameters_of_a_member_stand_after_its_name() {
        let members = ("members", Value::Whole(3));
        let alone =
            "ensemble(members=3, points=0, scheme=disjoint, weights=equal, lambda=0, intercept=false)";
        assert_eq!(of("ensemble", std::slice::from_ref(&members)), alone);
        let lasso = [members.clone(), ("member", Value::Word("lasso")), ("lambda", Value::Real(0.5))];
        let told = "ensemble(members=3, points=0, scheme=disjoint, weights=equal, member=lasso, lambda=0.5, intercept=false)";
        assert_eq!(of("ensemble", &lasso), told);
        assert_eq!(of("ensemble", &lasso[..2]), "lambda: must be given");
        let zero = [lasso[0].clone(), lasso[1].clone(), ("lambda", Value::Real(0.0))];
        assert_eq!(of("ensemble", &zero), "lambda: is out of its bounds");
        let layers = [members, ("member", Value::Word("random_features")), ("features", Value::Whole(9))];
        let layers = [&layers[..], &[("layers", Value::Whole(2))]].concat();
        assert_eq!(of("ensemble", &layers), "layers: is for map: relu");
    }

    #[test]
    fn no_name_is_that_of_two_parameters() {
        fn check<T: ?Sized>(catalogue: &[Entry<T>]) {
            for entry in catalogue {
                let parameters = (entry.parameters)();
                let Some((place, members)) = place(&parameters) else { continue };
                assert!(members.names().count() > 5, "{}", entry.name);
                for member in members.0.iter() {
                    let own = &parameters[..=place];
                    let twice =
                        member.parameters.iter().find(|one| own.iter().any(|two| one.name == two.name));
                    assert!(twice.is_none(), "{}: {} of {}", entry.name, twice.unwrap().name, member.name);
                }
            }
        }
        check(CATALOGUE);
        check(crate::estimator::CATALOGUE);
    }
}
