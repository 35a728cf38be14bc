//! Credits: a bound on how many items are under way between source and sink.

use crossbeam_channel::{Receiver, Sender, bounded};

/// A purse of credits. Taking one waits until there is one.
#[derive(Clone, Debug)]
pub struct Credits {
    back: Sender<()>,
    purse: Receiver<()>,
}

/// One credit; dropping it returns it, whatever became of the item that carried it.
#[derive(Debug)]
pub struct Credit(Sender<()>);

impl Credits {
    /// A purse with this many credits, at least one.
    pub fn new(count: usize) -> Credits {
        let count = count.max(1);
        let (back, purse) = bounded(count);
        for _ in 0..count {
            // The channel holds as many as are put in here.
            let _ = back.try_send(());
        }
        Credits { back, purse }
    }

    /// Waits for a credit. When a flow ends, its items are dropped and their credits return, so no wait is
    /// for ever.
    pub fn acquire(&self) -> Credit {
        // The purse cannot be disconnected: `self` holds a sender.
        let _ = self.purse.recv();
        Credit(self.back.clone())
    }
}

impl Drop for Credit {
    fn drop(&mut self) {
        let _ = self.0.try_send(());
    }
}
