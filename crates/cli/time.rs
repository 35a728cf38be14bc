//! Times as people and batch systems write them.

use crate::exit::Failure;
use std::time::Duration;

/// What is accepted, for error messages.
const ACCEPTED: &str = "expected a time such as 90s, 30m, 8h, \"1h 30m\", or as Slurm writes it: 08:00:00 \
                        (hours:minutes:seconds), 30:00 (minutes:seconds), 1-12:00:00 (days-hours:minutes:seconds)";

/// Reads the time that a flag was given.
///
/// # Errors
/// The text is no time; says what is accepted.
pub fn read(flag: &str, text: &str) -> Result<Duration, Failure> {
    let text = text.trim();
    let digits = text.ends_with(|c: char| c.is_ascii_digit());
    if digits && text.parse::<f64>().is_ok_and(|number| number >= 0.0) {
        // Slurm means minutes, `timeout` and `sleep` mean seconds.
        return Err(Failure::Usage(format!(
            "{flag} {text} has no unit: write {text}s for seconds, {text}m for minutes, {text}h for hours"
        )));
    }
    let clock = text.contains(':') || text.split_once('-').is_some_and(|(days, _)| whole(days).is_some());
    let time = if clock { slurm(text) } else { humantime::parse_duration(text).ok() };
    time.ok_or_else(|| Failure::Usage(format!("{flag} {text}: {ACCEPTED}")))
}

/// Days-hours, days-hours:minutes, days-hours:minutes:seconds, hours:minutes:seconds or minutes:seconds.
fn slurm(text: &str) -> Option<Duration> {
    let (days, clock) = text.split_once('-').map_or((None, text), |(days, clock)| (Some(days), clock));
    let parts = clock.split(':').map(whole).collect::<Option<Vec<u64>>>()?;
    let (days, hours, minutes, seconds) = match (days, &*parts) {
        (Some(days), [hours]) => (whole(days)?, *hours, 0, 0),
        (Some(days), [hours, minutes]) => (whole(days)?, *hours, *minutes, 0),
        (Some(days), [hours, minutes, seconds]) => (whole(days)?, *hours, *minutes, *seconds),
        (None, [hours, minutes, seconds]) => (0, *hours, *minutes, *seconds),
        (None, [minutes, seconds]) => (0, 0, *minutes, *seconds),
        _ => return None,
    };
    // The leading part may be as large as one likes, 90:00 is an hour and a half; those that follow carry.
    let carried = seconds < 60 && (parts.len() == 2 && text.len() == clock.len() || minutes < 60);
    if !carried || (text.len() > clock.len() && hours >= 24) {
        return None;
    }
    let hours = days.checked_mul(24)?.checked_add(hours)?;
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    Some(Duration::from_secs(minutes.checked_mul(60)?.checked_add(seconds)?))
}

/// A whole number written with digits alone.
fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<u64> {
        read("--max-time", text).ok().map(|time| time.as_secs())
    }

    #[test]
    fn times_of_people_and_of_slurm() {
        let cases = [
            ("90s", 90),
            ("30m", 1_800),
            ("8h", 28_800),
            ("1h 30m", 5_400),
            ("08:00:00", 28_800),
            ("8:00:00", 28_800),
            ("100:00:00", 360_000),
            ("30:00", 1_800),
            ("90:00", 5_400),
            ("1-12", 129_600),
            ("1-12:30", 131_400),
            ("1-12:00:00", 129_600),
            ("0-00:00:05", 5),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_says_what_is() {
        let wrong = [
            "",
            "soon",
            "8:00:00:00",
            "1-24:00:00",
            "8:60:00",
            "8:00:60",
            "1-",
            "-1:00",
            ":30",
            "1-1-1",
            "99999999999999999999:00",
            "1-12:+5",
            "400000000000000000-0",
        ];
        for text in wrong {
            let said = read("--max-time", text).unwrap_err().to_string();
            assert!(said.starts_with("--max-time") && said.contains("08:00:00"), "{text}: {said}");
        }
        let said = read("--trial-time", "90").unwrap_err().to_string();
        assert_eq!(
            said,
            "--trial-time 90 has no unit: write 90s for seconds, 90m for minutes, 90h for hours"
        );
    }
}
