//! Risks of two-layer ReLU networks on normal points.

use super::arc::weighted;
use crate::space::ReluUnits;
use crate::space::dense::{Matrix, dot, product_of_rows};
use std::f64::consts::PI;

/// Beyond this ratio of Σ_ij |a_i a_j| ‖u_i‖ ‖u_j‖ to E f̂² rounding has taken eight digits of it.
const CANCELLED: f64 = 1e8;
/// Units whose angles to all others are computed at a time: of a thousand units these are half a megabyte, which stays in a
/// second-level cache.
const PANEL: usize = 64;

/// E (f(x) − w*·x)² of a sum f of such networks, for x ~ N(0, diag(λ)); no weights mean 0. `None` where rounding decides it.
///
/// # Formula
/// E (u·x)₊ (v·x)₊ = ‖u‖ ‖v‖ J(cos θ)/(2π), J(cos θ) = sin θ + (π − θ) cos θ, with lengths and the angle θ of λ^½ u and λ^½ v;
/// E (u·x)₊ w*·x = u·λw*/2. Hence R_2 = Σ_ij b_i b_j J(c_ij)/(2π) − Σ_j a_j u_j·λw* + w*·λw*, b_j = a_j ‖λ^½ u_j‖.
/// # Errors
/// None; the caller takes draws where the result is `None`.
/// # Cost
/// k² (d/2 + 8) multiplications and additions for k units, 8 k (d + 64) bytes.
/// # Accuracy
/// ε Σ_ij |b_i b_j|, absolute: eight digits or more.
/// # Source
/// Cho & Saul, NIPS 22 (2009).
pub(super) fn square(parts: &[ReluUnits<'_>], truth: &[f64], spectrum: &[f64]) -> Option<f64> {
    let (d, k) = (spectrum.len(), parts.iter().map(|part| part.outer.len()).sum());
    let fits = |part: &ReluUnits<'_>| part.inner.len() == part.outer.len() * d;
    if k == 0 || !parts.iter().all(fits) || !(truth.is_empty() || truth.len() == d) {
        return None;
    }
    // λ^½ u_j as rows of length 1.
    let mut rows = vec![0.0; k * d];
    let mut first = 0;
    for part in parts {
        let last = first + part.outer.len();
        part.put_rows(d, &mut rows[first * d..last * d]);
        first = last;
    }
    let roots: Vec<f64> = spectrum.iter().map(|lambda| lambda.sqrt()).collect();
    let mut b = Vec::with_capacity(k);
    for (row, a) in rows.chunks_exact_mut(d).zip(parts.iter().flat_map(|part| part.outer)) {
        row.iter_mut().zip(&roots).for_each(|(u, root)| *u *= root);
        let length = dot(row, row).sqrt();
        if length > 0.0 {
            row.iter_mut().for_each(|u| *u /= length);
        }
        b.push(a * length);
    }
    let mut whole = pairs(&rows, d, &b);
    whole /= 2.0 * PI;
    let size: f64 = b.iter().map(|b| b.abs()).sum();
    if !whole.is_finite() || size * size > CANCELLED * whole {
        return None;
    }
    let along: Vec<f64> = truth.iter().zip(spectrum).map(|(w, lambda)| w * lambda).collect();
    let mut row = Vec::new();
    let mut cross = |part: &ReluUnits<'_>| -> f64 {
        let along = along.iter().enumerate().map(|(i, w)| {
            row.clear();
            row.extend(part.along(i, d));
            w * dot(&row, part.outer)
        });
        along.sum()
    };
    let cross: f64 = parts.iter().map(&mut cross).sum();
    let square = whole - cross + dot(&along, truth);
    // What is left of a difference of the two.
    (square * CANCELLED > size * size).then_some(square)
}

/// Σ_ij b_i b_j J(u_i·u_j) for rows u of length 1, so many numbers each.
fn pairs(rows: &[f64], width: usize, b: &[f64]) -> f64 {
    let (mut cosines, mut whole) = (Vec::new(), 0.0);
    for first in (0..b.len()).step_by(PANEL) {
        let last = b.len().min(first + PANEL);
        let (panel, all) = (&rows[first * width..last * width], &rows[first * width..]);
        product_of_rows(Matrix::new(panel, width), Matrix::new(all, width), &mut cosines);
        let (below, count) = (&b[first..], b.len() - first);
        for (j, row) in cosines.chunks_exact(count).enumerate() {
            // Each pair twice, and J(1) = π of a unit with itself.
            let others = weighted(&row[j + 1..], &below[j + 1..]);
            whole += below[j] * (below[j] * PI + 2.0 * others);
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Layout;

    fn units<'a>(outer: &'a [f64], inner: &'a [f64]) -> ReluUnits<'a> {
        ReluUnits { outer, inner, layout: Layout::Features }
    }

    #[test]
    fn squares_are_those_of_one_and_two_units() {
        // E (x)₊² = ½; (x)₊ − (−x)₊ = x; units of directions at a right angle have J = 1.
        let one = units(&[3.0], &[2.0, 0.0]);
        assert!((square(&[one], &[], &[1.0, 1.0]).unwrap() - 18.0).abs() < 1e-14);
        let line = units(&[1.0, -1.0], &[1.0, -1.0]);
        assert!((square(&[line], &[], &[4.0]).unwrap() - 4.0).abs() < 1e-14);
        assert!((square(&[line], &[3.0], &[4.0]).unwrap() - 16.0).abs() < 1e-13);
        // All of it cancels.
        assert_eq!(square(&[line], &[1.0], &[4.0]), None);
        let right = units(&[1.0, 1.0], &[1.0, 0.0, 0.0, 1.0]);
        assert!((square(&[right], &[], &[1.0, 1.0]).unwrap() - (1.0 + 1.0 / PI)).abs() < 1e-14);
        // The same units in the other order, of two features and three units.
        let inner = [0.3, -1.0, 0.7, 2.0, 0.1, -0.4];
        let turned = [0.3, 2.0, -1.0, 0.1, 0.7, -0.4];
        let other = ReluUnits { layout: Layout::Units, ..units(&[1.0, -2.0, 0.5], &turned) };
        let one = square(&[units(&[1.0, -2.0, 0.5], &inner)], &[0.2, 0.9], &[1.0, 3.0]);
        assert_eq!(one, square(&[other], &[0.2, 0.9], &[1.0, 3.0]));
        assert!(one.is_some());
        assert_eq!(square(&[units(&[1.0], &[1.0])], &[], &[1.0, 1.0]), None);
    }

    #[test]
    fn panels_have_every_pair_once() {
        let (width, count) = (3, 2 * PANEL + 7);
        let number = |i: usize| (i as f64 * 0.618).sin();
        let mut rows: Vec<f64> = (0..width * count).map(number).collect();
        for row in rows.chunks_exact_mut(width) {
            let length = dot(row, row).sqrt();
            row.iter_mut().for_each(|u| *u /= length);
        }
        let b: Vec<f64> = (0..count).map(|i| number(7 * i + 1)).collect();
        let arc = |c: f64| (1.0 - c * c).max(0.0).sqrt() + (PI - c.clamp(-1.0, 1.0).acos()) * c;
        let row = |i: usize| &rows[i * width..(i + 1) * width];
        let pair = |(i, j): (usize, usize)| b[i] * b[j] * arc(dot(row(i), row(j)));
        let all = (0..count).flat_map(|i| (0..count).map(move |j| (i, j)));
        let whole: f64 = all.map(pair).sum();
        assert!((pairs(&rows, width, &b) - whole).abs() < 1e-11 * whole, "{whole}");
    }
}
