//! INV-6: when a payment is acknowledged in full, nothing of the plate is in the lot any more.

use super::*;
use proptest::prelude::*;

/// Every way in which a hash could be written down.
fn spellings(plate: &str) -> Vec<String> {
    let hash = hash(&Plate::new(plate).unwrap());
    let hexadecimal = serde_json::to_string(&hash).unwrap();
    let bytes: Vec<u8> =
        (1..65).step_by(2).map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap()).collect();
    vec![plate.to_owned(), hexadecimal, format!("{bytes:?}")]
}

/// Whether a plate or its hash stands in a text, in any case, with whatever between the characters.
fn stands_in(plate: &str, text: &str) -> bool {
    let bare =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect::<String>();
    let text = bare(text);
    spellings(plate).iter().any(|spelling| text.contains(&bare(spelling)))
}

fn serialised(site: &Site) -> String {
    let mut disk = Disk::default();
    site.lot.state().record_ids().for_each(|id| disk.write(&site.lot, id));
    disk.text()
}

#[test]
fn a_trace_would_be_seen() {
    for text in [
        "plate: ab-123 45",
        "A B\t1\n2345",
        &format!("{:?}", spellings("AB12345")[2]),
        &spellings("AB12345")[1].to_uppercase(),
    ] {
        assert!(stands_in("AB12345", text), "{text}");
    }
    let mut site = Site::new(terms());
    site.enter("AB 12345");
    assert!(stands_in("AB12345", &serialised(&site)), "its hash is there as long as it owes");
    assert!(!stands_in("AB12345", &format!("{:?}", site.lot)), "but is never shown");
}

/// Where a car is when its driver pays.
#[derive(Clone, Copy, Debug)]
enum At {
    Inside,
    Barrier,
    Gone,
    OnTheList,
    InParts,
}

proptest! {
    #[test]
    fn inv_6_paid_means_gone_from_the_state_what_it_shows_and_what_it_asks_for(
        cars in prop::collection::btree_map(
            "[A-Z]{2}[1-9][0-9]{4}",
            prop_oneof![Just(At::Inside), Just(At::Barrier), Just(At::Gone), Just(At::OnTheList), Just(At::InParts)],
            1..12,
        ),
    ) {
        let mut site = Site::new(terms());
        let mut waiting = vec![];
        for (plate, at) in &cars {
            let Ok(Passed::Entered(id)) = site.pass("open", Heading::In, Some(plate)) else { panic!("entered") };
            waiting.push((id, plate, *at));
        }
        site.wait(30);
        while let Some((id, plate, at)) = waiting.pop() {
            match at {
                At::Inside => {}
                At::Barrier => drop(site.exit(plate)),
                At::Gone => drop(site.pass("open", Heading::Out, Some(plate))),
                At::OnTheList => {
                    // Seen going out the wrong way, and sought by a neighbour of its plate.
                    let _ = site.pass("in", Heading::Out, Some(plate));
                    let _ = site.look_up(&plate.replace('3', "8"));
                }
                At::InParts => drop(site.pay(id, 7).unwrap()),
            }
            let owed = site.look_up(plate).unwrap().dues[0].amount.unwrap();
            let receipt = site.pay(id, owed.minor / 100).unwrap();
            prop_assert!(receipt.outstanding.is_zero() && site.has_erased(id));
            let (state, effects) = (serialised(&site), format!("{:?}", site.effects));
            for text in [&state, &format!("{:?} {:#?}", site.lot, site.lot.state()), &effects, &format!("{receipt:?}")] {
                prop_assert!(!stands_in(plate, text), "{plate}");
            }
            prop_assert!(site.lot.state().exceptions().all(|(_, exception)| !exception.candidates.contains(&id)));
            for (_, plate, _) in &waiting {
                prop_assert!(stands_in(plate, &state), "{plate} has not paid");
            }
            site.restart();
            prop_assert_eq!(site.look_up(plate).is_ok_and(|found| !found.is_near), false);
        }
    }
}

#[test]
fn inv_6_a_refusal_erases_nothing_and_a_repetition_finds_nothing() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(30);
    assert_eq!(site.pay(id, 0), Err(Refusal::Amount));
    assert!(stands_in("AB12345", &serialised(&site)));
    let payment = site.payment(30);
    let step = site.lot.pay(id, payment, site.now);
    let receipt = site.take(step).unwrap();
    for _ in 0..2 {
        let step = site.lot.pay(id, payment, site.now);
        assert_eq!(site.take(step), Ok(receipt));
        assert!(!stands_in("AB12345", &serialised(&site)));
    }
}
