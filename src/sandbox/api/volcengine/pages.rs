//! Pages of Volcengine lists (spec volcengine 4.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Call, Refusal, sha256_hex};

/// Cuts the page that a call asks for out of all matches, and tells the `NextToken`: empty on the last page.
///
/// A token is bound to the position and to the other parameters. It holds the id that comes next, so that a deletion
/// between two pages does not skip anything.
pub(crate) fn page<'m, T>(
    call: &Call<'_>,
    matches: &'m [T],
    id: impl Fn(&T) -> &str,
    default: usize,
    most: usize,
) -> Result<(&'m [T], String), Refusal> {
    let size = call.parameters.number("MaxResults", default, most)?;
    let question = &sha256_hex(call.parameters.without("NextToken").as_bytes())[..16];
    let start = match call
        .parameters
        .text("NextToken")
        .filter(|token| !token.is_empty())
    {
        None => 0,
        Some(token) => {
            let (offset, next) =
                read(token, question).ok_or_else(|| Refusal::malformed("NextToken"))?;
            // It is where it was, unless something before it came or went.
            let is_it = |item: &T| id(item) == next;
            if matches.get(offset).is_some_and(is_it) {
                offset
            } else {
                let found = matches.iter().position(is_it);
                found.unwrap_or(offset).min(matches.len())
            }
        }
    };
    let end = start.saturating_add(size).min(matches.len());
    let token = matches
        .get(end)
        .map(|next| STANDARD.encode(format!("{question}/{end}/{}", id(next))))
        .unwrap_or_default();
    Ok((&matches[start..end], token))
}

fn read(token: &str, question: &str) -> Option<(usize, String)> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let mut parts = text.splitn(3, '/');
    if parts.next()? != question {
        return None;
    }
    Some((parts.next()?.parse().ok()?, parts.next()?.to_owned()))
}
