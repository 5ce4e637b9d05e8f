//! The file job: a video file is demultiplexed and decoded here, so that its parser is sandboxed as well.

use crate::Stop;
use crate::link::Link;
use crate::shim::{Decoder, Demuxer, Pool};
use std::ops::Range;
use vokter_frames::wire::Message;

/// Packets outside the schedule after which the engine is told that they are being passed over.
const SAY_EVERY: u64 = 256;

pub(crate) fn decode(link: &mut Link, pool: &Pool, resume_after_ns: i64, openings: &[Range<i64>]) -> Result<(), Stop> {
    let file = link.file().ok_or_else(|| Stop::Failed("no file was handed over".to_owned()))?;
    let mut demuxer = Demuxer::open(&file).map_err(Stop::Failed)?;
    let mut decoder = Decoder::for_file(&demuxer, pool).map_err(Stop::Failed)?;
    if resume_after_ns > 0 {
        demuxer.seek(resume_after_ns);
    }
    let (mut wait_for_key, mut skipped) = (false, 0u64);
    while let Some(packet) = demuxer.next_packet() {
        let open = openings.iter().any(|span| span.contains(&packet.time_ns));
        if !open && !wait_for_key {
            decoder.send_end();
            drain(link, &mut decoder, resume_after_ns)?;
            decoder.flush();
        }
        wait_for_key = !open || (wait_for_key && !packet.is_key);
        if wait_for_key {
            skipped += 1;
            if skipped % SAY_EVERY == 0 {
                link.send(&Message::Skipping)?;
            }
            continue;
        }
        if decoder.send_from(&demuxer).map_err(Stop::Failed)?.is_damaged() {
            link.send(&Message::Damaged)?;
        }
        drain(link, &mut decoder, resume_after_ns)?;
    }
    decoder.send_end();
    drain(link, &mut decoder, resume_after_ns)?;
    link.send(&Message::End)
}

fn drain(link: &mut Link, decoder: &mut Decoder, resume_after_ns: i64) -> Result<(), Stop> {
    while let Some(picture) = decoder.receive().map_err(Stop::Failed)? {
        if picture.time_ns() > resume_after_ns {
            link.send_picture(&picture)?;
            decoder.hand_over(&picture).map_err(Stop::Failed)?;
        }
    }
    Ok(())
}
