//! What the fields of a key pair may hold (spec volcengine 4.0), and what a public key is.

use super::{Refusal, Tag, batch, fingerprint};

/// Characters of a name, and the fewest.
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 2..=64;
/// Characters of a description.
const MOST_OF_DESCRIPTION: usize = 255;
/// Characters of a project's name.
const MOST_OF_PROJECT: usize = 64;
/// Tags of one resource.
pub(crate) const MOST_TAGS: usize = 20;
/// Characters of a tag's key; how long a value may be was not readable.
const MOST_OF_TAG_KEY: usize = 128;

/// Letters, digits and `-` in parts separated by `.`; neither at an end, neither twice in a row. The rule has no
/// underscores, the vendor's own samples have: both are possible.
pub(crate) fn name(name: &str, takes_underscores: bool) -> Result<(), Refusal> {
    let is_fit = |character: char| {
        character.is_ascii_alphanumeric()
            || matches!(character, '-' | '.')
            || (takes_underscores && character == '_')
    };
    let is_separator = |end: Option<char>| matches!(end, Some('-' | '.'));
    let fits = NAME_LENGTH.contains(&name.chars().count())
        && name.chars().all(is_fit)
        && !is_separator(name.chars().next())
        && !is_separator(name.chars().next_back())
        && !name.contains("--")
        && !name.contains("..");
    fits.then_some(())
        .ok_or_else(|| Refusal::malformed("KeyPairName"))
}

/// Empty, or text that begins with a letter or a Chinese character.
pub(crate) fn description(text: &str) -> Result<(), Refusal> {
    let is_letter = |character: char| character.is_ascii_alphabetic() || is_chinese(character);
    let is_fit = |character: char| {
        is_letter(character)
            || character.is_ascii_digit()
            || matches!(character, '.' | ' ' | '_' | '-' | '=' | ',' | '，' | '。')
    };
    let fits = text.chars().count() <= MOST_OF_DESCRIPTION
        && text.chars().all(is_fit)
        && text.chars().next().is_none_or(is_letter);
    fits.then_some(())
        .ok_or_else(|| Refusal::malformed("KeyPairDescription"))
}

/// The unified ideographs and their first extension.
fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

/// Letters, digits, `_`, `.`, `-`.
pub(crate) fn project_name(name: &str) -> Result<(), Refusal> {
    let is_fit =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-');
    let fits = name.len() <= MOST_OF_PROJECT && name.chars().all(is_fit);
    fits.then_some(())
        .ok_or_else(|| Refusal::malformed("ProjectName"))
}

/// Up to 20 with distinct keys. The codes are guesses after the pattern of the others.
pub(crate) fn tags(tags: &[Tag]) -> Result<(), Refusal> {
    batch::within("Tags", tags.len(), MOST_TAGS)?;
    for (index, tag) in tags.iter().enumerate() {
        let is_fit = |character: char| {
            character.is_alphanumeric()
                || matches!(
                    character,
                    ' ' | '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@'
                )
        };
        let lower_case = tag.key.to_lowercase();
        let fits = (1..=MOST_OF_TAG_KEY).contains(&tag.key.chars().count())
            && tag.key.chars().all(is_fit)
            && !lower_case.starts_with("volc:")
            && !lower_case.starts_with("sys:");
        if !fits {
            return Err(Refusal::malformed("TagKey"));
        }
        if !tag.value.chars().all(is_fit) {
            return Err(Refusal::malformed("TagValue"));
        }
        if tags[..index].iter().any(|other| other.key == tag.key) {
            return Err(Refusal::bad_request(
                "InvalidTagKey.Duplicate",
                "The specified tag keys are not distinct.",
            ));
        }
    }
    Ok(())
}

/// One line of OpenSSH, without the line end that a `.pub` file has. Which types pass besides RSA is not documented.
pub(crate) fn public_key(text: &str, takes_rsa_only: bool) -> Result<&str, Refusal> {
    let line = text.trim_end_matches(['\r', '\n']);
    let fits = !line.contains(['\r', '\n'])
        && fingerprint::parse(line).is_some_and(|(kind, blob)| {
            let strings = strings(&blob).unwrap_or_default();
            match (kind.as_str(), strings.as_slice()) {
                ("ssh-rsa", [_, exponent, modulus]) => !exponent.is_empty() && !modulus.is_empty(),
                ("ssh-ed25519", [_, point]) => !takes_rsa_only && point.len() == 32,
                (
                    "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521",
                    [_, curve, point],
                ) => !takes_rsa_only && kind.as_bytes().ends_with(curve) && !point.is_empty(),
                _ => false,
            }
        });
    fits.then_some(line)
        .ok_or_else(|| Refusal::malformed("PublicKey"))
}

/// The strings that a blob is made of; `None` when something is cut off or left over.
fn strings(mut blob: &[u8]) -> Option<Vec<&[u8]>> {
    let mut strings = Vec::new();
    while !blob.is_empty() {
        let (length, rest) = blob.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (string, rest) = rest.split_at_checked(length)?;
        strings.push(string);
        blob = rest;
    }
    Some(strings)
}
