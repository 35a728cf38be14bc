//! Penalised least squares by elimination, in twice the precision.

use super::double::Double;

/// The weights and the intercept of ridge Λ ≥ 0, from the conditions of stationarity as they stand.
pub fn ridge(d: usize, x: &[f64], y: &[f64], lambda: f64, intercept: bool) -> (Vec<f64>, f64) {
    let n = y.len();
    let zero = Double::from(0.0);
    let row = |i: usize| &x[i * d..(i + 1) * d];
    if lambda > 0.0 || n <= d + usize::from(intercept) {
        // (XXᵀ + Λ I) α + b 1 = y, 1ᵀα = 0 and w = Xᵀα.
        let size = n + usize::from(intercept);
        let mut system = vec![vec![zero; size + 1]; size];
        for i in 0..n {
            system[i][..n].iter_mut().enumerate().for_each(|(j, entry)| *entry = inner(row(i), row(j)));
            system[i][i] = system[i][i] + Double::from(lambda);
            system[i][size] = Double::from(y[i]);
            if intercept {
                (system[i][n], system[n][i]) = (Double::from(1.0), Double::from(1.0));
            }
        }
        let solution = eliminate(system);
        let weight = |k: usize| (0..n).fold(zero, |sum, i| sum + solution[i] * Double::from(x[i * d + k]));
        let weights = (0..d).map(|k| weight(k).0).collect();
        return (weights, if intercept { solution[n].0 } else { 0.0 });
    }
    let size = d + usize::from(intercept);
    let entry = |i: usize, k: usize| if k < d { x[i * d + k] } else { 1.0 };
    let column = |k: usize| (0..n).map(|i| entry(i, k)).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = (0..size).map(column).collect();
    let line = |k: usize| {
        let mut line: Vec<Double> = columns.iter().map(|other| inner(&columns[k], other)).collect();
        line.push(inner(&columns[k], y));
        line
    };
    let solution = eliminate((0..size).map(line).collect());
    (solution[..d].iter().map(|w| w.0).collect(), if intercept { solution[d].0 } else { 0.0 })
}

fn inner(a: &[f64], b: &[f64]) -> Double {
    a.iter().zip(b).fold(Double::from(0.0), |sum, (a, b)| sum + Double::from(*a) * Double::from(*b))
}

/// Gaussian elimination with row pivoting of a system whose last column is the right-hand side.
fn eliminate(mut system: Vec<Vec<Double>>) -> Vec<Double> {
    let n = system.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| system[*i][k].0.abs().total_cmp(&system[*j][k].0.abs())).unwrap();
        system.swap(k, pivot);
        let (done, rest) = system.split_at_mut(k + 1);
        for row in rest {
            let factor = row[k] / done[k][k];
            row.iter_mut().zip(&done[k]).skip(k).for_each(|(entry, above)| *entry = *entry - factor * *above);
        }
    }
    let mut solution = vec![Double::from(0.0); n];
    for k in (0..n).rev() {
        let known = (k + 1..n).fold(system[k][n], |rest, j| rest - system[k][j] * solution[j]);
        solution[k] = known / system[k][k];
    }
    solution
}
