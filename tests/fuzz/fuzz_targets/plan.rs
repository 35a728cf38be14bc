//! Every study has a plan whose shards cover each trial of a cell once, and footers that tell cells apart.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tempered_pipeline::plan::Plan;
use tempered_pipeline::spec::parse;

fuzz_target!(|bytes: &[u8]| {
    let Ok(study) = parse(bytes, "fuzz", &[]) else { return };
    let plan = Plan::new(study);
    let cells = plan.cells.iter().take(100).enumerate();
    for (position, cell) in cells {
        let first = plan.shards().filter(|shard| shard.cell == position).take(10);
        let mut next = 0;
        for shard in first {
            assert!(shard.trials.start == next && shard.trials.end > next);
            next = shard.trials.end;
            for estimator in 0..plan.study.estimators.len().min(10) {
                let footer = plan.footer(estimator, &shard);
                assert!(footer.contains(&("tempered.cell".into(), cell.content())));
            }
        }
        assert!(next == plan.study.trials || plan.shard_count(cell) > 10);
        if plan.shard_count(cell) > 10 {
            break;
        }
    }
});
