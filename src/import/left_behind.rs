//! What is left behind, where it was written, and why.

/// Something that is not taken over.
#[derive(Debug)]
pub struct Lost {
    /// What it is called there.
    pub what: String,
    /// Where it was written: cameras and zones; empty for the whole configuration.
    pub of: Vec<String>,
    /// The requirement behind it, if there is one.
    pub requirement: Option<&'static str>,
    pub why: String,
}

/// All that is left behind, each thing once.
#[derive(Debug, Default)]
pub struct LeftBehind(Vec<Lost>);

impl LeftBehind {
    /// Adds one thing; what was left behind elsewhere for the same reason is said together with it.
    pub fn add(&mut self, what: &str, of: Option<&str>, requirement: Option<&'static str>, why: impl Into<String>) {
        let (of, why) = (of.map(str::to_owned), why.into());
        match self.0.iter_mut().find(|lost| lost.what == what && lost.why == why) {
            Some(lost) => lost.of.extend(of.filter(|of| !lost.of.contains(of))),
            None => self.0.push(Lost { what: what.to_owned(), of: of.into_iter().collect(), requirement, why }),
        }
    }

    /// Each thing, together with what was left behind in the same places for the same reason; those with a requirement
    /// first.
    pub fn groups(&self) -> Vec<Vec<&Lost>> {
        let mut groups: Vec<Vec<&Lost>> = vec![];
        for lost in &self.0 {
            let is_alike = |group: &&mut Vec<&Lost>| {
                group.first().is_some_and(|first| first.why == lost.why && first.of == lost.of)
            };
            match groups.iter_mut().find(is_alike) {
                Some(group) => group.push(lost),
                None => groups.push(vec![lost]),
            }
        }
        groups.sort_by_key(|group| group.first().is_none_or(|first| first.requirement.is_none()));
        groups
    }
}
