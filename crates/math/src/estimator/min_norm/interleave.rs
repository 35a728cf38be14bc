//! Merging points and the kinks between them into one list.

use crate::wide::Kernel;

/// Orders the points and kinks of `GAPS` neighbouring gaps.
pub(super) trait Pack<const GAPS: usize, const PLACES: usize>: Copy {
    /// Each point, followed by the kink of its gap where that is kept; the entries after those are unspecified.
    ///
    /// Shapes: `both` holds the points, then the kinks; `kept` has a bit for each gap.
    fn pack(self, both: [f64; PLACES], kept: usize) -> [f64; PLACES];
}

/// One gap at a time: the point and its kink are in order already, and a kink that is not kept is overwritten.
#[derive(Clone, Copy)]
pub(super) struct OneByOne;

impl Pack<1, 2> for OneByOne {
    #[inline(always)]
    fn pack(self, both: [f64; 2], _: usize) -> [f64; 2] {
        both
    }
}

#[cfg(target_arch = "x86_64")]
impl Pack<2, 4> for pulp::x86::V3 {
    #[inline(always)]
    fn pack(self, both: [f64; 4], kept: usize) -> [f64; 4] {
        // The shuffle moves 32-bit halves of numbers: those of the two points are 0 to 3, those of their kinks 4 to 7.
        const ORDER: [[u32; 8]; 4] = [
            [0, 1, 2, 3, 4, 5, 6, 7],
            [0, 1, 4, 5, 2, 3, 6, 7],
            [0, 1, 2, 3, 6, 7, 4, 5],
            [0, 1, 4, 5, 2, 3, 6, 7],
        ];
        let order = pulp::cast(ORDER[kept & 3]);
        pulp::cast(self.avx2._mm256_permutevar8x32_ps(pulp::cast(both), order))
    }
}

/// Positions, values and slope changes of knots.
pub(super) type Columns<'a> = [&'a [f64]; 3];

/// Writes points and kinks in order of x, and lists the positions of the kinks.
///
/// Shapes: n points, n − 1 kinks and flags, 1 where a kink is kept; `to` and `inner` have one entry more than is kept.
/// Every kink is written, and overwritten by the next point where it is not kept: a branch on random flags would be
/// mispredicted.
pub(super) struct Interleave<'a, P> {
    pub pack: P,
    pub to: [&'a mut [f64]; 3],
    pub points: Columns<'a>,
    pub kinks: Columns<'a>,
    pub kept: &'a [u64],
    pub inner: &'a mut [usize],
}

impl<P> Interleave<'_, P> {
    #[inline(always)]
    fn run<const GAPS: usize, const PLACES: usize>(self)
    where
        P: Pack<GAPS, PLACES>,
    {
        let Interleave { pack, to: [at, value, bend], points, kinks, kept, inner } = self;
        // Slices of one known length have their bounds checked once.
        let (gaps, room) = (kept.len(), at.len());
        let mut to = [at, &mut value[..room], &mut bend[..room]];
        let (points, kinks) = (points.map(|list| &list[..gaps + 1]), kinks.map(|list| &list[..gaps]));
        let (mut place, mut before) = (0, 0);
        let [x, y, change] = points.map(|list| list[..gaps].as_chunks::<GAPS>().0);
        let [kink_x, kink_y, kink_change] = kinks.map(|list| list.as_chunks::<GAPS>().0);
        let rows = kept.as_chunks::<GAPS>().0.iter();
        let rows =
            rows.zip(x.iter().zip(kink_x)).zip(y.iter().zip(kink_y)).zip(change.iter().zip(kink_change));
        let first = rows.len() * GAPS;
        for (((kept, x), y), change) in rows {
            let mut bits = 0;
            for (i, kept) in kept.iter().enumerate() {
                bits |= (*kept as usize) << i;
            }
            for (to, (points, kinks)) in to.iter_mut().zip([x, y, change]) {
                let mut both = [0.0; PLACES];
                both[..GAPS].copy_from_slice(points);
                both[GAPS..].copy_from_slice(kinks);
                to[place..place + PLACES].copy_from_slice(&pack.pack(both, bits));
            }
            for kept in kept {
                inner[before] = place + 1;
                (place, before) = (place + 1 + *kept as usize, before + *kept as usize);
            }
        }
        for gap in first..gaps {
            for column in 0..3 {
                (to[column][place], to[column][place + 1]) = (points[column][gap], kinks[column][gap]);
            }
            inner[before] = place + 1;
            (place, before) = (place + 1 + kept[gap] as usize, before + kept[gap] as usize);
        }
        for column in 0..3 {
            to[column][place] = points[column][gaps];
        }
    }
}

impl Kernel for Interleave<'_, OneByOne> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.run::<1, 2>();
    }
}

#[cfg(target_arch = "x86_64")]
impl Kernel for Interleave<'_, pulp::x86::V3> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.run::<2, 4>();
    }
}

/// Writes points and kinks in order, two gaps at a time where the machine has AVX2 (four numbers in one shuffle).
pub(super) fn interleave(
    to: [&mut [f64]; 3],
    points: Columns<'_>,
    kinks: Columns<'_>,
    kept: &[u64],
    inner: &mut [usize],
) {
    #[cfg(target_arch = "x86_64")]
    if let Some(pack) = crate::wide::avx2() {
        return pack.vectorize(Interleave { pack, to, points, kinks, kept, inner });
    }
    Interleave { pack: OneByOne, to, points, kinks, kept, inner }.call();
}

#[cfg(test)]
mod tests {
    use super::*;

    type Write<'a> = &'a dyn Fn([&mut [f64]; 3], &mut [usize]);

    /// Every pattern of kinks has the knots of a direct implementation.
    #[test]
    fn knots_come_in_order_whatever_is_kept() {
        for gaps in 1..=11usize {
            for pattern in 0..1u64 << gaps {
                let kept: Vec<u64> = (0..gaps).map(|gap| pattern >> gap & 1).collect();
                let list =
                    |start: f64, count: usize| -> Vec<f64> { (0..count).map(|k| start + k as f64).collect() };
                let (points, kinks) = ([1.0, 100.0, 200.0], [0.5, 100.5, 200.5]);
                let (points, kinks) =
                    (points.map(|start| list(start, gaps + 1)), kinks.map(|start| list(start, gaps)));
                let mut expected = [const { Vec::new() }; 3];
                let mut places = Vec::new();
                for gap in 0..=gaps {
                    let kink = gap < gaps && kept[gap] == 1;
                    if kink {
                        places.push(expected[0].len() + 1);
                    }
                    for column in 0..3 {
                        expected[column].push(points[column][gap]);
                        expected[column].extend(kink.then(|| kinks[column][gap]));
                    }
                }
                let count = expected[0].len();
                let check = |write: Write<'_>| {
                    let mut to = [const { Vec::new() }; 3].map(|mut list: Vec<f64>| {
                        list.resize(count + 1, -1.0);
                        list
                    });
                    let mut inner = vec![0; places.len() + 1];
                    write(to.each_mut().map(|list| &mut list[..]), &mut inner);
                    for column in 0..3 {
                        assert_eq!(to[column][..count], expected[column], "{kept:?}");
                    }
                    assert_eq!(inner[..places.len()], places, "{kept:?}");
                };
                let (from, between) = (points.each_ref().map(|l| &l[..]), kinks.each_ref().map(|l| &l[..]));
                check(&|to, inner| interleave(to, from, between, &kept, inner));
                check(&|to, inner| {
                    let pack = OneByOne;
                    Interleave { pack, to, points: from, kinks: between, kept: &kept, inner }.call();
                });
            }
        }
    }
}
