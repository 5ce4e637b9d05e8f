//! A lot as one would keep it by hand: every stay on a sheet with its plate in clear and what was seen of it, and nothing
//! ever thrown away. It is what the state machine is held against; it shares no code with it but names.

use super::*;
use crate::plate::distance;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A stay, as far as it was seen. Times are seconds.
#[derive(Debug)]
pub struct Stay {
    pub id: u64,
    plate: Option<String>,
    came: i64,
    parked: i64,
    lane: &'static str,
    at_exit: Option<i64>,
    off: Option<i64>,
    missed: Option<i64>,
    until: i64,
    paid: u64,
    said: Option<(u64, i64)>,
    is_gone: bool,
}

impl Stay {
    pub fn stage(&self) -> Option<Stage> {
        let seen = [(self.off, Stage::Left), (self.missed, Stage::MissedExit), (self.at_exit, Stage::AtExit)];
        let seen = seen.into_iter().find(|(at, _)| at.is_some()).map_or(Stage::Parked, |(_, stage)| stage);
        (!self.is_gone).then_some(seen)
    }

    fn is_inside(&self) -> bool {
        self.stage().is_some_and(|stage| stage != Stage::Left)
    }

    /// Kroner: 30 for each started hour, nothing for a quarter.
    fn owes(&self, now: i64) -> u64 {
        let ends = self.off.or(self.at_exit.filter(|_| self.missed.is_none())).unwrap_or(now);
        let stay = (ends - self.came).max(0);
        let cost = if stay <= 15 * MINUTE { 0 } else { 30 * (stay as u64).div_ceil(HOUR as u64) };
        let said = self.said.filter(|(_, holds)| now <= *holds).map_or(cost, |(said, _)| said.min(cost));
        said.saturating_sub(self.paid)
    }
}

#[derive(Debug)]
pub struct Matter {
    pub kind: ExceptionKind,
    lane: Option<&'static str>,
    raised: i64,
    ends: i64,
    about: Vec<u64>,
    pub is_over: bool,
}

#[derive(Debug)]
pub struct Slip {
    pub number: u128,
    paid: i64,
    leave_by: Option<i64>,
    is_used: bool,
    is_whole: bool,
    is_gone: bool,
}

/// The sheets.
#[derive(Debug)]
pub struct Naive {
    pub now: i64,
    pub stays: Vec<Stay>,
    pub matters: Vec<Matter>,
    pub slips: Vec<Slip>,
    heard: Option<i64>,
    pub is_reading: bool,
    open_until: Vec<(&'static str, i64)>,
    pub cars: i64,
    by_count: bool,
    gates_open: bool,
    /// What the last call did: sessions erased, sessions handed over, barriers opened.
    pub erased: Vec<u64>,
    pub handed: Vec<u64>,
    pub opened: Vec<&'static str>,
}

fn has_barrier(lane: &str) -> bool {
    matches!(lane, "in" | "out")
}

fn is_wrong(lane: &str, heading: Heading) -> bool {
    matches!((lane, heading), ("in" | "open-in", Heading::Out) | ("out", Heading::In))
}

impl Naive {
    pub fn new(by_count: bool, gates_open: bool) -> Self {
        Self {
            now: 0,
            stays: vec![],
            matters: vec![],
            slips: vec![],
            heard: None,
            is_reading: false,
            open_until: vec![],
            cars: 0,
            by_count,
            gates_open,
            erased: vec![],
            handed: vec![],
            opened: vec![],
        }
    }

    /// What time brings.
    pub fn time(&mut self, at: i64) {
        (self.erased, self.handed, self.opened) = (vec![], vec![], vec![]);
        self.now = self.now.max(at);
        let now = self.now;
        self.is_reading = self.heard.is_some_and(|heard| now - heard <= 90);
        for number in 0..self.matters.len() {
            if !self.matters[number].is_over && self.matters[number].ends <= now {
                self.matters[number].is_over = true;
                if self.matters[number].kind == ExceptionKind::MissedExit {
                    self.matters[number].about.clone().into_iter().for_each(|id| self.erase(id));
                }
            }
        }
        for number in 0..self.stays.len() {
            let stay = &self.stays[number];
            let (id, until) = (stay.id, stay.until);
            match stay.stage() {
                Some(Stage::Left) if stay.off.unwrap() + 2 * DAY <= now || until <= now => {
                    if stay.owes(now) > 0 && self.is_reading {
                        self.handed.push(id);
                    }
                    self.erase(id);
                }
                Some(_) if until <= now => self.erase(id),
                Some(Stage::Parked) if stay.parked + 3 * DAY <= now => self.miss(number),
                Some(Stage::AtExit) if stay.at_exit.unwrap() + 3 * DAY <= now => self.miss(number),
                _ => {}
            }
        }
        for slip in &mut self.slips {
            slip.is_gone |= slip.paid + 30 * DAY <= now;
        }
        self.open_until.retain(|(_, until)| now < *until);
    }

    fn erase(&mut self, id: u64) {
        let stay = self.stays.iter_mut().find(|stay| stay.id == id && !stay.is_gone);
        if let Some(stay) = stay {
            stay.is_gone = true;
            self.erased.push(id);
            self.matters
                .iter_mut()
                .filter(|matter| matter.about.contains(&id))
                .for_each(|matter| matter.is_over = true);
        }
    }

    fn miss(&mut self, number: usize) {
        let (now, stay) = (self.now, &mut self.stays[number]);
        (stay.missed, stay.said) = (Some(now), None);
        let id = stay.id;
        self.matter(ExceptionKind::MissedExit, None, vec![id]);
    }

    fn matter(&mut self, kind: ExceptionKind, lane: Option<&'static str>, about: Vec<u64>) -> &'static str {
        use ExceptionKind::{AmbiguousExit, MissedEntry, UnreadExit};
        let waits = matches!(kind, AmbiguousExit | MissedEntry | UnreadExit) && lane.is_some_and(has_barrier);
        let same =
            |matter: &&Matter| !matter.is_over && (matter.kind, matter.lane) == (kind, lane) && matter.about == about;
        if !(waits || lane.is_none()) || !self.matters.iter().any(|matter| same(&matter)) {
            let ends = self.stays.iter().filter(|stay| about.contains(&stay.id)).map(|stay| stay.until);
            let ends = ends.chain([self.now + DAY]).min().unwrap();
            self.matters.push(Matter { kind, lane, raised: self.now, ends, about, is_over: false });
        }
        "undecided"
    }

    fn open(&mut self, lane: &'static str) {
        use ExceptionKind::{AmbiguousExit, MissedEntry, UnreadExit};
        for matter in self.matters.iter_mut().filter(|matter| matter.lane == Some(lane)) {
            matter.is_over |= matches!(matter.kind, AmbiguousExit | MissedEntry | UnreadExit);
        }
        self.open_until.retain(|(open, _)| *open != lane);
        self.open_until.push((lane, self.now + 30));
        self.opened.push(lane);
    }

    fn let_in(&mut self, lane: &'static str) {
        if has_barrier(lane) && !is_wrong(lane, Heading::In) {
            self.open(lane);
        }
    }

    fn who(&self, plate: &str, far: usize, which: impl Fn(&Stay) -> bool) -> Vec<usize> {
        let is_it = |stay: &Stay| {
            let own = stay.plate.as_ref().map(|own| distance(&Plate::new(own).unwrap(), &Plate::new(plate).unwrap()));
            !stay.is_gone && which(stay) && own == Some(far)
        };
        (0..self.stays.len()).filter(|number| is_it(&self.stays[*number])).collect()
    }

    fn on_the_way_out(&self) -> Option<usize> {
        let may = |slip: &Slip| !slip.is_used && !slip.is_gone && slip.leave_by.is_some_and(|by| self.now <= by);
        (0..self.slips.len())
            .filter(|number| may(&self.slips[*number]))
            .min_by_key(|number| (self.slips[*number].leave_by, self.slips[*number].number))
    }

    pub fn pass(&mut self, lane: &'static str, heading: Heading, plate: Option<&str>, id: u64) -> String {
        match (heading, plate) {
            (_, Some(_)) if !self.is_reading => "refused NotReading".into(),
            (Heading::In, Some(plate)) => self.come(lane, plate, id),
            (Heading::In, None) => {
                if !has_barrier(lane) {
                    self.cars += 1;
                } else if is_wrong(lane, heading) {
                    self.matter(ExceptionKind::WrongDirection, Some(lane), vec![]);
                } else {
                    self.open(lane);
                }
                "unread".into()
            }
            (Heading::Out, plate) => self.go(lane, plate),
        }
    }

    fn come(&mut self, lane: &'static str, plate: &str, id: u64) -> String {
        let now = self.now;
        if let Some(&number) = self.who(plate, 0, Stay::is_inside).first() {
            let stay = &mut self.stays[number];
            let stage = stay.stage();
            if stage == Some(Stage::AtExit) && is_wrong(lane, Heading::In) {
                (stay.at_exit, stay.parked, stay.said) = (None, now, None);
                return format!("backed away {}", stay.id);
            }
            if stage == Some(Stage::Parked) && stay.lane == lane && now - stay.came <= 30 {
                self.let_in(lane);
                return "again".into();
            }
            stay.plate = None;
            if stay.missed.is_none() {
                self.miss(number);
            } else {
                let id = stay.id;
                self.matter(ExceptionKind::MissedExit, None, vec![id]);
            }
        }
        self.cars += i64::from(!has_barrier(lane));
        self.stay(lane, Some(plate.into()), now, id);
        if is_wrong(lane, Heading::In) {
            self.matter(ExceptionKind::WrongDirection, Some(lane), vec![id]);
        }
        self.let_in(lane);
        format!("entered {id}")
    }

    fn stay(&mut self, lane: &'static str, plate: Option<String>, came: i64, id: u64) -> usize {
        let (parked, until) = (self.now, self.now + 7 * DAY);
        let (at_exit, off, missed, paid, said, is_gone) = (None, None, None, 0, None, false);
        self.stays.push(Stay { id, plate, came, parked, lane, at_exit, off, missed, until, paid, said, is_gone });
        self.stays.len() - 1
    }

    fn go(&mut self, lane: &'static str, plate: Option<&str>) -> String {
        let is_open = !is_wrong(lane, Heading::Out) && self.open_until.iter().any(|(open, _)| *open == lane);
        if let Some(plate) = plate {
            let just = |stay: &Stay| stay.off.is_some_and(|off| self.now - off <= 30) && stay.lane == lane;
            if !self.who(plate, 0, just).is_empty() {
                return "again".into();
            }
        }
        self.cars -= i64::from(!has_barrier(lane));
        let Some(plate) = plate else {
            if has_barrier(lane) && is_wrong(lane, Heading::Out) {
                self.matter(ExceptionKind::WrongDirection, Some(lane), vec![]);
            } else if has_barrier(lane) && !is_open && (self.is_reading || !self.gates_open) {
                self.matter(ExceptionKind::UnreadExit, Some(lane), vec![]);
            }
            return "unread".into();
        };
        let (exact, near) = (self.who(plate, 0, Stay::is_inside), self.who(plate, 1, Stay::is_inside));
        match (&exact[..], &near[..]) {
            ([number, ..], _) => self.out(*number, lane, self.now),
            _ if is_open => "again".into(),
            (_, [number]) if self.on_the_way_out().is_none() => self.out(*number, lane, self.now),
            (_, [_, ..]) => {
                let about = near.iter().map(|number| self.stays[*number].id).collect();
                self.matter(ExceptionKind::AmbiguousExit, Some(lane), about).into()
            }
            _ if lane == "in" => self.matter(ExceptionKind::WrongDirection, Some(lane), vec![]).into(),
            _ => match self.on_the_way_out().filter(|_| self.by_count || !has_barrier(lane)) {
                Some(number) => {
                    self.slips[number].is_used = true;
                    if has_barrier(lane) {
                        self.open(lane);
                    }
                    "paid".into()
                }
                None if has_barrier(lane) => self.matter(ExceptionKind::MissedEntry, Some(lane), vec![]).into(),
                None => "unmatched".into(),
            },
        }
    }

    fn out(&mut self, number: usize, lane: &'static str, at: i64) -> String {
        let (id, was) = (self.stays[number].id, self.stays[number].stage());
        let is_wrong = is_wrong(lane, Heading::Out);
        let now = self.now;
        let owes = if was == Some(Stage::AtExit) {
            self.stays[number].owes(now)
        } else {
            // As if it stood at the exit since it was read there.
            let stay = &mut self.stays[number];
            let missed = stay.missed.take();
            stay.at_exit = Some(at);
            let owes = stay.owes(now);
            (stay.at_exit, stay.missed) = (None, missed);
            owes
        };
        self.stays[number].lane = lane;
        if owes == 0 {
            self.erase(id);
            if has_barrier(lane) && !is_wrong {
                self.open(lane);
            }
            return format!("free {id}");
        }
        if was == Some(Stage::MissedExit) {
            self.stays[number].missed = None;
            let of_it = |matter: &&mut Matter| matter.kind == ExceptionKind::MissedExit && matter.about == [id];
            self.matters.iter_mut().filter(of_it).for_each(|matter| matter.is_over = true);
        }
        if has_barrier(lane) && !is_wrong {
            self.stays[number].at_exit.get_or_insert(at);
            return format!("must pay {id} {owes}");
        }
        self.stays[number].off = Some(at);
        if is_wrong {
            self.matter(ExceptionKind::WrongDirection, Some(lane), vec![id]);
        }
        format!("left unpaid {id} {owes}")
    }

    pub fn cross(&mut self, lane: &'static str, heading: Heading) {
        self.cars += if heading == Heading::In { 1 } else { -1 };
        let before = self.open_until.len();
        self.open_until.retain(|(open, _)| *open != lane);
        if self.open_until.len() < before {
            return;
        }
        let waits =
            |stay: &&mut Stay| heading == Heading::Out && stay.stage() == Some(Stage::AtExit) && stay.lane == lane;
        let waiting: Vec<_> = self.stays.iter_mut().filter(waits).collect();
        let ids: Vec<_> = waiting.iter().map(|stay| stay.id).collect();
        if !self.is_reading && self.gates_open {
            ids.into_iter().for_each(|id| self.erase(id));
            return;
        }
        if let [id] = ids[..] {
            self.stays.iter_mut().find(|stay| stay.id == id).unwrap().off = Some(self.now);
        }
        self.matter(ExceptionKind::Tailgating, Some(lane), ids);
    }

    pub fn look_up(&mut self, plate: &str) -> String {
        let is_payable = |stay: &Stay| stay.stage() != Some(Stage::MissedExit);
        let mut found = self.who(plate, 0, is_payable);
        if found.is_empty() {
            found = self.who(plate, 1, is_payable);
            if found.len() > 1 {
                let about = found.iter().map(|number| self.stays[*number].id).collect();
                self.matter(ExceptionKind::AmbiguousPayment, None, about);
                return "refused Ambiguous".into();
            }
        }
        if found.is_empty() {
            return "refused UnknownSession".into();
        }
        let mut said = String::new();
        for number in found {
            let (now, stay) = (self.now, &mut self.stays[number]);
            let owes = stay.owes(now);
            said += &format!("{} {owes} ", stay.id);
            if stay.said.is_none_or(|(_, holds)| holds < now) {
                let holds = if stay.stage() == Some(Stage::Parked) { now + 5 * MINUTE } else { stay.until };
                stay.said = Some((owes + stay.paid, holds));
            }
        }
        said
    }

    pub fn pay(&mut self, id: u64, kroner: u64, number: u128) -> String {
        let stay = self
            .stays
            .iter_mut()
            .find(|stay| stay.id == id && !stay.is_gone && stay.stage() != Some(Stage::MissedExit));
        let Some(stay) = stay else { return "refused UnknownSession".into() };
        let (now, stage, lane) = (self.now, stay.stage(), stay.lane);
        let owes = stay.owes(now);
        let taken = kroner.min(owes);
        let is_whole = taken == owes;
        let leave_by = (is_whole && stage == Some(Stage::Parked)).then_some(now + 15 * MINUTE);
        let is_used = stage != Some(Stage::Parked);
        self.slips.push(Slip { number, paid: now, leave_by, is_used, is_whole, is_gone: false });
        stay.paid += taken;
        if is_whole {
            self.erase(id);
            if stage == Some(Stage::AtExit) {
                self.open(lane);
            }
        }
        format!("{taken} {} {}", kroner - taken, owes - taken)
    }

    pub fn show(&mut self, number: u128, id: u64) -> String {
        let now = self.now;
        let slip = self.slips.iter_mut().find(|slip| slip.number == number && !slip.is_gone);
        let Some(slip) = slip else { return "refused UnknownReceipt".into() };
        if !slip.is_whole {
            return "refused NotSettled".into();
        }
        if slip.is_used {
            return "refused ReceiptUsed".into();
        }
        slip.is_used = true;
        let paid = slip.paid;
        if slip.leave_by.is_some_and(|by| now <= by) {
            self.open("out");
            return "paid".into();
        }
        let stay = self.stay("out", None, paid, id);
        self.out(stay, "out", now)
    }

    pub fn waive(&mut self, id: u64) -> String {
        let stay = self.stays.iter().find(|stay| stay.id == id && !stay.is_gone);
        let Some(stay) = stay else { return "refused UnknownSession".into() };
        let waits = (stay.stage() == Some(Stage::AtExit)).then_some(stay.lane);
        self.erase(id);
        waits.into_iter().for_each(|lane| self.open(lane));
        "done".into()
    }

    /// The oldest matter is decided: it is the first that it may be, the barrier opens, or nothing is done.
    pub fn resolve(&mut self, what: u8) -> String {
        let Some(number) = self.matters.iter().position(|matter| !matter.is_over) else { return "nothing".into() };
        let (kind, lane, raised) = (self.matters[number].kind, self.matters[number].lane, self.matters[number].raised);
        let about = self.matters[number].about.clone();
        use ExceptionKind::{AmbiguousExit, MissedEntry, MissedExit, UnreadExit};
        match (what, lane) {
            (0, Some(lane)) if kind == AmbiguousExit => {
                let first = self.stays.iter().position(|stay| stay.id == about[0] && stay.is_inside());
                let Some(first) = first else { return "refused NotDecidable".into() };
                self.matters[number].is_over = true;
                self.out(first, lane, raised);
            }
            (1, Some(lane)) if has_barrier(lane) && matches!(kind, AmbiguousExit | MissedEntry | UnreadExit) => {
                self.open(lane);
            }
            (2, _) => {
                self.matters[number].is_over = true;
                if kind == MissedExit {
                    about.into_iter().for_each(|id| self.erase(id));
                }
            }
            _ => return "refused NotDecidable".into(),
        }
        "done".into()
    }

    pub fn heartbeat(&mut self, can_pay: bool) {
        self.heard = can_pay.then_some(self.now);
        self.is_reading = can_pay;
    }
}
