//! The parent's frame path allocates nothing in steady state.

use crate::support::engine::{Manner, Running, site};
use crate::support::{data, room};
use std::alloc::{GlobalAlloc, Layout, System};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use vokter_pipeline::Metric;

/// Set when this test's own program is started again by the test, to be measured alone.
const MEASURE: &str = "VOKTER_TEST_MEASURE";

/// Counts allocations of the whole process.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: everything is done by the system's allocator; only a counter is added.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn no_allocation_a_frame_in_steady_state() {
    let Some(data) = data() else { return };
    if std::env::var_os(MEASURE).is_none() {
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", "allocation::no_allocation_a_frame_in_steady_state", "--nocapture"]);
        let output = again.env(MEASURE, "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    // A person comes in, stands and leaves while frames 60 to 200 are analysed: detections, tracks and a rule that
    // looks at them. The rule asks for a car, so that no event is made; a mask and the gate are on.
    let masks = "masks.screen = [[0, 0], [0.14, 0], [0.14, 0.4], [0, 0.4]]";
    let source = format!("source = \"{}\"\n{masks}", room(&data).display());
    let text = site(&[("room", source)]).replace("objects = \"person\"", "objects = \"car\"");
    let running = Running::start(&text, Manner { gate: true, sessions: 1, stills: false });
    let camera = std::sync::Arc::clone(running.camera(0));
    let wait_for = |frames: u64| {
        while camera.count(Metric::FramesDecoded) < frames {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        ALLOCATIONS.load(Ordering::Relaxed)
    };
    let before = wait_for(110);
    let after = wait_for(600);
    let analysed = camera.count(Metric::FramesAnalysed);
    println!("{} allocations over 490 frames, {analysed} analysed", after - before);
    assert!(analysed > 200);
    assert_eq!(after - before, 0);
    running.stop();
}
