//! Pages by offset of a list that others may change while it is read: an entry that goes moves all behind
//! it one place forward, and one of them from a page that is still to come to one that was read.
//!
//! Each page but the first begins with the last entry of the page before, so that a move is seen. Whether
//! the order of a list is steady is not documented (spec tencent 7, point 8): where the entries never fit,
//! the last reading goes by the count alone.

use super::shapes::PAGE;
use crate::cloud::pages::READINGS;
use crate::cloud::seen::Seen;

/// How far the reading of a list is.
#[derive(Debug, Default)]
pub(super) struct Offsets {
    /// The last entry of the page before.
    last: Option<String>,
    total: Option<usize>,
    known: Seen,
    moved: bool,
    /// How often the list was begun anew.
    restarts: u32,
}

/// What a page means.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// How many entries at its beginning are known already.
    pub(super) skip: usize,
    /// Whether another page follows.
    pub(super) more: bool,
}

impl Offsets {
    /// Moves the offset past a page with these entries.
    pub(super) fn turn(
        &mut self,
        offset: &mut usize,
        ids: &[String],
        total: Option<usize>,
    ) -> Turn {
        let by_count_alone = self.restarts + 1 >= READINGS;
        if let (Some(before), Some(now)) = (self.total, total) {
            self.moved |= before != now;
        }
        self.total = total.or(self.total);
        let skip = match self.last.take() {
            None => 0,
            Some(last) if ids.first() == Some(&last) => 1,
            Some(_) => {
                self.moved = true;
                0
            }
        };
        for id in ids {
            self.known.insert(id);
        }
        *offset += ids.len();
        let more = match total {
            // More were announced than came: the same request again, which the reader takes for the
            // error that it is. So does an empty answer that announces nothing, which may be no answer.
            _ if ids.is_empty() => total.is_none_or(|total| *offset < total),
            // Without a count another page may follow a full one.
            None => ids.len() >= PAGE,
            Some(total) => *offset < total,
        };
        if more && !ids.is_empty() && !by_count_alone {
            *offset -= 1;
            self.last = ids.last().cloned();
        }
        if !more && by_count_alone && self.restarts > 0 {
            self.moved |= total.is_some_and(|total| total != self.known.len());
        }
        Turn { skip, more }
    }

    /// Whether entries have moved; the offset is that of the first page then.
    pub(super) fn moved(&mut self, offset: &mut usize) -> bool {
        let moved = self.moved;
        if moved {
            *offset = 0;
            *self = Self {
                restarts: self.restarts + 1,
                ..Self::default()
            };
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::{Offsets, Turn};

    fn ids(names: &str) -> Vec<String> {
        names.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn pages_overlap_by_one_entry() {
        let (mut pages, mut offset) = (Offsets::default(), 0);
        let first = pages.turn(&mut offset, &ids("a b c"), Some(5));
        assert_eq!(
            (first, offset),
            (
                Turn {
                    skip: 0,
                    more: true
                },
                2
            )
        );
        let last = pages.turn(&mut offset, &ids("c d e"), Some(5));
        assert_eq!(
            (last, offset),
            (
                Turn {
                    skip: 1,
                    more: false
                },
                5
            )
        );
        assert!(!pages.moved(&mut offset));
    }

    #[test]
    fn an_entry_that_went_or_came_is_seen() {
        for (second, total) in [("d e", 4), ("d e f", 5), ("b c d", 6), ("c d", 4)] {
            let (mut pages, mut offset) = (Offsets::default(), 0);
            pages.turn(&mut offset, &ids("a b c"), Some(5));
            pages.turn(&mut offset, &ids(second), Some(total));
            assert!(pages.moved(&mut offset), "{second}");
            assert_eq!(offset, 0);
        }
    }

    /// A service without an order of its own: the count is what is left to go by.
    #[test]
    fn the_last_reading_goes_by_the_count() {
        let (mut pages, mut offset) = (Offsets::default(), 0);
        for _ in 0..3 {
            pages.turn(&mut offset, &ids("a b c"), Some(5));
            pages.turn(&mut offset, &ids("e a d"), Some(5));
            assert!(pages.moved(&mut offset));
        }
        let first = pages.turn(&mut offset, &ids("a b c"), Some(5));
        assert_eq!(
            (first, offset),
            (
                Turn {
                    skip: 0,
                    more: true
                },
                3
            )
        );
        let last = pages.turn(&mut offset, &ids("e d"), Some(5));
        assert_eq!(
            last,
            Turn {
                skip: 0,
                more: false
            }
        );
        assert!(!pages.moved(&mut offset));
    }

    #[test]
    fn the_end_of_a_list_is_known() {
        for (entries, total, more) in [
            ("", Some(0), false),
            ("a", Some(1), false),
            ("a b", Some(2), false),
            ("a b", Some(3), true),
            // Announced and not come, or not announced at all: asked again.
            ("", Some(1), true),
            ("", None, true),
            ("a b", None, false),
        ] {
            let (mut pages, mut offset) = (Offsets::default(), 0);
            let turn = pages.turn(&mut offset, &ids(entries), total);
            assert_eq!(turn.more, more, "{entries:?} of {total:?}");
        }
    }
}
