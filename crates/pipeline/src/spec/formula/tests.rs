//! Values that Python gives, and what is said of texts that are no formulas.

use super::*;

fn value(text: &str) -> Result<Scalar, String> {
    let of = |name: &str| match name {
        "n" => Some(Scalar::Number(10.0)),
        "noise_sd" => Some(Scalar::Number(0.5)),
        "design" => Some(Scalar::Word("grid".into())),
        _ => None,
    };
    let formula = Formula::parse(text).map_err(|fault| fault.message)?;
    formula.value(&of).map_err(|fault| fault.message)
}

/// Values that Python 3 gives, with `**` for `^`.
#[test]
fn computes_as_python_does() {
    for (text, wanted) in [
        ("round(2 * n)", 20.0),
        ("n^0.5", 10f64.sqrt()),
        ("-n^2", -100.0),
        ("(-n)^2", 100.0),
        ("2^3^2", 512.0),
        ("n^-1", 0.1),
        ("2^-n^2", 2f64.powi(-100)),
        ("2 ** 3 ** 2", 512.0),
        ("1 - 2 - 3", -4.0),
        ("8 / 4 / 2 * 3", 3.0),
        ("7 % 4 - -7 % 4 + 7 % -4", 1.0),
        ("round(0.5) + round(1.5) + round(2.5)", 4.0),
        ("min(n, 3, 7) + max(noise_sd, .25e1)", 5.5),
        ("1e3 + 1.5E-1", 1000.15),
        ("+n - -n", 20.0),
        ("sqrt(abs(-16)) + floor(-0.5) + ceil(0.2)", 4.0),
        ("log2(8) + log10(100) + ln(exp(1)) + log(1)", 6.0),
    ] {
        assert_eq!(value(text), Ok(Scalar::Number(wanted)), "{text}");
    }
    for (text, wanted) in [
        ("n != 10.0", false),
        ("n == 1e1 and noise_sd < 1", true),
        ("1 < noise_sd or not n <= 3 && design == \"grid\"", true),
        ("0 < noise_sd < 1 < n", true),
        ("0 < noise_sd < 0.1", false),
        ("design != 'uniform' and design >= 'a'", true),
        ("!(n > 3) || false", false),
        ("true", true),
    ] {
        assert_eq!(value(text), Ok(Scalar::Truth(wanted)), "{text}");
    }
}

#[test]
fn says_what_is_wrong_and_where() {
    for (text, said) in [
        ("", "expected a number or a name at character 1"),
        ("2 *", "at character 4"),
        ("2 n", "expected an operator instead of `n` at character 3"),
        ("2n", "expected an operator at character 2"),
        ("(n", "expected `)`"),
        ("sin(n)", "`sin`, which is no function"),
        ("sqrt(n, 2)", "sqrt takes one, not 2"),
        ("max(n)", "max takes at least two, not 1"),
        ("'grid", "a word is not closed"),
        ("n + design", "computes with grid, which is a word"),
        ("n and true", "asks whether 10 is true"),
        ("n == design", "compares 10, a number, with grid, a word"),
        ("m + 1", "mentions `m`"),
        ("1e999", "a finite number"),
        ("é + ü", "mentions `é`"),
        ("n + ?", "instead of `?` at character 5"),
    ] {
        let message = value(text).unwrap_err();
        assert!(message.contains(said), "{text}: {message}");
    }
    assert!(value(&"(".repeat(400)).unwrap_err().contains("too many levels"));
    assert!(value(&"-".repeat(400)).unwrap_err().contains("too many levels"));
    assert!(value(&"1+".repeat(400)).unwrap_err().contains("more than 500"));
    let fault = Formula::parse("round(2 * m)").unwrap().check_names(&["n", "noise_sd"]).unwrap_err();
    assert_eq!(fault.help.as_deref(), Some("did you mean `n`?"));
    assert_eq!(Formula::parse("squrt(n)").unwrap_err().help.as_deref(), Some("did you mean `sqrt`?"));
}

#[test]
fn a_misspelt_value_is_no_formula() {
    let known = |name: &str| name == "n";
    for text in ["n", "2*d", "round(x)", "n^-1"] {
        assert!(Formula::looks_like_one(text, known), "{text}");
    }
    for text in ["abc", "true", "", "grid", "nn"] {
        assert!(!Formula::looks_like_one(text, known), "{text}");
    }
}
