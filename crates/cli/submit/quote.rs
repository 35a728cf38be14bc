//! Words as shells, YAML and Python read them.

use crate::exit::Failure;

/// Words of a shell's command line.
pub fn shell(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as it stands where no shell reads it otherwise, in single quotes elsewhere.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A list of strings, as JSON, YAML and Python write it.
pub fn argv(words: &[String]) -> Result<String, Failure> {
    let words = words.iter().map(|word| json(word)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("[{}]", words.join(", ")))
}

/// A string, as JSON, YAML and Python write it.
pub fn json(text: &str) -> Result<String, Failure> {
    serde_json::to_string(text).map_err(|error| Failure::Usage(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_shell_reads_the_words_that_were_quoted() {
        let words = ["plain-1.yaml", "with space", "it's", "$HOME `x` \\ \" *", "", "é\nnew line", "a=b"];
        let words: Vec<String> = words.map(String::from).into();
        let script = format!("printf '%s\\0' {}", shell(&words));
        let read = Command::new("sh").args(["-c", &script]).output().unwrap().stdout;
        let read: Vec<String> =
            read.split(|byte| *byte == 0).map(|word| String::from_utf8(word.into()).unwrap()).collect();
        assert_eq!(read[..words.len()], words);
        assert!(shell(&words).starts_with("plain-1.yaml 'with space'"));
        assert_eq!(argv(&words[..2]).unwrap(), r#"["plain-1.yaml", "with space"]"#);
    }
}
