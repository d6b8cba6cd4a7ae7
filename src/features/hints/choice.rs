//! Which rules are wanted.

use std::collections::BTreeSet;

use super::rule::{Default as InForce, Rule, Tool};

/// What to do about rules that other tools have too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coexist {
    /// Leave them to the tools that are there.
    #[default]
    Auto,
    /// Show them all.
    All,
    /// Leave them out, whether the other tools are there or not.
    Minimal,
}

/// A user's choice of rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Ids (`docker/no-user`) and families (`docker`) that are never shown.
    pub off: BTreeSet<String>,
    /// Ids and families that are shown although they are off by default.
    pub on: BTreeSet<String>,
    pub coexist: Coexist,
    /// The tools that are known to run beside Viva.
    pub companions: BTreeSet<Tool>,
}

impl Choice {
    /// Whether a rule is wanted. What is named by its id weighs more than what is by its family, and
    /// `off` more than `on`.
    pub fn wants(&self, rule: &Rule) -> bool {
        let named = |list: &BTreeSet<String>, name: &str| list.contains(name);
        if named(&self.off, rule.id) {
            return false;
        }
        if named(&self.on, rule.id) {
            return true;
        }
        if named(&self.off, rule.family()) || self.is_shown_elsewhere(rule) {
            return false;
        }
        rule.default == InForce::On || named(&self.on, rule.family())
    }

    fn is_shown_elsewhere(&self, rule: &Rule) -> bool {
        match self.coexist {
            Coexist::All => false,
            Coexist::Minimal => !rule.elsewhere.is_empty(),
            Coexist::Auto => rule
                .elsewhere
                .iter()
                .any(|elsewhere| self.companions.contains(&elsewhere.tool)),
        }
    }
}
