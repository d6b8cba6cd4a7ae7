//! Ends the server when the process that started it has ended, also if somebody else still holds its
//! stdin open (`processId` of `initialize`: LSP 3.17, "Initialize Request").
//!
//! On Linux a descriptor of the process becomes readable when it ends (pidfd, since 5.3), so that
//! waiting costs nothing; elsewhere on Unix the process is asked for every other second (signal 0,
//! POSIX `kill`). On Windows nothing is watched: there the end of stdin says it, as a child inherits
//! the other end of a pipe only if it is told to.

use serde_json::Value;

/// Watches the process that the parameters of `initialize` name, on a thread of its own. A number that
/// is none (`null`, -1) is nobody's.
pub(super) fn watch(params: &Value) {
    let process = params.get("processId").and_then(Value::as_i64);
    let process = process.and_then(|number| i32::try_from(number).ok());
    if let Some(process) = process.filter(|number| *number > 0) {
        system::watch(process);
    }
}

#[cfg(unix)]
mod system {
    use std::thread;
    use std::time::Duration;

    use rustix::io::Errno;
    use rustix::process::{Pid, getppid, test_kill_process};

    /// How often a process is looked for where it cannot be waited for.
    const PAUSE: Duration = Duration::from_secs(2);

    pub(super) fn watch(process: i32) {
        let Some(process) = Pid::from_raw(process) else {
            return;
        };
        if is_gone(process) && getppid().is_none() {
            // Whoever started us is not among the processes that we see, as in a container.
            return tracing::info!("the client's process {process:?} cannot be seen from here");
        }
        // Without a thread more the end of stdin still ends the server.
        let _ = thread::Builder::new().name("parent".into()).spawn(move || {
            wait(process);
            tracing::info!("the client's process {process:?} has ended");
            std::process::exit(1);
        });
    }

    fn wait(process: Pid) {
        #[cfg(target_os = "linux")]
        {
            use rustix::event::{PollFd, PollFlags, poll};
            use rustix::process::{PidfdFlags, pidfd_open};
            match pidfd_open(process, PidfdFlags::empty()) {
                Ok(descriptor) => {
                    let ended = PollFd::new(&descriptor, PollFlags::IN);
                    while poll(&mut [ended.clone()], None) == Err(Errno::INTR) {}
                }
                // An older kernel, or no descriptor is left.
                Err(_) => look_for(process),
            }
        }
        #[cfg(not(target_os = "linux"))]
        look_for(process);
    }

    fn look_for(process: Pid) {
        while !is_gone(process) {
            thread::sleep(PAUSE);
        }
    }

    /// A process of somebody else that may not be signalled is there.
    fn is_gone(process: Pid) -> bool {
        test_kill_process(process) == Err(Errno::SRCH)
    }
}

#[cfg(not(unix))]
mod system {
    pub(super) fn watch(_process: i32) {}
}
