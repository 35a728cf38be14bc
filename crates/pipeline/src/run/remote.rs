//! A run whose files are published into a depot: workers on many hosts that see no file system together.

use super::claims::Claims;
use super::execute::{Told, pool, work_off};
use super::joined::{Sharing, Work};
use super::orders::Admits;
use super::outcome::{Ending, Outcome, Watch};
use super::programs::greet;
use super::publish::{Publisher, name};
use super::settings::Settings;
use super::stop;
use super::survey::{Work as Amount, begin};
use crate::directory::{STUDY_RECORD, Shards, lacking, tables};
use crate::error::Error;
use crate::live::{Live, LiveRecord, LiveView};
use crate::plan::{Plan, Shard, place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tempered_depot::Depot;
use tempered_flow::{Cancel, Meter, Pool, Reading};
use tempered_store::{RunDirectory, Table};

/// Records that workers must agree on, in the order in which they are published.
const RECORDS: [&str; 3] = [STUDY_RECORD, "plan.json", "workers.json"];
/// The objects of a complete study, by name, with their sizes.
pub(crate) const MANIFEST: &str = "_tempered/manifest.json";
/// Shards that a listing lacks which are looked at one by one: a listing may lag behind the last few.
const FEW: usize = 1000;

/// Claims that are objects.
struct InDepot<'a> {
    depot: &'a dyn Depot,
    says: &'a str,
}

/// The folder of claims in a depot.
const CLAIMS: &str = "_tempered/claims";

impl Claims for InDepot<'_> {
    fn take(&self, name: &str) -> Result<bool, Error> {
        Ok(self.depot.create(&format!("{CLAIMS}/{name}"), self.says.as_bytes())?)
    }

    fn taken(&self) -> Result<BTreeSet<String>, Error> {
        let objects = self.depot.list(CLAIMS)?.into_iter();
        Ok(objects.filter_map(|object| Some(object.name.rsplit_once('/')?.1.to_owned())).collect())
    }
}

/// Does what is missing of `plan` in a depot, sharing the work with all others that do. Shards are made in `publisher.scratch`, a
/// directory of this process alone, and leave it when they are published.
///
/// # Errors
/// The depot holds another study; [`Error::Contradicts`] where it holds other numbers for the same trials; those of a run.
pub fn run_published(
    plan: &Plan,
    publisher: &Publisher,
    settings: &Settings,
    cancel: &Cancel,
    watch: impl FnOnce(Watch),
) -> Result<Outcome, Error> {
    plan.read_tables()?;
    let _limits = stop::watch(cancel, settings.deadline);
    let Publisher { depot, scratch } = publisher;
    let _hold = begin(plan, scratch)?;
    let here = Arc::new(plan.clone().in_directory(scratch)?);
    agree(depot.as_ref(), scratch)?;
    let todo = missing(&here, depot.as_ref())?;
    greet(&here, &todo, scratch)?;
    agree(depot.as_ref(), scratch)?;
    let view = LiveView::default();
    view.update(|empty| *empty = Live::of(&here));
    let Amount { trials, points, seconds: work } = Amount::of(&here, &todo);
    let told = |meters| {
        watch(Watch {
            view: view.clone(),
            meters,
            trials,
            points,
            work,
            shared: true,
            rewritten: 0,
            unfit: Vec::new(),
        });
    };
    let pools = (pool(settings.threads)?, pool(1)?);
    let says = settings.join.as_deref().unwrap_or_default();
    let claims = InDepot { depot: depot.as_ref(), says };
    let is_whole = |shard: &Shard, estimators: &[usize]| {
        for estimator in estimators {
            if !depot.has(&name(&place(&here, *estimator, shard), Table::Metrics))? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let sharing = Sharing { plan: &here, claims: &claims, is_whole: &is_whole, cancel };
    let mut remote = Remote {
        plan: &here,
        publisher,
        settings,
        pools: &pools,
        view: &view,
        told: Some(Box::new(told)),
        stages: Vec::new(),
    };
    let ended = sharing.rounds(todo, &mut remote)?;
    if ended {
        list_all(&here, depot.as_ref())?;
    }
    let ending = if ended { Ending::Complete } else { Ending::Stopped };
    let stages = remote.stages;
    Ok(Outcome { ending, trials: view.trials(), rewritten: 0, stages })
}

/// Publishes the records of the study where there are none, and compares them where there are some.
fn agree(depot: &dyn Depot, scratch: &RunDirectory) -> Result<(), Error> {
    for record in RECORDS {
        let Some(bytes) = scratch.read_record(record)? else { continue };
        let place = format!("_tempered/{record}");
        if depot.create(&place, &bytes)? {
            continue;
        }
        match depot.read(&place)? {
            Some(there) if there != bytes => {
                return Err(Error::OtherRecords { place: depot.address(), record: record.into() });
            }
            // Created a moment ago by somebody whose object is not shown yet.
            _ => {}
        }
    }
    Ok(())
}

/// Writes down the objects of a complete study with their sizes, once: whoever copies them knows what there has to be, whatever a
/// listing shows. Where a listing does not show all of them yet, whoever comes next does it.
fn list_all(plan: &Plan, depot: &dyn Depot) -> Result<(), Error> {
    if depot.has(MANIFEST)? {
        return Ok(());
    }
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    for table in Table::ALL {
        sizes.extend(depot.list(table.name())?.into_iter().map(|object| (object.name, object.bytes)));
    }
    let mut all: BTreeMap<String, u64> = BTreeMap::new();
    for shard in plan.shards() {
        for estimator in plan.estimators(&shard).iter().copied() {
            let place = place(plan, estimator, &shard);
            for (table, _) in tables(plan, estimator) {
                let name = name(&place, table);
                let Some(size) = sizes.remove(&name) else { return Ok(()) };
                all.insert(name, size);
            }
        }
    }
    depot.create(MANIFEST, &serde_json::to_vec(&all)?)?;
    Ok(())
}

/// The shards whose metrics the depot lacks.
fn missing(plan: &Plan, depot: &dyn Depot) -> Result<Shards, Error> {
    let there: BTreeSet<String> =
        depot.list(Table::Metrics.name())?.into_iter().map(|object| object.name).collect();
    let missing = lacking(plan, |place| there.contains(&name(place, Table::Metrics)));
    if missing.len() > FEW {
        return Ok(missing);
    }
    let mut certain = Shards::new();
    for (shard, estimators) in missing {
        let mut lacking = Vec::new();
        for estimator in estimators.iter().copied() {
            if !depot.has(&name(&place(plan, estimator, &shard), Table::Metrics))? {
                lacking.push(estimator);
            }
        }
        if !lacking.is_empty() {
            certain.push((shard, lacking.into()));
        }
    }
    Ok(certain)
}

/// The work of a round.
struct Remote<'a> {
    plan: &'a Arc<Plan>,
    publisher: &'a Publisher,
    settings: &'a Settings,
    pools: &'a (Pool, Pool),
    view: &'a LiveView,
    told: Option<Told<'a>>,
    stages: Vec<Reading>,
}

impl Work for Remote<'_> {
    fn work_off(&mut self, todo: Shards, admits: Admits<'_>, cancel: &Cancel) -> Result<bool, Error> {
        let Remote { plan, publisher, settings, pools, view, .. } = *self;
        let scratch = &publisher.scratch;
        let record = LiveRecord::open(scratch, settings.live_record(), &mut Live::of(plan));
        let told = self.told.take().unwrap_or_else(|| Box::new(|_: Vec<Arc<Meter>>| ()));
        let how = (settings, cancel, pools);
        let (ended, stages) =
            work_off(plan, (scratch, Some(publisher)), how, (todo, admits), (view, record), told)?;
        self.stages = stages;
        Ok(ended)
    }

    fn missing(&mut self) -> Result<Option<Shards>, Error> {
        missing(self.plan, self.publisher.depot.as_ref()).map(Some)
    }
}
