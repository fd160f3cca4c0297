//! Counts the words of a text.

use std::collections::BTreeMap;

/// How often each word occurs, whatever its case.
pub fn count_words(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for field in text.split(|c: char| !c.is_alphanumeric() && c != '\'') {
        let word = field.trim_matches('\'');
        if !word.is_empty() {
            *counts.entry(word.to_lowercase()).or_insert(0) += 1;
        }
    }
    counts
}

/// The most frequent words, ties in alphabetical order.
pub fn most_common(text: &str, limit: usize) -> Vec<(String, usize)> {
    let mut entries: Vec<_> = count_words(text).into_iter().collect();
    // The map is in alphabetical order and the sort is stable.
    entries.sort_by(|a, b| b.1.cmp(&a.1));
    entries.truncate(limit);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_whatever_their_case() {
        assert_eq!(count_words("The cat saw the dog").get("the"), Some(&2));
    }

    #[test]
    fn a_text_without_words_has_none() {
        assert!(count_words("... --- !").is_empty());
    }

    #[test]
    fn an_apostrophe_belongs_to_its_word() {
        assert_eq!(count_words("don't").get("don't"), Some(&1));
    }
}
