//! Every figure of a report, in the order of the page.

use kuva::render::render::Scene;

use super::canvas::{self, Markup};
use super::curve::{PlacedCurve, curve};
use super::drawing::Drawing;
use super::ink::Medium;
use super::map::{self, Tiles};
use super::name::Names;
use super::risk::Placed;
use super::{law, risk, trial};
use crate::number;
use crate::panel::{Panel, panels};
use crate::quantity;
use crate::setting::{Setting, Settings};
use crate::{Error, Report};

/// What a figure shows; the numbers are places in `Report::exponents`, `Report::sizes` and `Report::trials`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A quantity along a coordinate, by the place of the panel in [`panels`].
    Curve { panel: usize },
    /// A quantity over two coordinates, by its place in `Report::maps`.
    Map { map: usize },
    /// The risk against n.
    Risk { p: usize },
    /// The risk divided by a power of n.
    Scaled { p: usize },
    /// The tail at one n.
    Tail { p: usize, n: usize },
    /// The histogram at one n.
    Histogram { p: usize, n: usize },
    /// One training set.
    Trial { trial: usize },
}

/// A figure: the same drawing for the page, for SVG and for PNG.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The stem of its file names, such as `risk-uniform-p2`.
    pub name: String,
    /// What it shows, in a sentence.
    pub description: String,
    pub(crate) kind: Kind,
    body: Body,
}

/// What a figure is drawn from.
#[derive(Clone, Debug, PartialEq)]
enum Body {
    Drawing(Drawing),
    Tiles(Tiles),
}

impl Figure {
    /// An SVG file, dark on white.
    pub fn svg(&self) -> String {
        canvas::svg(&self.scene(Medium::Svg))
    }

    /// A PNG file, dark on white.
    ///
    /// # Errors
    ///
    /// [`Error::Raster`] if the plotting library gives up.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        canvas::png(&self.scene(Medium::Png))
            .map_err(|message| Error::Raster { figure: self.name.clone(), message })
    }

    /// The markup for a page.
    pub(crate) fn markup(&self) -> Markup {
        canvas::markup(&self.scene(Medium::Page), &self.name)
    }

    fn scene(&self, medium: Medium) -> Scene {
        match &self.body {
            Body::Drawing(drawing) => canvas::scene(drawing, medium),
            Body::Tiles(tiles) => map::scene(tiles, medium),
        }
    }
}

/// Every figure of a report, in the order of the page.
pub fn figures(report: &Report) -> Vec<Figure> {
    let mut gallery =
        Gallery { report, settings: Settings::of(report), names: Names::default(), figures: vec![] };
    for (at, panel) in panels(report).into_iter().enumerate() {
        gallery.add_curves(at, panel);
    }
    for at in 0..report.maps.len() {
        gallery.add_map(at);
    }
    for p in 0..report.exponents().len() {
        for at in 0..gallery.settings.all.len() {
            gallery.add_series(p, gallery.settings.all[at]);
        }
    }
    for at in 0..report.trials.len() {
        gallery.add_trial(at);
    }
    gallery.figures
}

struct Gallery<'a> {
    report: &'a Report,
    settings: Settings<'a>,
    names: Names,
    figures: Vec<Figure>,
}

impl<'a> Gallery<'a> {
    /// The figure of the curves of one panel.
    fn add_curves(&mut self, at: usize, panel: Panel<'a>) {
        let estimators = self.report.estimators();
        let place = |name: &str| estimators.iter().position(|&other| other == name);
        let curves = self.report.curves.iter().filter(|curve| Panel::of(curve) == panel);
        let placed: Vec<PlacedCurve<'_>> =
            curves.filter_map(|curve| Some((place(&curve.estimator)?, curve))).collect();
        let Some((_, first)) = placed.first() else { return };
        let (settings, along) = (Settings::of_curves(self.report), first.along.as_str());
        let title = panel.title(&settings);
        let who: Vec<&str> = placed.iter().map(|(_, curve)| curve.estimator.as_str()).collect();
        let heading = quantity::heading(panel.quantity);
        let words = match title.is_empty() {
            true => format!("{heading} along {along}, {} of {}", first.statistic, who.join(", ")),
            false => format!("{heading} along {along}, {title}, {} of {}", first.statistic, who.join(", ")),
        };
        let mut name = vec!["along".to_owned(), along.to_owned(), panel.quantity.to_owned()];
        name.extend(settings.parts(panel.setting).iter().map(|part| part.replace(" design", "")));
        name.extend(panel.n.map(|n| format!("n{n}")));
        let Some(drawing) = curve(title, &placed) else { return };
        let name = self.names.take(&name);
        let (kind, body) = (Kind::Curve { panel: at }, Body::Drawing(drawing));
        self.figures.push(Figure { name, description: words, kind, body });
    }

    /// The figure of one map.
    fn add_map(&mut self, at: usize) {
        let map = &self.report.maps[at];
        let mut title = map.estimator.clone();
        if !map.data.is_empty() {
            title += &format!(", {}", map.data);
        }
        let (across, up) = (&map.across.name, &map.up.name);
        let heading = quantity::heading(&map.quantity);
        let words = format!("{heading} over {across} and {up}, {title}, {}", map.statistic);
        let parts = ["map", across, up, &map.quantity, &map.estimator, &map.data].map(str::to_owned);
        let name = self.names.take(&parts);
        let (kind, body) = (Kind::Map { map: at }, Body::Tiles(Tiles { title, map: map.clone() }));
        self.figures.push(Figure { name, description: words, kind, body });
    }

    /// The figures of one risk in one setting.
    fn add_series(&mut self, p: usize, setting: Setting<'a>) {
        let label = self.report.exponents()[p];
        let series = self.series(label, setting);
        if series.is_empty() {
            return;
        }
        let symbol = quantity::symbol(label);
        let title = self.settings.title(setting);
        let who = listed(&series);
        // A single size is no curve.
        let several = series.iter().any(|(_, series)| series.levels.len() > 1);
        let of_risk = several.then(|| risk::risk(title.clone(), label, &series));
        let words = format!("{symbol} against n in the {title}, median and quartiles of {who}");
        self.push(Kind::Risk { p }, setting, &[format!("p{label}")], words, of_risk);
        let settling: Vec<Placed<'_>> = series.iter().copied().filter(|(_, s)| s.scaling.is_some()).collect();
        let words = format!("{symbol} divided by a power of n in the {title}, for {}", listed(&settling));
        self.push(
            Kind::Scaled { p },
            setting,
            &[format!("p{label}")],
            words,
            risk::scaled(title.clone(), &settling),
        );
        for (at, n) in self.report.sizes().into_iter().enumerate() {
            let title = format!("{title}, n = {}", number::whole(n));
            let parts = [format!("p{label}"), format!("n{n}")];
            let words = format!("Share of trials with {symbol} above a value in the {title}, for {who}");
            let tail = law::tail(title.clone(), label, n, &series);
            self.push(Kind::Tail { p, n: at }, setting, &parts, words, tail);
            let words = format!("Histogram of {symbol} in the {title}, for {who}");
            let histogram = law::histogram(title, label, n, &series);
            self.push(Kind::Histogram { p, n: at }, setting, &parts, words, histogram);
        }
    }

    /// The figure of one trial.
    fn add_trial(&mut self, at: usize) {
        let (report, drawn) = (self.report, &self.report.trials[at]);
        let setting = Setting::of_trial(drawn);
        let estimators = report.estimators();
        let place = |name: &str| estimators.iter().position(|&other| other == name).unwrap_or(0);
        let title =
            format!("{}: {}, n = {}", drawn.title, self.settings.title(setting), number::whole(drawn.n));
        let words = format!("Training data, target and predictors, {title}, trial {}", drawn.trial);
        let parts = [drawn.title.clone(), format!("n{}", drawn.n)];
        let drawing = trial::trial(title, drawn, place);
        self.push(Kind::Trial { trial: at }, setting, &parts, words, Some(drawing));
    }

    /// The series of one risk in one setting with their estimators' places.
    fn series(&self, p: &str, setting: Setting<'a>) -> Vec<Placed<'a>> {
        let estimators = self.report.estimators();
        let of = |series: &'a crate::Series| {
            let place = estimators.iter().position(|&name| name == series.estimator);
            place.filter(|_| series.p == p && Setting::of(series) == setting).map(|place| (place, series))
        };
        self.report.series.iter().filter_map(of).collect()
    }

    fn push(
        &mut self,
        kind: Kind,
        setting: Setting<'a>,
        parts: &[String],
        words: String,
        drawing: Option<Drawing>,
    ) {
        let Some(drawing) = drawing else { return };
        let word = match kind {
            Kind::Curve { .. } => "along",
            Kind::Map { .. } => "map",
            Kind::Risk { .. } => "risk",
            Kind::Scaled { .. } => "scaled",
            Kind::Tail { .. } => "tail",
            Kind::Histogram { .. } => "histogram",
            Kind::Trial { .. } => "trial",
        };
        let mut name = vec![word.to_owned()];
        name.extend(self.settings.parts(setting).iter().map(|part| part.replace(" design", "")));
        name.extend_from_slice(parts);
        let name = self.names.take(&name);
        self.figures.push(Figure { name, description: words, kind, body: Body::Drawing(drawing) });
    }
}

/// The estimators in words.
fn listed(series: &[Placed<'_>]) -> String {
    series.iter().map(|(_, s)| s.estimator.as_str()).collect::<Vec<_>>().join(", ")
}
