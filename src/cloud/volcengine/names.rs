//! Names of key pairs, and their keys: what can be one, and how many names go into a request.

use super::ecs;
use crate::cloud::change::Batch;
use crate::cloud::names::Alphabet;
use crate::error::Error;
use crate::sshkey::PublicKey;

/// Names travel in the query of a GET, whose longest form is not documented. Gateways commonly
/// stop at 8 KiB, so a request is closed before its names come near that.
const MOST_NAME_BYTES: usize = 5_000;
/// Names have at most 64 characters by the documents; this is far beyond any of them.
const LONGEST_NAME: usize = 512;
/// The length of new names, in characters.
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 2..=64;
/// What new names are made of.
const ALPHABET: Alphabet = Alphabet {
    separators: &['-', '.'],
    filler: '-',
    longest: *NAME_LENGTH.end(),
};

/// What no rule for names could allow: nothing, control characters, outer blanks, a whole page.
pub(super) fn can_be_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_NAME
        && text.trim() == text
        && !text.chars().any(char::is_control)
}

/// Refuses a text that cannot name a key pair.
pub(super) fn check(text: &str) -> Result<(), Error> {
    if can_be_name(text) {
        return Ok(());
    }
    let shown = text.chars().take(80).collect::<String>();
    Err(Error::usage(format!(
        "'{}' cannot be the name of a key pair",
        shown.escape_debug()
    )))
}

/// Refuses what cannot be the name of a new pair; what may be refused is a warning.
pub(in crate::cloud) fn check_new(name: &str) -> Result<Option<String>, Error> {
    check(name)?;
    let shown = name.escape_debug();
    if !NAME_LENGTH.contains(&name.chars().count()) {
        return Err(
            Error::usage(format!("'{shown}' cannot be the name of a key pair"))
                .hint("A name has 2 to 64 characters."),
        );
    }
    // The rule forbids the underscores that the documents' own samples have.
    let is_part = |part: &str| !part.is_empty() && part.chars().all(char::is_alphanumeric);
    let follows_the_rule = name.split('.').all(|part| part.split('-').all(is_part));
    Ok((!follows_the_rule).then(|| format!(
        "the documents want names of letters and digits with single '-' or '.' between them: whether '{shown}' is taken is left to the service"
    )))
}

/// The name itself or the nearest one that is certainly taken; `None` when nothing is left of it. The rule
/// for descriptions names Chinese beside letters, and that for names does not (spec volcengine 4.0): only
/// Latin letters are sure.
pub(in crate::cloud) fn legal(wanted: &str) -> Option<String> {
    // A name that follows the rule is nearest to itself.
    let name = ALPHABET.nearest(wanted);
    name.filter(|name| NAME_LENGTH.contains(&name.len()))
}

/// What may keep a public key from being taken.
pub(in crate::cloud) fn doubt(key: &PublicKey) -> Option<String> {
    let kind = key.kind();
    (kind != "ssh-rsa").then(|| {
        format!(
            "the documents show ssh-rsa keys only: whether {kind} is taken is left to the service"
        )
    })
}

/// Splits by the documented number of names and by the length of the query that they make.
pub(super) fn chunks(items: &[usize], names: &[String]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut bytes = 0;
    for &item in items {
        // Each byte of a name that is not ASCII takes three in the query.
        let length = 24
            + names[item]
                .bytes()
                .map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 })
                .sum::<usize>();
        match batches.last_mut() {
            Some(batch) if batch.len() < ecs::MOST_NAMES && bytes + length <= MOST_NAME_BYTES => {
                batch.push(item);
                bytes += length;
            }
            _ => {
                batches.push(vec![item]);
                bytes = length;
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::chunks;

    #[test]
    fn requests_are_closed_at_100_names_and_before_the_query_grows_too_long() {
        let short: Vec<String> = (0..250).map(|n| format!("ci-{n}")).collect();
        let items: Vec<usize> = (0..250).collect();
        let sizes: Vec<usize> = chunks(&items, &short).iter().map(Vec::len).collect();
        assert_eq!(sizes, [100, 100, 50]);

        let long: Vec<String> = (0..250).map(|n| format!("{n:064}")).collect();
        let batches = chunks(&items, &long);
        assert!(batches.iter().all(|batch| batch.len() < 100));
        assert_eq!(batches.concat(), items);
        assert!(chunks(&[], &short).is_empty());
    }
}
