//! Questions: the interview questions that a whole file leads to.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use viva_guide::{Guide, Language, Topic};

use crate::document::Document;
use crate::features::explain;
use crate::keywords::Keyword;

/// A topic that keywords of a file lead to; its questions are the file's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub topic: Topic,
    /// How many keywords of the file lead to it.
    pub keywords: usize,
}

/// The topics with questions that the keywords of a document lead to: those that most keywords lead
/// to first, among equals in the order of the text.
pub fn questions(guide: &Guide, document: &Document) -> Vec<Asked> {
    let Some(language) = document.language else {
        return Vec::new();
    };
    let mut asked: Vec<Asked> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    // Files repeat their keywords, so each is looked up once.
    let mut known: HashMap<Looked, Option<usize>> = HashMap::new();
    document.each_keyword(|keyword| {
        let place = match known.entry(looked(language, &keyword)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let topic = explain(guide, language, &keyword)
                    .and_then(|explained| explained.topic)
                    .filter(|topic| !topic.questions.is_empty());
                *new.insert(topic.map(|topic| {
                    *places.entry(topic.id.clone()).or_insert_with(|| {
                        asked.push(Asked { topic, keywords: 0 });
                        asked.len() - 1
                    })
                }))
            }
        };
        if let Some(found) = place.and_then(|place| asked.get_mut(place)) {
            found.keywords += 1;
        }
    });
    asked.sort_by_key(|found| std::cmp::Reverse(found.keywords));
    asked
}

/// What the guide is asked for a keyword.
type Looked = (Language, Option<String>, Vec<String>);

fn looked(language: Language, keyword: &Keyword) -> Looked {
    (
        keyword.language.unwrap_or(language),
        keyword.sense.as_ref().map(|sense| sense.name.clone()),
        keyword.names.clone(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::built_in;

    fn topics(language: Option<Language>, text: &str) -> Vec<(String, usize)> {
        let document = Document::new(1, language, text);
        questions(&built_in::guide(), &document)
            .into_iter()
            .map(|found| (found.topic.id, found.keywords))
            .collect()
    }

    #[test]
    fn what_most_keywords_lead_to_comes_first_then_the_order_of_the_text() {
        let text = "package p\n\nimport \"sync\"\n\nvar c sync.Cond\nvar a, b sync.Mutex\n\nfunc f() { a.Lock(); defer a.Unlock(); c.Wait() }\n";
        let document = Document::new(1, Some(Language::Go), text);
        let guide = built_in::guide();
        let led: Vec<String> = document
            .keywords()
            .iter()
            .filter_map(|keyword| explain(&guide, Language::Go, keyword)?.topic)
            .map(|topic| topic.id)
            .collect();
        let count = |id: &String| led.iter().filter(|led| *led == id).count();
        let mut expected: Vec<(String, usize)> = Vec::new();
        for id in &led {
            if expected.iter().all(|(known, _)| known != id) {
                expected.push((id.clone(), count(id)));
            }
        }
        expected.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        assert!(expected.len() > 2, "{expected:?}");
        assert_eq!(topics(Some(Language::Go), text), expected);
    }

    #[test]
    fn files_without_keywords_have_no_questions() {
        assert!(topics(None, "var c sync.Cond").is_empty());
        assert!(topics(Some(Language::Go), "").is_empty());
        assert!(topics(Some(Language::Sql), "-- UNION ALL\n").is_empty());
    }
}
