//! Reading messages from a stream.

use crate::answer::Answer;
use safetensors::tensor::Metadata;
use std::io::{self, Read};

/// A header is a few hundred bytes, and longer where it carries the texts of failed trials. A line of text that is read as a
/// length is 10^18 and more.
const LONGEST_HEADER: u64 = 16 << 20;
/// Bytes of data at most: a batch of 64 trials with a million numbers each.
const LONGEST_DATA: usize = 4 << 30;

/// Why the next message could not be read.
#[derive(Debug, PartialEq)]
pub(crate) enum Fault {
    /// The stream ended between two messages.
    End,
    /// The stream ended within one.
    Torn,
    /// What came is no message.
    Garbled(String),
}

/// Reads the next message.
pub(crate) fn read(from: &mut impl Read) -> Result<Answer, Fault> {
    let mut length = [0; 8];
    fill(from, &mut length, true)?;
    let header_length = u64::from_le_bytes(length);
    if header_length > LONGEST_HEADER {
        return Err(Fault::Garbled(text_instead(length, from)));
    }
    let mut header = vec![0; usize::try_from(header_length).unwrap_or(0)];
    fill(from, &mut header, false)?;
    let metadata: Metadata = serde_json::from_slice(&header).map_err(|why| {
        Fault::Garbled(format!("the header of its message is no header of safetensors: {why}"))
    })?;
    let data_length = metadata.data_len();
    if data_length > LONGEST_DATA {
        return Err(Fault::Garbled(format!(
            "its message claims {data_length} bytes; expected at most {LONGEST_DATA}"
        )));
    }
    let mut data = vec![0; data_length];
    fill(from, &mut data, false)?;
    Ok(Answer::new(metadata, data))
}

fn fill(from: &mut impl Read, into: &mut [u8], is_start: bool) -> Result<(), Fault> {
    let mut filled = 0;
    while filled < into.len() {
        match from.read(&mut into[filled..]) {
            Ok(0) if is_start && filled == 0 => return Err(Fault::End),
            Ok(0) => return Err(Fault::Torn),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(Fault::Torn),
        }
    }
    Ok(())
}

/// What a program says that prints text where messages are expected: one read more shows what it is.
fn text_instead(length: [u8; 8], from: &mut impl Read) -> String {
    let mut more = [0; 64];
    let count = from.read(&mut more).unwrap_or(0);
    let bytes: Vec<u8> = length.iter().chain(&more[..count]).copied().collect();
    let text = String::from_utf8_lossy(&bytes);
    let shown: String = text.chars().take_while(|c| !c.is_control()).collect();
    format!(
        "its standard output has {shown:?} where a message is expected; it must print to standard error instead"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;

    #[test]
    fn a_message_is_read_as_it_was_written_and_every_cut_is_found() {
        let (x, trials) = ([1.5, -0.0, f64::NAN], [7, u64::MAX]);
        let mut request = Request::new("fit");
        request.word("parameters", "{\"a\": 1}").wholes("trial", &[2], &trials).reals("x", &[1, 3, 1], &x);
        let mut bytes = Vec::new();
        request.write(&mut bytes).unwrap();
        let answer = read(&mut bytes.as_slice()).unwrap();
        assert_eq!(answer.word("kind"), Some("fit"));
        assert_eq!(answer.wholes("trial", &[2]), Ok(trials.to_vec()));
        let back = answer.reals("x", &[1, 3, 1]).unwrap();
        assert_eq!(back.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), x.map(f64::to_bits));
        assert!(answer.reals("x", &[3]).unwrap_err().contains("[1, 3, 1], but it must be F64 of shape [3]"));
        assert!(answer.reals("y", &[3]).unwrap_err().contains("lacks the array `y`"));
        for cut in 0..bytes.len() {
            let fault = read(&mut &bytes[..cut]).unwrap_err();
            assert_eq!(fault, if cut == 0 { Fault::End } else { Fault::Torn }, "{cut}");
        }
    }

    #[test]
    fn the_documented_message_is_one() {
        let page = include_str!("../docs/protocol.md");
        let dump = page
            .lines()
            .filter(|line| line.len() > 52 && line.as_bytes()[4..6] == *b"  " && line.starts_with('0'));
        let last = page.lines().filter(|line| line.starts_with("0120  "));
        let bytes = dump
            .chain(last)
            .flat_map(|line| line[6..line.len().min(53)].split_whitespace().take(16).map(str::to_owned));
        let bytes: Vec<u8> =
            bytes.filter_map(|byte| u8::from_str_radix(&byte, 16).ok()).take(0x121).collect();
        let answer = read(&mut bytes.as_slice()).unwrap();
        assert_eq!((answer.word("kind"), answer.word("request")), (Some("fit"), Some("2")));
        assert_eq!(answer.octets("status", &[1]), Ok(&[0][..]));
        assert_eq!(answer.reals("weights", &[1, 2]), Ok(vec![1.0, -2.0]));
        assert_eq!(answer.reals("intercept", &[1]), Ok(vec![0.5]));
    }

    #[test]
    fn text_is_told_as_text() {
        let Err(Fault::Garbled(why)) = read(&mut "Hello, world\nmore".as_bytes()) else { panic!() };
        assert!(why.contains("\"Hello, world\""), "{why}");
        let lies = |header: &str| {
            let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
            bytes.extend(header.as_bytes());
            read(&mut bytes.as_slice()).unwrap_err()
        };
        for header in ["", "{", "[1]", r#"{"x": {"dtype": "F64", "shape": [2], "data_offsets": [0, 8]}}"#] {
            assert!(matches!(lies(header), Fault::Garbled(_)), "{header}");
        }
        let large = r#"{"x": {"dtype": "U8", "shape": [9000000000], "data_offsets": [0, 9000000000]}}"#;
        assert!(matches!(lies(large), Fault::Garbled(why) if why.contains("9000000000 bytes")));
    }
}
