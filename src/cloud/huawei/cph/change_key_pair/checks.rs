//! What can be said about servers and names before anything is sent.

use std::collections::HashMap;

use crate::cloud::huawei::cph::servers::may_be_id;
use crate::error::Error;

/// Longest name of a key pair (spec huawei-codearts-cph 6.1).
const LONGEST_NAME: usize = 64;

/// Ids that cannot be ids, names that cannot be names, one server with two names.
pub(super) fn check(assignments: Vec<(String, String)>) -> Result<Vec<(String, String)>, Error> {
    let mut checked: Vec<(String, String)> = Vec::new();
    let mut names: HashMap<String, String> = HashMap::new();
    for (id, name) in assignments {
        if !may_be_id(&id) {
            let id = id.escape_debug();
            return Err(Error::usage(format!(
                "'{id}' cannot be the id of a cloud phone server"
            )));
        }
        if name.is_empty() || name.len() > LONGEST_NAME || name.contains(char::is_control) {
            let name = name.escape_debug();
            return Err(
                Error::usage(format!("'{name}' cannot be the name of a key pair"))
                    .hint("A name has 1 to 64 bytes: letters, digits, '_' and '-'."),
            );
        }
        match names.get(&id) {
            Some(other) if *other == name => {}
            Some(other) => {
                return Err(Error::usage(format!(
                    "server {id} cannot have two key pairs: {other} and {name}"
                )));
            }
            None => {
                names.insert(id.clone(), name.clone());
                checked.push((id, name));
            }
        }
    }
    Ok(checked)
}

/// What is unusual but may be right: one page of the documentation shows a longer form of ids.
pub(super) fn oddities(assignments: &[(String, String)]) -> Vec<String> {
    let usual = |id: &str| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let ids = assignments.iter().filter(|(id, _)| !usual(id));
    let mut warnings: Vec<String> = ids
        .map(|(id, _)| format!("server id '{id}' is not 32 hex digits; trying it"))
        .collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut names: Vec<&str> = assignments.iter().map(|(_, name)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let odd = names.into_iter().filter(|name| !name.chars().all(plain));
    warnings.extend(odd.map(|name| {
        format!("key pair name '{name}' has letters that KPS does not allow; trying it")
    }));
    warnings
}
