//! Terminals: plates are read only while somebody can pay here (IVA-7a).
//!
//! ```text
//!            a heartbeat that says so
//!  stopped ───────────────────────────▶ reading
//!          ◀───────────────────────────
//!            no terminal can take payment, or all are silent
//! ```

use super::effect::{Effect, Refusal};
use super::terms::{after, seconds};
use super::turn::Turn;

impl Turn<'_> {
    pub fn heartbeat(&mut self, terminal: &str, can_take_payment: bool) -> Result<(), Refusal> {
        if !self.terms.terminals.iter().any(|known| known == terminal) {
            return Err(Refusal::UnknownTerminal);
        }
        if can_take_payment {
            self.state.terminals.insert(terminal.to_owned(), self.now);
        } else {
            self.state.terminals.remove(terminal);
        }
        self.watch_terminals();
        Ok(())
    }

    /// Forgets who is silent, and stops or resumes reading.
    pub fn watch_terminals(&mut self) {
        let (now, patience) = (self.now, seconds(self.terms.heartbeat_seconds));
        let known = &self.terms.terminals;
        self.state.terminals.retain(|name, last| known.contains(name) && now <= after(*last, patience));
        let can_pay = !self.state.terminals.is_empty();
        if can_pay == self.state.is_reading {
            return;
        }
        self.state.is_reading = can_pay;
        self.effects.push(match can_pay {
            true => Effect::ResumeReading,
            false => Effect::StopReading { fallback: self.terms.fallback },
        });
    }
}
