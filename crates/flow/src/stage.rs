//! The traits of stages: a stage is a function from item to item, without access to channels, threads or other stages.

/// A stage between a source and a sink.
///
/// ```
/// use std::convert::Infallible;
/// use tempered_flow::{Cancel, Flow, Sink, Stage};
///
/// /// The mean of all numbers so far.
/// #[derive(Default)]
/// struct Mean(f64, u64);
///
/// impl Stage for Mean {
///     type In = f64;
///     type Out = f64;
///     type Error = Infallible;
///
///     fn run(&mut self, x: f64) -> Result<f64, Infallible> {
///         self.1 += 1;
///         self.0 += (x - self.0) / self.1 as f64;
///         Ok(self.0)
///     }
/// }
///
/// struct Last<'a>(&'a mut f64);
///
/// impl Sink for Last<'_> {
///     type In = f64;
///     type Error = Infallible;
///
///     fn take(&mut self, x: f64) -> Result<(), Infallible> {
///         *self.0 = x;
///         Ok(())
///     }
/// }
///
/// let mut mean = 0.0;
/// let numbers = [1.0, 2.0, 6.0].map(Ok).into_iter();
/// let flow = Flow::source("numbers", 2, numbers).stage("mean", 2, Mean::default()).sink("last", Last(&mut mean));
/// flow.run(&Cancel::new()).unwrap();
/// assert_eq!(mean, 3.0);
/// ```
pub trait Stage: Send {
    /// The input.
    type In: Send;
    /// The output.
    type Out: Send;
    /// The error of a failed item.
    type Error: Send;

    /// Computes the output of one item.
    ///
    /// # Errors
    /// The first error ends the flow.
    fn run(&mut self, item: Self::In) -> Result<Self::Out, Self::Error>;

    /// Called once at the end of the stream, unless an error or an abort ended it.
    fn finish(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// The last stage.
///
/// ```
/// use tempered_flow::{Cancel, Failure, Flow, Sink};
///
/// /// Takes positive numbers alone.
/// struct Positive;
///
/// impl Sink for Positive {
///     type In = i64;
///     type Error = String;
///
///     fn take(&mut self, x: i64) -> Result<(), String> {
///         if x > 0 { Ok(()) } else { Err(format!("{x} is not positive")) }
///     }
/// }
///
/// let flow = Flow::source("numbers", 1, [3, 0, 5].map(Ok).into_iter()).sink("positive", Positive);
/// match flow.run(&Cancel::new()) {
///     Err(Failure::Stage { stage, source }) => assert_eq!((stage, &*source), ("positive", "0 is not positive")),
///     _ => panic!("the second number is refused"),
/// }
/// ```
pub trait Sink: Send {
    /// The input.
    type In: Send;
    /// The error of a failed item.
    type Error: Send;

    /// Consumes one item.
    ///
    /// # Errors
    /// The first error ends the flow.
    fn take(&mut self, item: Self::In) -> Result<(), Self::Error>;

    /// Called once at the end of the stream, unless an error or an abort ended it.
    fn finish(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
