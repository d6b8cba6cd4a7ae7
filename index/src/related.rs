//! Questions related to what is explained.

use tantivy::Term;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, ConstScoreQuery, MoreLikeThisQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, OwnedValue};

use crate::guide::{Explanation, Guide};
use crate::record;
use crate::topic::Topic;

/// A question, and the topic that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedQuestion {
    /// The topic's id.
    pub topic: String,
    /// Which question of the topic, from 0.
    pub number: usize,
    pub ask: String,
}

/// What a topic gets for a name near the cursor that leads to it: as much as a rare word in common.
const NEAR: f32 = 4.0;

impl Guide {
    /// Questions related to an explanation, at most `limit`: the topic's own, then one of each topic of
    /// one's own that mentions the same name and of one other, of each that the topic's author names as
    /// related, and of topics with similar text. `around` are qualified names that stand near the cursor; topics that they
    /// lead to come first among each of these.
    pub fn related(
        &self,
        explained: &Explanation,
        around: &[String],
        limit: usize,
    ) -> Vec<RelatedQuestion> {
        let Some(topic) = &explained.topic else {
            return Vec::new();
        };
        // Up to half of the places go to the topic itself.
        let own = topic.questions.len().min(limit.div_ceil(2));
        let mut questions: Vec<RelatedQuestion> = (0..own)
            .filter_map(|number| question(topic, number))
            .collect();
        let mut seen = vec![topic.id.clone()];
        let is_near = |other: &Topic| {
            let mut names = other.keywords.iter().chain(&other.mentions);
            names.any(|name| around.contains(&name.qualified()))
        };
        // What people wrote themselves they want to be asked. Other mentions are many for common names; one
        // leaves room for what the author chose.
        let (own, others): (Vec<Topic>, Vec<Topic>) = self
            .others(explained)
            .into_iter()
            .partition(|other| other.from.is_some());
        let nearest = others
            .into_iter()
            .min_by_key(|other| (!is_near(other), !topic.related.contains(&other.id)));
        let mentioning = own.into_iter().chain(nearest);
        let mut named: Vec<Topic> = topic
            .related
            .iter()
            .filter_map(|id| self.topic(id))
            .collect();
        // The author's order stays among those that the code is about, and among the others.
        named.sort_by_key(|other| !is_near(other));
        let similar = std::iter::once_with(|| self.similar(topic, around, limit)).flatten();
        for other in mentioning.chain(named).chain(similar) {
            if questions.len() >= limit {
                break;
            }
            if !seen.contains(&other.id) {
                questions.extend(question(&other, 0));
                seen.push(other.id);
            }
        }
        questions
    }

    /// Topics with similar text, the most similar first; what stands around weighs too.
    fn similar(&self, topic: &Topic, around: &[String], limit: usize) -> Vec<Topic> {
        let text = |value: &String| OwnedValue::Str(value.clone());
        let like = MoreLikeThisQuery::builder()
            // The defaults (5 documents, 2 times) find nothing in a guide of short texts.
            .with_min_doc_frequency(1)
            .with_min_term_frequency(1)
            // What every fourth topic says makes none of them similar.
            .with_max_doc_frequency((self.topic_count() as u64 / 4).max(8))
            .with_max_query_terms(25)
            .with_document_fields(vec![
                (self.fields.title, vec![text(&topic.title)]),
                (self.fields.also, topic.also.iter().map(text).collect()),
                (self.fields.summary, vec![text(&topic.summary)]),
                (self.fields.body, vec![text(&topic.body)]),
            ]);
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Should, Box::new(like))];
        for name in around {
            let near = exactly(self.fields.keyword, name);
            clauses.push((Occur::Should, Box::new(ConstScoreQuery::new(near, NEAR))));
        }
        let is_topic = ConstScoreQuery::new(exactly(self.fields.kind, record::TOPIC), 0.0);
        let query = BooleanQuery::new(vec![
            (Occur::Must, Box::new(is_topic)),
            (Occur::Must, Box::new(BooleanQuery::new(clauses))),
        ]);
        let top = TopDocs::with_limit(limit + 1).order_by_score();
        let found = self
            .searcher
            .search_with_statistics_provider(&query, &top, &self.statistics())
            .unwrap_or_default();
        found
            .into_iter()
            .filter_map(|(_, address)| self.topic_at(address))
            .filter(|other| other.id != topic.id)
            .collect()
    }
}

/// A question of a topic as a related one.
fn question(topic: &Topic, number: usize) -> Option<RelatedQuestion> {
    let ask = topic.questions.get(number)?.ask.clone();
    Some(RelatedQuestion {
        topic: topic.id.clone(),
        number,
        ask,
    })
}

fn exactly(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, text),
        IndexRecordOption::WithFreqs,
    ))
}
