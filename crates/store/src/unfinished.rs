//! Names of unfinished files. They identify the process and machine that write them, so that files of ended processes are
//! distinguished from files in use.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::process;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The process that writes a file. Process numbers are unique within one boot of one machine and one process namespace
/// only: containers number their processes from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Maker {
    /// Identifier of the machine's boot; "0" where the system has none.
    boot: String,
    /// Of the process namespace; "0" likewise.
    namespace: String,
    process: String,
    /// Distinguishes processes of the same number, which are reused, in containers at every start.
    token: String,
}

static OWN: LazyLock<Maker> = LazyLock::new(|| {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let kept = |text: &str, kept: fn(&char) -> bool| match text.chars().filter(kept).collect::<String>() {
        none if none.is_empty() => "0".into(),
        some => some,
    };
    Maker {
        boot: kept(&boot, char::is_ascii_hexdigit),
        namespace: kept(&namespace.to_string_lossy(), char::is_ascii_digit),
        process: process::id().to_string(),
        token: format!("{:08x}", RandomState::new().build_hasher().finish() >> 32),
    }
});

/// A name of this process that no other one has, on any machine: boot, namespace, process, token.
pub fn process_name() -> String {
    let Maker { boot, namespace, process, token } = &*OWN;
    format!("{boot}-{namespace}-{process}-{token}")
}

/// A suffix that no other call in any process returns: the process's name, and a count.
pub(crate) fn unique() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}", process_name(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// The process that wrote the file of this name; `None` for other names, and for those of earlier versions.
fn maker(name: &str) -> Option<Maker> {
    let stem = name.strip_suffix(".tmp")?;
    let (_, ending) = stem.rsplit_once('.')?;
    let mut parts = ending.split('-').map(String::from);
    let mut next = || parts.next().filter(|part| !part.is_empty());
    let maker = Maker { boot: next()?, namespace: next()?, process: next()?, token: next()? };
    (next().is_some() && next().is_none()).then_some(maker)
}

/// Whether a process of this boot and namespace wrote the file and has ended.
pub(crate) fn is_abandoned(name: &str) -> bool {
    let Some(maker) = maker(name) else { return false };
    if OWN.boot == "0" || (&maker.boot, &maker.namespace) != (&OWN.boot, &OWN.namespace) {
        return false;
    }
    if maker.process == OWN.process {
        return maker.token != OWN.token;
    }
    // Threads have folders in /proc too; the `Tgid` of a process is its own number.
    let status = fs::read_to_string(Path::new("/proc").join(&maker.process).join("status"));
    !status.is_ok_and(|status| status.lines().any(|line| line == format!("Tgid:\t{}", maker.process)))
}

/// Whether a process of this boot other than this one wrote the file, in any namespace.
pub(crate) fn is_of_this_boot(name: &str) -> bool {
    maker(name).is_some_and(|maker| OWN.boot != "0" && maker.boot == OWN.boot && maker != *OWN)
}

/// Whether the name is that of an unfinished file, of this or an earlier version.
pub(crate) fn has_maker(name: &str) -> bool {
    let ending = name.strip_suffix(".tmp").and_then(|stem| stem.rsplit_once('.'));
    ending.is_some_and(|(_, ending)| [3, 5].contains(&ending.split('-').count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name as `maker` would give it.
    fn name(change: impl FnOnce(&mut Maker)) -> String {
        let mut maker = OWN.clone();
        change(&mut maker);
        format!("metrics-a-2-0.{}-{}-{}-{}-7.tmp", maker.boot, maker.namespace, maker.process, maker.token)
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn only_the_dead_of_this_boot_and_namespace_have_abandoned_a_file() {
        assert!(OWN.boot.len() == 32 && OWN.namespace != "0", "{OWN:?}");
        assert!(!is_abandoned(&name(|_| ())));
        assert!(!is_abandoned(&format!("metrics-a-2-0.{}.tmp", unique())));
        assert!(is_abandoned(&name(|maker| maker.token = "other".into())));
        // The number is above the largest process number; process 1 always exists.
        let dead = |maker: &mut Maker| maker.process = "99999999".into();
        assert!(is_abandoned(&name(dead)));
        assert!(!is_abandoned(&name(|maker| maker.process = "1".into())));
        let elsewhere = |maker: &mut Maker| {
            dead(maker);
            maker.namespace += "1";
        };
        assert!(!is_abandoned(&name(elsewhere)) && is_of_this_boot(&name(elsewhere)));
        let other_host = |maker: &mut Maker| {
            dead(maker);
            maker.boot = "0123".into();
        };
        assert!(!is_abandoned(&name(other_host)) && !is_of_this_boot(&name(other_host)));
        assert!(has_maker(&name(|_| ())) && !is_of_this_boot(&name(|_| ())));
    }

    #[test]
    fn names_that_say_less_are_of_nobody() {
        for name in ["notes.txt", "metrics-a.12-34567890-0.tmp", ".tmp", "a.1-2-3-4.tmp", "a.1-2-3-4-5-6.tmp"]
        {
            assert!(!is_abandoned(name) && !is_of_this_boot(name), "{name}");
        }
        assert!(has_maker("metrics-a.12-34567890-0.tmp") && !has_maker("notes-1-2-3.txt"));
    }
}
