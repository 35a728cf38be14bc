//! Curves that are drawn in one figure.

use crate::number::whole;
use crate::setting::{Setting, Settings};
use crate::{Curve, Report};

/// What the curves of one figure have in common: a quantity, the data and, unless curves go along it, the sample size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Panel<'a> {
    pub(crate) quantity: &'a str,
    pub(crate) setting: Setting<'a>,
    pub(crate) n: Option<u64>,
}

impl<'a> Panel<'a> {
    pub(crate) fn of(curve: &'a Curve) -> Self {
        Panel { quantity: &curve.quantity, setting: Setting::of_curve(curve), n: curve.n }
    }

    /// Its data in one line, as they differ from those of the others.
    pub(crate) fn title(&self, settings: &Settings<'a>) -> String {
        let size = self.n.map(|n| format!("n = {}", whole(n)));
        settings.parts(self.setting).into_iter().chain(size).collect::<Vec<_>>().join(", ")
    }

    /// Its data, whatever the quantity.
    pub(crate) fn data(&self) -> (Setting<'a>, Option<u64>) {
        (self.setting, self.n)
    }
}

/// The panels of a report, quantity by quantity in order of first appearance.
pub(crate) fn panels(report: &Report) -> Vec<Panel<'_>> {
    let mut panels: Vec<Panel<'_>> = Vec::new();
    for quantity in report.quantities() {
        for panel in report.curves.iter().map(Panel::of).filter(|panel| panel.quantity == quantity) {
            if !panels.contains(&panel) {
                panels.push(panel);
            }
        }
    }
    panels
}
