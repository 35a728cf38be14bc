//! Any bytes are points with finite numbers in order of x, or have a message.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../../crates/cli/data/mod.rs"]
mod data;

/// What the reader asks of the program's errors, so that the program itself need not be built.
mod exit {
    #[derive(Debug)]
    #[allow(dead_code, reason = "a failure that is no message is printed")]
    pub enum Failure {
        Data(String),
        Usage(String),
        File { place: String, source: std::io::Error },
    }

    impl From<tempered_store::Unusable> for Failure {
        fn from(error: tempered_store::Unusable) -> Failure {
            match error {
                tempered_store::Unusable::File { place, source } => Failure::File { place, source },
                tempered_store::Unusable::Content(what) => Failure::Data(what),
            }
        }
    }
}

/// What the reader asks of the command line.
mod args {
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[allow(dead_code, reason = "one of them is tried")]
    pub enum Ties {
        Error,
        Mean,
    }
}

/// The points of a file whose ties are errors.
fn sorted(path: &std::path::Path) -> Result<(Vec<f64>, Vec<f64>), exit::Failure> {
    data::Source::new(path, None)?.sample(("x", "y"), (args::Ties::Error, false))
}

fuzz_target!(init: tempered_fuzz::only_uncaught_panics(), |bytes: &[u8]| {
    tempered_fuzz::with_file(bytes, ".csv", |path| match sorted(path) {
        Ok((x, y)) => {
            assert_eq!(x.len(), y.len());
            assert!(x.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(x.iter().chain(&y).all(|value| value.is_finite()));
        }
        Err(exit::Failure::Data(message)) => assert!(!message.is_empty()),
        Err(error) => panic!("{error:?}"),
    });
});
