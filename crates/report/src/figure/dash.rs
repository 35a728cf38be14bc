//! Lines cut into dashes: the library starts a pattern anew at every point when it makes pixels.

use super::drawing::Drawing;

/// The width and height of the area between the axes, roughly.
const AREA: (f64, f64) = (360.0, 190.0);

/// The distance of two positions in units of the figure, roughly.
pub(super) fn distance(drawing: &Drawing, from: (f64, f64), to: (f64, f64)) -> f64 {
    let x = drawing.x.share(to.0) - drawing.x.share(from.0);
    let y = drawing.y.share(to.1) - drawing.y.share(from.1);
    (x * AREA.0).hypot(y * AREA.1)
}

/// The dashes of a line through positions; the line itself for a solid one.
pub(super) fn dashes(drawing: &Drawing, run: &[(f64, f64)], dash: &[f64]) -> Vec<Vec<(f64, f64)>> {
    if dash.is_empty() {
        return vec![run.to_vec()];
    }
    let mut dashes: Vec<Vec<(f64, f64)>> = vec![run.iter().take(1).copied().collect()];
    let (mut phase, mut left) = (0, dash[0]);
    for pair in run.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = distance(drawing, from, to);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let at = |axis: &super::axis::Axis, from, to| axis.between(from, to, done / length);
            let turn = (at(&drawing.x, from.0, to.0), at(&drawing.y, from.1, to.1));
            if phase % 2 == 0 {
                push(&mut dashes, turn);
            } else {
                dashes.push(vec![turn]);
            }
            phase += 1;
            left = dash[phase % dash.len()];
        }
        left -= length - done;
        if phase % 2 == 0 {
            push(&mut dashes, to);
        }
    }
    dashes
}

fn push(dashes: &mut [Vec<(f64, f64)>], point: (f64, f64)) {
    if let Some(dash) = dashes.last_mut() {
        dash.push(point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::axis::Axis;

    #[test]
    fn dashes_run_on_over_points() {
        let axis = |label| Axis::linear(label, [0.0, 1.0].into_iter());
        let drawing =
            Drawing { title: String::new(), x: axis("x"), y: axis("y"), marks: vec![], legend: vec![] };
        let run: Vec<(f64, f64)> = (0..=100).map(|i| (f64::from(i) / 100.0, 0.5)).collect();
        let length = distance(&drawing, run[0], run[100]);
        let dashes = dashes(&drawing, &run, &[7.0, 3.0]);
        assert_eq!(dashes.len(), (length / 10.0).ceil() as usize);
        for dash in &dashes[..dashes.len() - 1] {
            let drawn = distance(&drawing, dash[0], dash[dash.len() - 1]);
            assert!((drawn - 7.0).abs() < 1e-9, "{drawn}");
        }
    }
}
