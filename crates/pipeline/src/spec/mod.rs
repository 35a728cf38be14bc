//! Studies: YAML text, checked into a [`Study`] with every error located.

mod aggregate;
mod check;
mod choice;
mod columns;
mod combine;
mod counts;
mod data;
mod diagnostic;
mod edit;
mod estimator;
mod estimators;
mod evaluation;
mod formula;
mod generate;
mod label;
mod labels;
mod limits;
mod mark;
mod process;
mod program_files;
mod progression;
mod read;
mod reproducibility;
mod resolved;
mod rows;
mod schema;
mod shards;
mod source;
mod space;
mod storage;
mod study;
mod sweep;
mod table;
mod template;
mod ties;
mod value;
mod weights;

pub(crate) use check::parse_rule;
pub use check::{parse, parse_choice, parse_recorded};
pub(crate) use columns::{always, column, join};
pub use diagnostic::{Diagnostic, SpecError};
pub use edit::Edit;
pub use estimator::Estimator;
pub use formula::{Formula, Scalar};
pub use label::is_reserved;
pub use mark::LARGEST_FILE;
pub(crate) use process::{
    PROCESS, command, essence, form as process_form, is_fixed_parameter, is_program, own_metrics,
    own_parameters, seconds, stated,
};
pub use process::{feature_estimators, line_estimators};
pub(crate) use program_files::check_files;
pub use reproducibility::Reproducibility;
pub use schema::schema;
pub use shards::Group;
pub(crate) use shards::{Costs, most_trials};
pub use source::Source;
pub(crate) use space::{DIMENSION, coordinate};
pub use space::{Size, Space, dimension};
pub(crate) use study::trains;
pub use study::{Cells, Combination, Merged, Study};
pub(crate) use table::Wanted;
pub use tempered_math::risk::{Domain, Risk};
pub use template::{Template, Unfit};
pub use weights::Weights;
