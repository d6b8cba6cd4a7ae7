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

impl Guide {
    /// Questions related to an explanation, at most `limit`: the topic's own, then one of each topic
    /// that mentions the same name, of each that the topic's author names as related, and of topics
    /// with similar text. `around` are qualified names that stand near the cursor; topics that they
    /// lead to come earlier among the similar ones.
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
        // Mentions are many for common names; one leaves room for what the author chose.
        let mentioning = explained.others.iter().take(1).cloned();
        let named = topic.related.iter().filter_map(|id| self.topic(id));
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

    fn similar(&self, topic: &Topic, around: &[String], limit: usize) -> Vec<Topic> {
        let text = |value: &String| OwnedValue::Str(value.clone());
        let like = MoreLikeThisQuery::builder()
            // The defaults (5 documents, 2 times) find nothing in a guide of short texts.
            .with_min_doc_frequency(1)
            .with_min_term_frequency(1)
            .with_max_doc_frequency((self.searcher.num_docs() / 4).max(8))
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
            clauses.push((Occur::Should, Box::new(ConstScoreQuery::new(near, 4.0))));
        }
        self.find_topics(clauses, limit + 1)
            .into_iter()
            .map(|(_, topic)| topic)
            .filter(|other| other.id != topic.id)
            .collect()
    }

    /// Topics that match, the best first.
    fn find_topics(
        &self,
        mut clauses: Vec<(Occur, Box<dyn Query>)>,
        limit: usize,
    ) -> Vec<(f32, Topic)> {
        let is_topic = ConstScoreQuery::new(exactly(self.fields.kind, record::TOPIC), 0.0);
        clauses = vec![
            (Occur::Must, Box::new(is_topic) as Box<dyn Query>),
            (Occur::Must, Box::new(BooleanQuery::new(clauses))),
        ];
        let top = TopDocs::with_limit(limit.max(1)).order_by_score();
        let found = self
            .searcher
            .search(&BooleanQuery::new(clauses), &top)
            .unwrap_or_default();
        found
            .into_iter()
            .filter_map(|(score, address)| {
                Some((score, self.fields.read_topic(&self.doc(address)?)?))
            })
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
