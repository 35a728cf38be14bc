//! A figure on the page.

use maud::{Markup, PreEscaped, html};

use super::choices::class_of;
use super::context::Context;
use crate::Figure;
use crate::figure::Kind;

/// A figure with its caption.
pub(super) fn figure(context: &Context<'_>, figure: &Figure, caption: &Markup) -> Markup {
    let markup = figure.markup();
    let view = format!("0 0 {} {}", markup.width, markup.height);
    let class = match figure.kind {
        Kind::Tail { n, .. } | Kind::Histogram { n, .. } => format!("of-n n{n}"),
        Kind::Curve { panel } => class_of(context, panel).unwrap_or_default(),
        _ => String::new(),
    };
    html! {
        figure class=[(!class.is_empty()).then_some(class)] id=(figure.name) {
            svg viewBox=(view) role="img" aria-label=(figure.description) xmlns="http://www.w3.org/2000/svg" { (PreEscaped(markup.inner)) }
            figcaption { (caption) }
        }
    }
}
