//! Tables for papers.

use super::cells::{Cell, Table};
use crate::formula;

impl Table {
    /// The columns for people, with four digits, as a `longtable` with the rules of `booktabs`.
    pub fn latex(&self) -> String {
        table(self)
    }
}

/// A `longtable`, which may run over pages.
fn table(table: &Table) -> String {
    let shown = table.shown();
    let line = |cells: Vec<String>| format!("{} \\\\\n", cells.join(" & "));
    let align: String = shown.iter().map(|&at| if table.is_text(at) { 'l' } else { 'r' }).collect();
    let head = line(shown.iter().map(|&at| escape(&table.columns[at].name.replace('_', " "))).collect());
    let mut out = String::from("% \\usepackage{booktabs,longtable}\n");
    out += &format!("\\begin{{longtable}}{{{align}}}\n\\caption{{{}}}\\\\\n", escape(&table.caption));
    out += &format!("\\toprule\n{head}\\midrule\n\\endhead\n\\bottomrule\n\\endlastfoot\n");
    for row in &table.rows {
        out += &line(shown.iter().map(|&at| cell(&row[at])).collect());
    }
    out + "\\end{longtable}\n"
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => escape(text),
        Cell::Formula(law) => formula::latex(law),
        other => number(&other.short()),
    }
}

/// A number as it is written elsewhere, with LaTeX for what is beyond ASCII.
fn number(text: &str) -> String {
    let (base, power) = text.split_once(" × 10").unwrap_or((text, ""));
    let mut power: String = power.chars().map(lowered).collect();
    let dagger = if power.contains('†') || base.contains('†') { "\\textsuperscript{\\dag}" } else { "" };
    power.retain(|c| c != '†');
    let base = base.replace('†', "").replace('−', "-").replace('∞', "\\infty ").replace(',', "{,}");
    match (base.as_str(), power.as_str()) {
        ("–", _) => "--".to_owned(),
        (_, "") => format!("${}${dagger}", base.trim_end()),
        _ => format!("${base}\\times 10^{{{power}}}${dagger}"),
    }
}

/// A character out of its superscript.
fn lowered(c: char) -> char {
    let pairs = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻".chars().zip("0123456789-".chars());
    pairs.into_iter().find(|(raised, _)| *raised == c).map_or(c, |(_, plain)| plain)
}

/// Text in which LaTeX sees no commands.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out += "\\textbackslash{}",
            '~' => out += "\\textasciitilde{}",
            '^' => out += "\\textasciicircum{}",
            '<' => out += "\\textless{}",
            '>' => out += "\\textgreater{}",
            '|' => out += "\\textbar{}",
            '†' => out += "\\textsuperscript{\\dag}",
            '–' => out += "--",
            '−' => out += "$-$",
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        assert_eq!(escape(r"50% & \x_{1} ~$"), r"50\% \& \textbackslash{}x\_\{1\} \textasciitilde{}\$");
    }

    #[test]
    fn numbers_are_formulas() {
        let cases = [
            (Cell::Number(Some(-3.43e-9)), r"$-3.43\times 10^{-9}$"),
            (Cell::Untrusted(12.0), r"$12.00$\textsuperscript{\dag}"),
            (Cell::Untrusted(1e300), r"$1\times 10^{300}$\textsuperscript{\dag}"),
            (Cell::Number(Some(f64::INFINITY)), r"$\infty$"),
            (Cell::Number(None), "--"),
            (Cell::Whole(100_000), r"$100{,}000$"),
        ];
        for (value, text) in cases {
            assert_eq!(cell(&value), text);
        }
    }
}
