//! What the decoder process may do: read, write, seek and map memory. Nothing else.
//!
//! Landlock takes away the file system and TCP, seccomp every system call that is not on the list: a decoder that
//! is taken over dies by `SIGSYS` when it opens a file, starts a program, makes a socket or asks for executable
//! memory. Where the kernel has no Landlock, seccomp stands alone.

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use std::collections::BTreeMap;
use vokter_frames::wire::MEMORY_BYTES;

/// Address space beyond the shared pictures.
const PRIVATE_BYTES: u64 = 1 << 30;

/// System calls that decoding needs, whatever their arguments.
const ALLOWED: &[libc::c_long] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_ppoll,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_clock_gettime,
    libc::SYS_getrandom,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigprocmask,
    libc::SYS_sigaltstack,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// System calls that map memory: allowed unless they ask for executable memory.
const ALLOWED_WITHOUT_EXEC: &[libc::c_long] = &[libc::SYS_mmap, libc::SYS_mprotect];

unsafe extern "C" {
    /// POSIX `tzset`.
    fn tzset();
}

/// Closes the sandbox for the rest of the process's life. There is no way out of it.
///
/// # Errors
/// When the kernel refuses a limit or the filter; the process must then not read any input.
pub fn enter() -> Result<(), Box<dyn std::error::Error>> {
    // The demultiplexer turns a file's date into local time, for which the C library opens the zone's file: once, and
    // not again while TZ stays as it is.
    // SAFETY: the process has one thread.
    unsafe {
        std::env::set_var("TZ", "UTC0");
        tzset();
    }
    let memory = MEMORY_BYTES as u64 + PRIVATE_BYTES;
    limit(libc::RLIMIT_AS, memory)?;
    limit(libc::RLIMIT_CORE, 0)?;
    // SAFETY: these options take integers and touch no memory of ours.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        libc::prctl(libc::PR_SET_DUMPABLE, 0);
    }
    let abi = ABI::V5;
    let ruleset = Ruleset::default().handle_access(AccessFs::from_all(abi))?;
    ruleset.handle_access(AccessNet::from_all(abi))?.create()?.restrict_self()?;
    seccompiler::apply_filter(&filter()?)?;
    Ok(())
}

fn limit(resource: libc::__rlimit_resource_t, value: u64) -> std::io::Result<()> {
    let limit = libc::rlimit { rlim_cur: value, rlim_max: value };
    // SAFETY: `limit` lives over the call.
    match unsafe { libc::setrlimit(resource, &limit) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

fn filter() -> Result<BpfProgram, Box<dyn std::error::Error>> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, vec![])).collect();
    for call in ALLOWED_WITHOUT_EXEC {
        let exec = SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64);
        let without = SeccompCondition::new(2, SeccompCmpArgLen::Dword, exec, 0)?;
        rules.insert(*call, vec![SeccompRule::new(vec![without])?]);
    }
    // Whether a descriptor is open: the standard library asks before it closes one.
    let command = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, libc::F_GETFD as u64)?;
    rules.insert(libc::SYS_fcntl, vec![SeccompRule::new(vec![command])?]);
    let architecture = std::env::consts::ARCH.try_into()?;
    let filter = SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, architecture)?;
    Ok(filter.try_into()?)
}
