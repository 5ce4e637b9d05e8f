//! Every bound in the engine (INV-11), in one place, with the relations that must hold between them.
//!
//! A queue or table elsewhere names its bound from here; nothing in the engine grows with time.

/// Widest and highest picture that is decoded, in pixels.
pub const PICTURE_WIDTH: usize = 4096;
/// See [`PICTURE_WIDTH`].
pub const PICTURE_HEIGHT: usize = 2304;
/// Narrowest and lowest picture that is decoded, in pixels.
pub const PICTURE_SIDE_MIN: usize = 16;

/// Decoded pictures that a camera's shared memory can hold: the decoder's references plus those in flight.
pub const SLOTS_PER_CAMERA: usize = 32;

/// Largest compressed packet that a source may deliver, in bytes.
pub const PACKET_BYTES: usize = 16 << 20;
/// Compressed packets of a live camera that wait for its decoder; past it the oldest are shed.
pub const PACKETS_PER_CAMERA: usize = 64;
/// Bytes of compressed packets of a live camera that wait for its decoder.
pub const PACKET_QUEUE_BYTES: usize = 32 << 20;

/// Frames of one camera that wait for inference; a live camera sheds the oldest past it.
pub const FRAMES_WAITING_PER_CAMERA: usize = 3;
/// Inference sessions, at most; one a core below it.
pub const SESSIONS: usize = 64;
/// Proportions of pictures for which a session keeps a network of its own.
pub const INPUT_SHAPES: usize = 4;
/// Detections kept in one frame, best first.
pub const DETECTIONS_PER_FRAME: usize = 100;
/// Candidate boxes before non-maximum suppression: every cell of a YOLOX network of 640x640.
pub const CANDIDATES_PER_FRAME: usize = 8400;
/// Plates found in one lane or vehicle, best first.
pub const PLATES_PER_REGION: usize = 8;
/// Plates read in one frame of a camera.
pub const READINGS_PER_FRAME: usize = 4;
/// Vehicles of a lane that are known to need no reading any more, at a time; one past it is read in vain.
pub const SETTLED_PER_LANE: usize = 16;
/// Objects tracked in one camera at a time.
pub const TRACKS_PER_CAMERA: usize = 128;

/// Bytes of a model's file.
pub const MODEL_FILE_BYTES: usize = 1 << 30;
/// Bytes of a model's manifest.
pub const MANIFEST_BYTES: usize = 1 << 20;
/// Classes that a model tells apart.
pub const MODEL_CLASSES: usize = 4096;
/// Inputs and outputs of a model, each; also its functions, and its tensors in other files, that are named.
pub const MODEL_OUTLETS: usize = 256;
/// Tensors that a model's own file fills.
pub const MODEL_TENSORS: usize = 1 << 16;
/// Kinds of operators in a model.
pub const MODEL_OPERATORS: usize = 1024;
/// Operator sets that a model is written for.
pub const MODEL_OPERATOR_SETS: usize = 64;
/// Sides of a model's input or output.
pub const MODEL_SIDES: usize = 16;
/// Entries of a model's metadata.
pub const MODEL_METADATA_ENTRIES: usize = 1024;
/// Bytes of a model's metadata, in all.
pub const MODEL_METADATA_BYTES: usize = 1 << 20;
/// Bytes of a name in a model.
pub const MODEL_NAME_BYTES: usize = 1 << 12;
/// Reasons for which a model is refused that are said one by one.
pub const REFUSALS_SAID: usize = 50;
/// Characters that a plate reader looks for.
pub const PLATE_SLOTS: usize = 16;

/// Events that wait for their outlet.
pub const EVENTS_WAITING: usize = 256;

/// What happened in lanes that waits for the lot.
pub const LANE_REPORTS_WAITING: usize = 256;

/// What counting rules have seen that waits to be counted.
pub const SEEN_WAITING: usize = 1 << 14;

/// Items that the vault keeps in one commit.
pub const ITEMS_PER_COMMIT: usize = 4096;
/// Bytes of an item: an event with its fields.
pub const ITEM_BYTES: usize = 64 << 10;
/// Bytes of the medium that belongs to an item: a still.
pub const MEDIUM_BYTES: usize = 16 << 20;
/// Items that one key of a purpose, retention class and day covers.
pub const ITEMS_PER_BUCKET: u64 = 1 << 36;
/// Dead items that are cleared from the disk in one turn, so that clearing never keeps events waiting.
pub const ITEMS_CLEARED_PER_TURN: usize = 20_000;
/// Characters of the reason for which something is read.
pub const REASON_CHARACTERS: usize = 500;
/// Longest window of an incident, in hours: what is held or disclosed lies within it.
pub const INCIDENT_WINDOW_HOURS: i64 = 24;
/// How long after an alarm it may be looked at to be handled, in hours; later, only in the window of a case.
pub const ALARM_HOURS: i64 = 24;
/// Bytes of what is made of them for the recipient.
pub const EXTRACT_BYTES: usize = 256 << 20;
/// Items of a disclosure.
pub const ITEMS_PER_DISCLOSURE: usize = 64;
/// Months in which a data subject's request is answered, from its receipt (GDPR 12(3)).
pub const ANSWER_MONTHS: i32 = 1;
/// Months by which that may be extended once, where requests are many or complex (GDPR 12(3)).
pub const EXTENSION_MONTHS: i32 = 2;
/// Days before its end at which a request is said to be due.
pub const DUE_DAYS: i64 = 7;
/// Months after which a role that nobody looked at anew opens nothing (KRS-26).
pub const REVIEW_MONTHS: i32 = 12;

/// Lanes of a car park, and terminals, each.
pub const LANES_PER_LOT: usize = 64;
/// What a car park asks of barriers, and has not been sent yet; past it, it is lost and said.
pub const REQUESTS_WAITING: usize = 1024;
/// Sessions, and receipts, of a car park that end in one commit; the rest in the next, a second later.
pub const SESSIONS_ENDED_PER_TURN: usize = 500;
/// Cars of a car park that are known at a time.
pub const SESSIONS_PER_LOT: usize = 20_000;
/// Days that a permit to park may hold. No source sets it; who has one is asked anew each year.
pub const PERMIT_DAYS: u32 = 366;
/// Permits of a car park that hold at a time.
pub const PERMITS_PER_LOT: usize = 5000;
/// What waits for a decision in a car park; past it the oldest is forgotten.
pub const EXCEPTIONS_PER_LOT: usize = 1024;
/// Receipts of a car park that can still be shown or refunded; past it the oldest is forgotten.
pub const RECEIPTS_PER_LOT: usize = 100_000;
/// Days that the plate of somebody who does not pay may be kept. No source sets it: the policy does, below this.
pub const STAY_DAYS: u32 = 90;
/// Tables of a tariff, and rates of a table, each.
pub const RATES_PER_TABLE: usize = 64;
/// Highest amount of a tariff or a payment, in the currency's minor units.
pub const AMOUNT_MINOR: u64 = 100_000_000;

/// Bytes of a request's body.
pub const REQUEST_BYTES: usize = 1 << 20;
/// Seconds in which a request is answered, or given up.
pub const REQUEST_SECONDS: u64 = 20;
/// Requests a second of one client, over time.
pub const REQUESTS_PER_SECOND: u64 = 50;
/// Requests of one client at once.
pub const REQUESTS_AT_ONCE: u32 = 100;

/// Bytes of a request's body where money or plates are spoken of, and of an answer that is remembered.
pub const DESK_BYTES: usize = 4 << 10;
/// Calls on the lots of a site at once; past it a client is told to come again.
pub const DESK_CALLS: usize = 64;
/// Answers that are remembered, so that a request which is repeated is done once; past it the oldest is forgotten.
pub const ANSWERS_REMEMBERED: usize = 4096;
/// Hours for which they are.
pub const ANSWER_HOURS: i64 = 24;
/// Clients that a site knows: people and machines together.
pub const CLIENTS: usize = 1000;
/// Bytes of the file in which they stand.
pub const CLIENTS_FILE_BYTES: usize = 1 << 20;
/// Days for which a token holds, at most.
pub const TOKEN_DAYS: u32 = 366;
/// Seconds that a signed request may be old, or ahead.
pub const SIGNATURE_SECONDS: i64 = 60;
/// Signed requests of one client in twice that time, each of which is taken once; past it the client must wait.
pub const NONCES_PER_CLIENT: usize = 8192;
/// Bytes of the header fields by which a request is signed, each.
pub const SIGNATURE_BYTES: usize = 2048;

/// Cameras of a site.
pub const CAMERAS: usize = 1000;
/// Purposes of a site.
pub const PURPOSES: usize = 1000;
/// Rules of a purpose.
pub const RULES_PER_PURPOSE: usize = 1000;
/// Series of a purpose.
pub const SERIES_PER_PURPOSE: usize = 100;
/// Cells of one span of a series: its directions, classes or bands.
pub const CELLS_PER_SPAN: usize = 16;
/// Spans of a series that are counted or wait to be closed; past it the oldest is lost, which its gap says.
pub const SPANS_OPEN_PER_SERIES: usize = 4;
/// Corners of a polygon.
pub const POLYGON_VERTICES: usize = 64;
/// Bytes of a document that a record of the site names.
pub const DOCUMENT_BYTES: usize = 1 << 28;
/// Bytes of a site file.
pub const SITE_FILE_BYTES: usize = 4 << 20;

const _: () = {
    // H.264 and H.265 keep at most 16 reference pictures; the rest are in flight or waiting.
    assert!(SLOTS_PER_CAMERA >= 16 + 1 + 2 * FRAMES_WAITING_PER_CAMERA);
    assert!(SLOTS_PER_CAMERA <= u8::MAX as usize);
    assert!(PACKET_QUEUE_BYTES >= PACKET_BYTES);
    assert!(CANDIDATES_PER_FRAME >= DETECTIONS_PER_FRAME);
    assert!(PICTURE_SIDE_MIN >= 2);
    // Each request that a client may make while its signature holds has a nonce of its own.
    assert!(NONCES_PER_CLIENT as u64 >= 2 * SIGNATURE_SECONDS as u64 * REQUESTS_PER_SECOND + REQUESTS_AT_ONCE as u64);
    // A stay that is charged by the minute at the highest price.
    assert!(AMOUNT_MINOR.checked_mul(STAY_DAYS as u64 * 24 * 60).is_some());
};
