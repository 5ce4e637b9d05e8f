//! Searches: the closed list of questions that may be asked of what is kept, and they alone (IVA-4a).
//!
//! A purpose names those that it needs; each is asked inside the window of a case, with a reason, and stands in the log
//! (KRS-28). There is none for what somebody looks like, and none that follows anyone from camera to camera (KRS-5, ISL-15).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// A question that may be asked of events.
    pub enum Search {
        Camera = "camera": "What one camera reported.",
        Rule = "rule": "What one rule reported.",
        Class = "class": "What was reported of one class of objects.",
        Zone = "zone": "What was reported of one zone.",
        Line = "line": "What was reported of one line.",
    }
}
