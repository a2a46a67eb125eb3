//! How many bytes a thread has in use: an allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Nobody gets more than this: an input that asks for more ends the process, and the machine goes on.
const MOST: usize = 1 << 30;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator cannot be written without; it hands everything on to the system's")]
// SAFETY: layouts and addresses are handed on as they come; counting allocates nothing, the cells need no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !grow(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promise is the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        shrink(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(address, layout) }
    }

    unsafe fn realloc(&self, address: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > layout.size() && !grow(size - layout.size()) {
            return std::ptr::null_mut();
        }
        shrink(layout.size().saturating_sub(size));
        // SAFETY: as above.
        unsafe { System.realloc(address, layout, size) }
    }
}

/// Counts more bytes, if they may be had.
fn grow(bytes: usize) -> bool {
    let live = LIVE.get().saturating_add(bytes);
    if live > MOST {
        return false;
    }
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
    true
}

/// What another thread allocated may be freed here: the count does not go below nothing.
fn shrink(bytes: usize) {
    LIVE.set(LIVE.get().saturating_sub(bytes));
}

/// How many bytes this thread has in use.
pub(crate) fn live() -> usize {
    LIVE.get()
}

/// The most bytes that this thread had in use at one moment of `work`, beside those that it had before.
pub(crate) fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = work();
    (result, PEAK.get() - before)
}

#[test]
fn bytes_are_counted_at_their_peak() {
    let (kept, peak) = peak_of(|| {
        drop(vec![0_u8; 5_000_000]);
        vec![0_u8; 1_000_000]
    });
    assert!((5_000_000..5_001_000).contains(&peak) && kept.len() == 1_000_000, "{peak}");
    let (mut long, before) = (vec![1_u8; 10], live());
    long.resize(3_000_000, 0);
    assert!((2_999_000..3_001_000).contains(&(live() - before)));
}
