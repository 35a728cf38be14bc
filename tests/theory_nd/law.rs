//! The exact law of least squares on x ~ N(0, I), by quadrature.

use std::f64::consts::FRAC_PI_2;

/// Nodes of a quadrature: the angle of a point of the quarter circle, and P(angle ≤ it) where (sin², cos²) are shares of χ²_a and
/// χ²_b in their sum.
pub struct Angles {
    below: Vec<f64>,
}

const NODES: usize = 20_000;

impl Angles {
    /// The density of the angle is in proportion to sin^{a−1} cos^{b−1}.
    pub fn new(a: f64, b: f64) -> Angles {
        let step = FRAC_PI_2 / NODES as f64;
        // In logarithms: powers of sines leave the doubles for hundreds of degrees.
        let log = |k: usize| {
            let angle = (k as f64 + 0.5) * step;
            (a - 1.0) * angle.sin().ln() + (b - 1.0) * angle.cos().ln()
        };
        let most = (0..NODES).map(log).fold(f64::NEG_INFINITY, f64::max);
        let mut below = vec![0.0];
        (0..NODES).for_each(|k| below.push(below[k] + (log(k) - most).exp()));
        let all = below[NODES];
        below.iter_mut().for_each(|part| *part /= all);
        Angles { below }
    }

    /// P(angle ≤ this).
    pub fn at(&self, angle: f64) -> f64 {
        let place = (angle / FRAC_PI_2 * NODES as f64).clamp(0.0, NODES as f64);
        let k = (place as usize).min(NODES - 1);
        self.below[k] + (place - k as f64) * (self.below[k + 1] - self.below[k])
    }

    /// P(χ²_a/χ²_b ≤ t).
    pub fn odds(&self, t: f64) -> f64 {
        if t <= 0.0 { 0.0 } else { self.at(t.sqrt().atan()) }
    }
}

/// R_2 = ‖w*‖² Beta((d − n)/2, n/2) 1{d > n} + σ² χ²_m/χ²_k, m = min(n, d), k = |n − d| + 1.
pub struct Law {
    noise: Angles,
    /// Values of the first part, equally likely.
    missed: Vec<f64>,
}

impl Law {
    /// For ‖w*‖² and σ = 1.
    pub fn new(n: u32, d: u32, square: f64) -> Law {
        let (m, k) = (f64::from(n.min(d)), f64::from(n.abs_diff(d)) + 1.0);
        let missed =
            if d > n && square > 0.0 { missed(f64::from(d - n), f64::from(n), square) } else { vec![0.0] };
        Law { noise: Angles::new(m, k), missed }
    }

    /// P(R_2 ≤ t).
    pub fn below(&self, t: f64) -> f64 {
        self.missed.iter().map(|missed| self.noise.odds(t - missed)).sum::<f64>() / self.missed.len() as f64
    }

    /// P(R_2 > t) without a target, for t far beyond the median.
    pub fn beyond(&self, t: f64) -> f64 {
        1.0 - self.noise.odds(t)
    }

    /// Fails where the distance of the distributions is one that N trials exceed with probability .001, by Kolmogorov and Smirnov.
    pub fn has(&self, what: &str, values: &[f64]) {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len() as f64;
        let distance = sorted.iter().enumerate().fold(0.0f64, |most, (place, value)| {
            let below = self.below(*value);
            most.max((below - place as f64 / count).abs()).max(((place + 1) as f64 / count - below).abs())
        });
        println!("{what}: distance {:.4}, times √{count}: {:.3}", distance, distance * count.sqrt());
        // 1.95 is the quantile of the limiting law; below it √N times the distance is.
        assert!(distance * count.sqrt() < 1.95, "{what}: {distance} at {count} trials");
    }
}

/// Four hundred equally likely values of square · Beta(a/2, b/2).
fn missed(a: f64, b: f64, square: f64) -> Vec<f64> {
    let angles = Angles::new(a, b);
    let value = |place: usize| {
        let share = (place as f64 + 0.5) / 400.0;
        let angle = angles.below.partition_point(|below| *below < share) as f64 / NODES as f64 * FRAC_PI_2;
        square * angle.sin().powi(2)
    };
    (0..400).map(value).collect()
}
