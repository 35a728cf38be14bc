//! What a stage is: one function from item to item. It sees no channel, thread or neighbour.

/// What is between a source and a sink.
pub trait Stage: Send {
    /// What comes in.
    type In: Send;
    /// What goes out.
    type Out: Send;
    /// Why it may fail.
    type Error: Send;

    /// Works on one item.
    fn run(&mut self, item: Self::In) -> Result<Self::Out, Self::Error>;

    /// Called once at the end of the stream, unless an error or an abort ended it.
    fn finish(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// The last stage.
pub trait Sink: Send {
    /// What comes in.
    type In: Send;
    /// Why it may fail.
    type Error: Send;

    /// Takes one item.
    fn take(&mut self, item: Self::In) -> Result<(), Self::Error>;

    /// Called once at the end of the stream, unless an error or an abort ended it.
    fn finish(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
