//! Whether a pipe can be written without waiting for whoever reads it.

#[cfg(unix)]
pub(super) use unix::{AT_ONCE, stdout, takes_at_once};
#[cfg(windows)]
pub(super) use windows::{AT_ONCE, stdout, takes_at_once};

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsFd;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    /// As much as a pipe that is ready takes without waiting, in bytes: `PIPE_BUF` of Linux (pipe(7)), and
    /// the least that POSIX allows elsewhere. Sockets, which some editors use, take more.
    pub(in crate::lsp) const AT_ONCE: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };

    const NOT_AT_ALL: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };

    /// Stdout without the buffer of the standard library, which would cut messages at their line ends.
    pub(in crate::lsp) fn stdout() -> io::Result<File> {
        Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
    }

    /// Whether [`AT_ONCE`] bytes can be written without waiting, or would fail at once; None: nobody can tell.
    pub(in crate::lsp) fn takes_at_once(pipe: &impl AsFd) -> Option<bool> {
        let mut ready = [PollFd::new(pipe, PollFlags::OUT)];
        let ready = poll(&mut ready, Some(&NOT_AT_ALL)).ok()?;
        Some(ready == 1)
    }
}

#[cfg(windows)]
mod windows {
    use std::fs::File;
    use std::io;
    use std::os::windows::io::AsHandle;

    pub(in crate::lsp) const AT_ONCE: usize = 4096;

    pub(in crate::lsp) fn stdout() -> io::Result<File> {
        Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
    }

    /// Anonymous pipes cannot be asked.
    pub(in crate::lsp) fn takes_at_once(_pipe: &impl AsHandle) -> Option<bool> {
        None
    }
}
