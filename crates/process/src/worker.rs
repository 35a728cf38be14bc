//! One worker, from its start to its end.

use crate::alarm::{Alarm, kill};
use crate::answer::Answer;
use crate::error::{Error, Lost, below};
use crate::frame::{self, Fault};
use crate::greeting::{Greeting, PROTOCOL};
use crate::guard::Guard;
use crate::program::Program;
use crate::request::Request;
use crate::tail::Tail;
use std::io::BufReader;
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take until it greets: half a minute is what large libraries take on a cold network disk.
const GREETING: Duration = Duration::from_secs(120);
/// How long a program that was told to end, by the end of its input, has for it.
const GRACE: Duration = Duration::from_millis(200);
/// How long the status of a program that has closed its output is waited for.
const STATUS: Duration = Duration::from_secs(1);
/// How often it is looked at whether a program that is waited for has ended.
const GLANCE: Duration = Duration::from_millis(100);
/// Bytes that a pipe should hold: a batch goes in few pieces, and neither side waits for the other within one. Systems may
/// allow less.
const PIPE: usize = 1 << 20;

/// What watches over workers.
#[derive(Debug)]
pub(crate) struct Watch {
    guard: Guard,
    alarm: Alarm,
}

impl Watch {
    pub fn start() -> Result<Watch, Error> {
        Ok(Watch { guard: Guard::start()?, alarm: Alarm::start().map_err(Error::Watch)? })
    }
}

/// A program that has greeted and waits for requests. Its processes end with it.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    group: u32,
    input: Option<ChildStdin>,
    answers: Receiver<Result<Answer, Fault>>,
    tail: Tail,
    watch: Arc<Watch>,
    greeting: Greeting,
    asked: u64,
}

impl Worker {
    /// Starts a program and greets it.
    ///
    /// # Errors
    /// It cannot be started; it does not greet as workers do, with the end of its standard error.
    pub(crate) fn start(program: &Program, watch: &Arc<Watch>) -> Result<Worker, Error> {
        let cannot = |source| Error::Start { program: program.to_string(), source };
        let mut child = program.command().spawn().map_err(cannot)?;
        let group = child.id();
        let no_pipe = || cannot(std::io::Error::other("it has no standard streams"));
        let (input, output) =
            (child.stdin.take().ok_or_else(no_pipe)?, child.stdout.take().ok_or_else(no_pipe)?);
        let tail = Tail::of(child.stderr.take().ok_or_else(no_pipe)?);
        widen(&input, &output);
        let mut worker = Worker {
            child,
            group,
            input: Some(input),
            answers: follow(output),
            tail,
            watch: watch.clone(),
            greeting: Greeting {
                name: String::new(),
                version: String::new(),
                metrics: Vec::new(),
                reproducible: crate::greeting::Reproducible::No,
                answers: crate::greeting::Answers::Values,
                environment: String::new(),
            },
            asked: 0,
        };
        watch.guard.add(group)?;
        let mut hello = Request::new("hello");
        hello.word("protocol", PROTOCOL);
        let greeted = worker.ask(&mut hello, GREETING).map_err(|lost| lost.to_string());
        match greeted.and_then(|answer| Greeting::of(&answer)) {
            Ok(greeting) => worker.greeting = greeting,
            Err(why) => {
                return Err(Error::Greeting { program: program.to_string(), why, said: worker.said() });
            }
        }
        Ok(worker)
    }

    /// What it said of itself.
    pub fn greeting(&self) -> &Greeting {
        &self.greeting
    }

    /// The end of its standard error, as lines below a message.
    pub fn said(&self) -> String {
        below(&self.tail.text())
    }

    /// Sends a request and waits for its answer, so long at most.
    ///
    /// # Errors
    /// It is of no use any more: why. Its processes have ended then.
    pub fn ask(&mut self, request: &mut Request<'_>, time: Duration) -> Result<Answer, Lost> {
        self.asked += 1;
        let number = self.asked.to_string();
        request.word("request", &number);
        self.watch.alarm.set(self.group, time);
        let written = match &mut self.input {
            Some(input) => request.write(input).is_ok(),
            None => false,
        };
        let answer = self.wait(if written { time + STATUS } else { STATUS });
        let in_time = self.watch.alarm.clear(self.group);
        let lost = match answer {
            Ok(Ok(answer)) if written && in_time => {
                if answer.word("request") == Some(&number) {
                    return Ok(answer);
                }
                let came = answer.word("request").unwrap_or("nothing");
                Lost::Garbled(format!("its answer says `request` = {came}; expected {number}, as asked"))
            }
            _ if !in_time => Lost::Late(time.as_secs_f64()),
            Ok(Err(Fault::Garbled(why))) => Lost::Garbled(why),
            _ => Lost::Ended(self.status()),
        };
        self.end(Duration::ZERO);
        Err(lost)
    }

    /// The next message, for so long at most. A program that does not read any more may have said why; one that has ended while a
    /// descendant holds its output is not waited for.
    fn wait(&mut self, time: Duration) -> Result<Result<Answer, Fault>, RecvTimeoutError> {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.answers.recv_timeout(left.min(GLANCE)) {
                Err(RecvTimeoutError::Timeout) if left > GLANCE => {
                    if matches!(self.child.try_wait(), Ok(Some(_))) {
                        kill(self.group);
                        return self.answers.recv_timeout(GLANCE);
                    }
                }
                answer => return answer,
            }
        }
    }

    /// How it ended, if it does so soon.
    fn status(&mut self) -> Option<ExitStatus> {
        let until = Instant::now() + STATUS;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(1)),
                _ => return None,
            }
        }
    }

    /// Ends it: by the end of its input, and what is left of its group after so long by a signal.
    fn end(&mut self, grace: Duration) {
        if self.input.take().is_some() {
            let until = Instant::now() + grace;
            while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
                thread::sleep(Duration::from_millis(1));
            }
            kill(self.group);
            // It has had KILL: this is no waiting.
            let _ = self.child.wait();
            self.watch.guard.remove(self.group);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end(GRACE);
    }
}

/// Makes pipes larger, where the system allows it.
fn widen(input: &ChildStdin, output: &ChildStdout) {
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::pipe::fcntl_setpipe_size(input, PIPE);
        let _ = rustix::pipe::fcntl_setpipe_size(output, PIPE);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (input, output, PIPE);
}

/// Reads messages on a thread of its own, so that a program may write before it has read all, and one that never answers is
/// not waited for. One message waits at most.
fn follow(output: ChildStdout) -> Receiver<Result<Answer, Fault>> {
    let (sender, answers) = sync_channel(1);
    thread::spawn(move || {
        let mut output = BufReader::with_capacity(1 << 16, output);
        loop {
            let answer = frame::read(&mut output);
            let is_last = answer.is_err();
            if sender.send(answer).is_err() || is_last {
                return;
            }
        }
    });
    answers
}
