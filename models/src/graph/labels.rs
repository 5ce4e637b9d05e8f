//! The names that a file gives its classes, as exporters write them.

use vokter_rules::limits;

/// The words of a list as exporters write one: what stands in quotes, and if nothing does, what stands between commas.
/// A dictionary's keys, being numbers, are left out.
pub(super) fn listed(list: &str) -> Vec<String> {
    let (mut words, mut characters) = (vec![], list.chars().peekable());
    while let Some(quote) = characters.next() {
        if quote != '"' && quote != '\'' {
            continue;
        }
        let mut word = String::new();
        while let Some(character) = characters.next_if(|character| *character != quote) {
            word.push(if character == '\\' { characters.next().unwrap_or('\\') } else { character });
        }
        characters.next();
        // A quoted number or a word before a colon is a key: {"0": "person"}.
        let is_key = characters.clone().find(|character| !character.is_whitespace()) == Some(':');
        if !is_key {
            words.push(word);
        }
        if words.len() > limits::MODEL_CLASSES {
            return words;
        }
    }
    if words.is_empty() {
        let words_of = list.split([',', ';', '\n']).map(|word| word.rsplit(':').next().unwrap_or(word));
        let trimmed = words_of.map(|word| word.trim_matches(|c: char| c.is_whitespace() || "[]{}()".contains(c)));
        let named = trimmed.filter(|word| !word.is_empty()).take(limits::MODEL_CLASSES + 1);
        words.extend(named.map(str::to_owned));
    }
    words
}

#[cfg(test)]
mod tests {
    use crate::graph::Graph;

    #[test]
    fn labels_are_read_as_exporters_write_them() {
        let of = |value: &str| {
            let metadata = vec![("names".to_owned(), value.to_owned())];
            Graph { metadata, ..Graph::default() }.labels().unwrap()
        };
        assert_eq!(of("{0: 'person', 1: \"driver's cab\", 2: 'o\\'clock'}"), ["person", "driver's cab", "o'clock"]);
        assert_eq!(of(r#"{"0": "person", "1": "car"}"#), ["person", "car"]);
        assert_eq!(of("[\"person\", \"car\"]"), ["person", "car"]);
        assert_eq!(of("person, car"), ["person", "car"]);
        assert_eq!(of("0: person\n1: car"), ["person", "car"]);
        assert_eq!(Graph::default().labels(), None);
        let two = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let graph = Graph {
            metadata: vec![two("classes", "2"), two("names", "a, b"), two("Labels", "[c]")],
            ..Graph::default()
        };
        assert_eq!(graph.label_lists().collect::<Vec<_>>(), [vec!["a", "b"], vec!["c"]]);
    }
}
