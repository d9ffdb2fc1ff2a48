//! `Filters` of the listings (spec tencent 2.3, 2.9, 3).

use serde_json::Value;

use super::parameters::{Parameters, strings, wrong_type};
use super::product::Product;
use super::{Refusal, Tag};

/// Filters in one call (spec tencent 2.3).
const MOST_FILTERS: usize = 10;

/// One of `Filters`: any of the values fits.
#[derive(Debug)]
pub(crate) struct Filter {
    /// E.g. `instance-state` or `tag:team`.
    pub(crate) name: String,
    /// Any number up to the limit.
    pub(crate) values: Vec<String>,
}

impl Filter {
    /// Whether one of the values is this one.
    pub(crate) fn fits(&self, value: &str) -> bool {
        self.values.iter().any(|wanted| wanted == value)
    }

    /// Whether one of the values is in this one.
    pub(crate) fn fits_part(&self, value: &str) -> bool {
        self.values.iter().any(|wanted| value.contains(wanted))
    }

    /// `tag-key`, `tag-value` and `tag:<key>`.
    pub(crate) fn fits_tags(&self, tags: &[Tag]) -> bool {
        tags.iter().any(|tag| match self.name.as_str() {
            "tag-key" => self.fits(&tag.key),
            "tag-value" => self.fits(&tag.value),
            name => name.strip_prefix("tag:") == Some(&tag.key) && self.fits(&tag.value),
        })
    }
}

impl Parameters {
    /// `Filters`, with names out of `known` or of the form `tag:<key>`, and at most so many values each.
    pub(crate) fn filters(
        &self,
        product: Product,
        known: &[&str],
        most_values: usize,
    ) -> Result<Vec<Filter>, Refusal> {
        let Some(value) = self.member("Filters") else {
            return Ok(Vec::new());
        };
        let codes = product.codes();
        let shape = || wrong_type("Filters", "a list of Name and Values");
        let mut filters = Vec::new();
        for item in value.as_array().ok_or_else(shape)? {
            let name = item.get("Name").and_then(Value::as_str).ok_or_else(shape)?;
            let values = item.get("Values").and_then(strings).ok_or_else(shape)?;
            if !known.contains(&name) && !name.starts_with("tag:") {
                return Err(Refusal::new(
                    codes.filter_unknown,
                    format!("The filter `{name}` is not supported."),
                ));
            }
            if values.len() > most_values {
                return Err(Refusal::new(
                    codes.filter_values,
                    format!(
                        "The filter `{name}` has {} values, the limit is {most_values}.",
                        values.len()
                    ),
                ));
            }
            filters.push(Filter {
                name: name.to_owned(),
                values,
            });
        }
        if filters.len() > MOST_FILTERS {
            return Err(Refusal::new(
                "InvalidParameterValue.LimitExceeded",
                format!(
                    "There are {} filters, the limit is {MOST_FILTERS}.",
                    filters.len()
                ),
            ));
        }
        Ok(filters)
    }

    /// Refuses ids together with filters (spec tencent 2.3, 2.9, 3).
    pub(crate) fn ids_or_filters(&self, product: Product, ids: &str) -> Result<(), Refusal> {
        if self.member(ids).is_some() && self.member("Filters").is_some() {
            return Err(Refusal::new(
                product.codes().ids_with_filters,
                format!("`{ids}` and `Filters` cannot be specified at the same time."),
            ));
        }
        Ok(())
    }
}
