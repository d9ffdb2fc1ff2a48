//! What can be said of the names and keys of both services that hold public keys, before anything is sent.

#[cfg(test)]
pub(in crate::cloud) use super::codearts::add::check_title;
pub(in crate::cloud) use super::codearts::add::{check_key as check_repository_key, legal_title};
#[cfg(test)]
pub(in crate::cloud) use super::kps::key_pairs::check_new_name;
pub(in crate::cloud) use super::kps::key_pairs::{doubt, legal as legal_name};
