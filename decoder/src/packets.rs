//! The packet job: packets come from the engine, and are decoded without delay.

use crate::Stop;
use crate::link::Link;
use crate::shim::{Decoder, Pool};
use vokter_frames::wire::{Codec, Message};

pub(crate) fn decode(link: &mut Link, pool: &Pool) -> Result<(), Stop> {
    let mut packet = Vec::new();
    let mut decoder: Option<(Codec, Decoder)> = None;
    while let Some(header) = link.read_packet(&mut packet)? {
        let open = match decoder.take() {
            Some((codec, open)) if codec == header.codec => open,
            _ => Decoder::for_packets(header.codec, pool).map_err(Stop::Failed)?,
        };
        let (_, open) = decoder.insert((header.codec, open));
        if header.discontinuity {
            open.flush();
        }
        if open.send(&packet, header.time_ns).map_err(Stop::Failed)?.is_damaged() {
            link.send(&Message::Damaged)?;
        }
        drain(link, open)?;
    }
    if let Some((_, open)) = &mut decoder {
        open.send_end();
        drain(link, open)?;
    }
    link.send(&Message::End)
}

fn drain(link: &mut Link, decoder: &mut Decoder) -> Result<(), Stop> {
    while let Some(picture) = decoder.receive().map_err(Stop::Failed)? {
        link.send_picture(&picture)?;
        decoder.hand_over(&picture).map_err(Stop::Failed)?;
    }
    Ok(())
}
