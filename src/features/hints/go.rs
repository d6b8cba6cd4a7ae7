//! The rules for Go: what gopls and `go vet` leave alone or explain poorly.
//!
//! ```text
//! syntax    the tree with an index
//! file      a file as the rules see it
//! sections  where locks are taken, and what runs until they are given back
//! ```
//!
//! The other modules are rules by theme.

mod atomics;
mod channels;
mod collector;
mod conditions;
mod contexts;
mod copies;
mod critical;
mod directives;
mod errgroups;
mod errors;
mod file;
mod goroutines;
mod http;
mod locks;
mod maps;
mod memory;
mod processors;
mod sections;
mod services;
mod sharing;
mod shutdown;
mod spins;
mod syntax;
mod timers;

use super::rule::{Findings, Rule};
use crate::document::Document;
use file::{Checked, File};

pub(super) const RULES: &[Checked] = &[
    conditions::COND_WAIT_WITHOUT_LOOP,
    goroutines::WG_ADD_IN_GOROUTINE,
    goroutines::UNLIMITED_GOROUTINES,
    goroutines::LOOP_VARIABLE_CAPTURE,
    goroutines::GOSCHED_AS_SYNC,
    maps::UNLOCKED_MAP,
    timers::DEFER_IN_LOOP,
    timers::TIME_AFTER_IN_LOOP,
    timers::TIMER_DRAIN,
    channels::CLOSE_BY_RECEIVER,
    channels::LEAKING_SEND,
    shutdown::UNBUFFERED_SIGNAL_CHANNEL,
    shutdown::NOTIFY_ALL_SIGNALS,
    spins::SPINNING_SELECT,
    spins::BREAK_IN_SELECT,
    spins::PLAIN_FLAG_LOOP,
    spins::BUSY_WAIT,
    locks::DOUBLE_LOCK,
    locks::NESTED_RLOCK,
    locks::LOCK_UPGRADE,
    critical::UNLOCK_MISSING,
    critical::WRITE_UNDER_RLOCK,
    critical::LOCK_ACROSS_BLOCKING_CALL,
    copies::MUTEX_BY_VALUE,
    contexts::CONTEXT_BACKGROUND_WITH_CTX,
    contexts::CONTEXT_CANCEL_LOST,
    contexts::CONTEXT_STRING_KEY,
    errgroups::ERRGROUP_CONTEXT_AFTER_WAIT,
    errgroups::ERRGROUP_NESTED_GO,
    atomics::ATOMIC_ASSIGN,
    atomics::ATOMIC_CHECK_THEN_ACT,
    atomics::CAS_RESULT_IGNORED,
    atomics::MIXED_ATOMIC_ACCESS,
    atomics::WRITE_TO_LOADED_SNAPSHOT,
    maps::SYNC_MAP_LOAD_STORE,
    sharing::NESTED_ONCE,
    sharing::ONCE_VALUE_CALLED_INLINE,
    sharing::POOL_NON_POINTER,
    sharing::POOL_USE_AFTER_PUT,
    http::HTTP_WITHOUT_TIMEOUT,
    http::BODY_NOT_CLOSED,
    services::PPROF_ON_PUBLIC_MUX,
    services::REVERSEPROXY_DIRECTOR,
    services::GRPC_DIAL,
    services::LIMITER_PER_REQUEST,
    errors::ERR_COMPARED_WITH_EQ,
    errors::TYPED_NIL_ERROR,
    errors::APPEND_RESULT_DROPPED,
    collector::SET_FINALIZER,
    collector::CLEANUP_CAPTURES_OBJECT,
    collector::EXPLICIT_GC,
    collector::GC_OFF_WITHOUT_LIMIT,
    collector::READ_MEM_STATS_IN_HOT_PATH,
    memory::POINTER_AS_UINTPTR,
    memory::CSTRING_WITHOUT_FREE,
    processors::MANUAL_GOMAXPROCS,
    processors::NUMCPU_FOR_WORKERS,
    directives::GODEBUG_OUTSIDE_MAIN,
    directives::ASYNCPREEMPT_OFF,
    directives::LINKNAME_PROCPIN,
    processors::BENCHMARK_WITHOUT_LOOP,
    shutdown::SHUTDOWN_NOT_AWAITED,
    shutdown::SHUTDOWN_WITH_CANCELLED_CONTEXT,
];

/// Runs the wanted rules. A file with syntax errors is left alone: somebody is typing.
pub(super) fn check(document: &Document, wants: impl Fn(&Rule) -> bool, findings: &mut Findings) {
    let source = document.source();
    let Some(tree) = source.tree.filter(|tree| !tree.root_node().has_error()) else {
        return;
    };
    let names = document
        .keywords()
        .into_iter()
        .filter(|keyword| keyword.language.is_none())
        .filter_map(|keyword| Some((keyword.range.start, keyword.names.into_iter().next()?)))
        .collect();
    let version = source.package.and_then(|package| package.version);
    let file = File::new(source.text, tree, &names, version);
    findings.collect(RULES, wants, |check, findings| check(&file, findings));
}
