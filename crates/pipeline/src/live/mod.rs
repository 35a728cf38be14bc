//! Live summaries: counts and sketches of what has been committed, while a run works and after it.

mod record;
mod recount;
mod sketch;
mod spans;
mod summaries;
mod tally;
mod view;

pub(crate) use record::LiveRecord;
pub use record::read_live;
pub(crate) use recount::recount;
pub use summaries::Live;
pub use tally::Tally;
pub use view::LiveView;
