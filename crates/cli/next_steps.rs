//! Lines to paste: the metrics in Polars and DuckDB.

use std::path::Path;

/// What metrics are grouped by: every coordinate of a trial but its number and swept parameters.
const KEYS: [&str; 5] = ["estimator", "design", "target", "noise", "n"];

/// The medians of every risk, in Python's polars and in DuckDB, whatever the path of the run directory; `swept` are the
/// columns of swept parameters. Of trials without risks the means of these metrics.
pub fn next_steps(path: &Path, swept: &[&str], metrics: &[String]) -> String {
    let keys: Vec<&str> = KEYS.iter().chain(swept).copied().collect();
    let [of_polars, of_duckdb] = match metrics {
        [] => [r#"median("^risk_.*$")"#.to_owned(), "median(COLUMNS('risk_.*'))".to_owned()],
        // Names of metrics are words.
        _ => {
            let all = metrics.join("|");
            [format!(r#"mean("^({all})$")"#), format!("avg(COLUMNS('^({all})$'))")]
        }
    };
    format!("polars: {}\nduckdb: {}\n", polars(path, &keys, &of_polars), duckdb(path, &keys, &of_duckdb))
}

/// Polars looks for `key=value` below the folder that it is given, and takes its name as it is.
fn polars(path: &Path, keys: &[&str], of: &str) -> String {
    let folder = serde_json::Value::from(path.join("metrics").to_string_lossy());
    let keys = keys.iter().map(|key| format!("\"{key}\"")).collect::<Vec<_>>().join(", ");
    format!(
        "pl.scan_parquet({folder}, hive_partitioning=True).group_by({keys}).agg(pl.{of}).sort({keys}).collect()"
    )
}

/// DuckDB looks for `key=value` in the whole path, where folders above the run would pass for columns: then keys are read
/// from the names of files, the last of each kind.
fn duckdb(path: &Path, keys: &[&str], what: &str) -> String {
    // `lambda` is a word of its language.
    let keys: Vec<String> = keys
        .iter()
        .map(|key| if KEYS.contains(key) { (*key).to_owned() } else { format!("\"{key}\"") })
        .collect();
    let text = path.to_string_lossy();
    // It takes a backslash for a separator, whatever stands before it.
    let (folder, note) = match text.contains('\\') {
        true => (String::new(), format!("  -- in {text}")),
        false => (format!("{}/", literal(&text)), String::new()),
    };
    let glob = format!("'{folder}metrics/**/*.parquet'");
    let (keys, options) = if folder.contains('=') {
        let of = |key: &str, value: &str| format!("regexp_extract(filename, '.*/{key}=({value})/', 1)");
        let keys = keys.iter().map(|key| match key.as_str() {
            "estimator" => format!("{} AS estimator", of(key, "[^/]*")),
            "n" => format!("{}::BIGINT AS n", of(key, "[0-9]*")),
            key => key.into(),
        });
        (keys.collect::<Vec<_>>().join(", "), "filename = true, hive_partitioning = false")
    } else {
        (keys.join(", "), "hive_partitioning = true")
    };
    format!("SELECT {keys}, {what} FROM read_parquet({glob}, {options}) GROUP BY ALL ORDER BY ALL;{note}")
}

/// Text inside an SQL string in which a glob sees no patterns.
fn literal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '*' | '?' | '[' => out.extend(['[', c, ']']),
            '\'' => out.push_str("''"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_and_keys_are_those_of_the_run() {
        let lines = next_steps(Path::new("it's \"a\" [1]*?"), &[], &[]);
        assert!(lines.contains(r#"pl.scan_parquet("it's \"a\" [1]*?/metrics", "#), "{lines}");
        assert!(lines.contains("read_parquet('it''s \"a\" [[]1][*][?]/metrics/**/*.parquet', "), "{lines}");
        assert!(lines.contains("SELECT estimator, design, target, noise, n, "), "{lines}");
        for above in ["n=5/run", "estimator=x/run", "design=grid/run"] {
            let lines = next_steps(Path::new(above), &["width"], &[]);
            assert!(lines.contains("hive_partitioning = false") && lines.contains("AS estimator"), "{lines}");
            assert!(lines.contains("AS n, \"width\", median"), "{lines}");
        }
        let lines = next_steps(Path::new("a\\b"), &[], &[]);
        assert!(lines.contains(r#""a\\b/metrics""#), "{lines}");
        assert!(lines.contains("read_parquet('metrics/**/*.parquet', "), "{lines}");
        assert!(lines.ends_with("-- in a\\b\n"), "{lines}");
        let lines = next_steps(Path::new("a"), &[], &["low".into(), "high".into()]);
        assert!(
            lines.contains(r#"pl.mean("^(low|high)$")"#) && lines.contains("avg(COLUMNS('^(low|high)$'))"),
            "{lines}"
        );
    }
}
