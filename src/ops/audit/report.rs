//! Where the rules put what they find, and what they could not judge.

use std::collections::BTreeMap;

use super::rule::Rule;
use super::thing::Thing;
use crate::model::{Address, CloudId, Resource};

/// What a finding is about.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// Where it is; `None` for a whole place.
    pub(super) address: Option<Address>,
    /// Each of its addresses, or the place, as they are printed; at least one.
    pub(super) shown: Vec<String>,
}

/// A finding before anybody asked whether it is waived.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) rule: Rule,
    /// What it is about; the first stands for all.
    pub(super) subjects: Vec<Subject>,
    pub(super) message: String,
    /// A command that mends it.
    pub(super) fix: Option<String>,
    /// What stays the same from one audit to the next.
    pub(super) stable: String,
}

/// How much of what a rule is about it could judge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// So many were judged, found or not.
    pub judged: usize,
    /// So many could not be: their cloud does not tell, or could not be read.
    pub not_judged: usize,
}

/// What the rules said.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) drafts: Vec<Draft>,
    pub(super) counts: BTreeMap<Rule, Judged>,
    not_judged: BTreeMap<(Rule, CloudId, &'static str, String), usize>,
}

impl Report {
    /// One is as it should be, or the finding about it was put down.
    pub(super) fn judged(&mut self, rule: Rule) {
        self.counts.entry(rule).or_default().judged += 1;
    }

    /// A finding about one thing.
    pub(super) fn find(&mut self, rule: Rule, thing: &Thing<'_>, message: String) {
        self.find_with(rule, thing, message, None);
    }

    /// A finding about one thing, and the verb that mends it.
    pub(super) fn find_with(
        &mut self,
        rule: Rule,
        thing: &Thing<'_>,
        message: String,
        verb: Option<&str>,
    ) {
        let first = thing.addresses.first();
        let fix = first.zip(verb).map(|(address, verb)| {
            let (cloud, resource) = (address.scope.cloud, address.resource);
            format!("kpctl {cloud} {resource} {verb} {address}")
        });
        self.drafts.push(Draft {
            rule,
            subjects: vec![thing.subject()],
            message,
            fix,
            stable: thing.stable(),
        });
    }

    /// One could not be judged. It is never called good.
    pub(super) fn not_judged(&mut self, rule: Rule, thing: &Thing<'_>, why: impl Into<String>) {
        let resource = thing.addresses.first().map(|address| address.resource);
        self.count(rule, thing.account.cloud, noun(resource), why.into());
    }

    /// A place could not be judged.
    pub(super) fn place_not_judged(&mut self, rule: Rule, cloud: CloudId, why: impl Into<String>) {
        self.count(rule, cloud, "place", why.into());
    }

    fn count(&mut self, rule: Rule, cloud: CloudId, noun: &'static str, why: String) {
        self.counts.entry(rule).or_default().not_judged += 1;
        *self.not_judged.entry((rule, cloud, noun, why)).or_default() += 1;
    }

    /// What could not be judged, as warnings.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> + '_ {
        let each = self.not_judged.iter();
        each.map(|((rule, cloud, noun, why), count)| {
            let (end, was) = if *count == 1 {
                ("", "was")
            } else {
                ("s", "were")
            };
            format!("{rule}: {count} {noun}{end} of {cloud} {was} not judged: {why}")
        })
    }
}

fn noun(resource: Option<Resource>) -> &'static str {
    match resource {
        Some(Resource::LighthouseKeyPair) => "Lighthouse key pair",
        Some(Resource::KmsKey) => "KMS key",
        Some(Resource::CodeartsKey) => "CodeArts key",
        Some(Resource::KeyPair | Resource::Instance | Resource::CphServer | Resource::Task)
        | None => "key pair",
    }
}
