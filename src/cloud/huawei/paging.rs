//! Pages by offset, as CPH, CodeArts and raw calls of any cloud have them (spec huawei-codearts-cph 3.2, 6.2, 6.3).

/// How far the reading of a list is.
#[derive(Clone, Copy, Debug)]
pub(in crate::cloud) struct Page {
    /// How many entries were skipped.
    pub(in crate::cloud) offset: u64,
    /// How many were asked for.
    pub(in crate::cloud) limit: u64,
    /// How many came.
    pub(in crate::cloud) received: u64,
    /// How many of them were not known from an earlier page.
    pub(in crate::cloud) fresh: u64,
    /// How many different ones are known now.
    pub(in crate::cloud) known: u64,
    /// How many there are, if the service says so.
    pub(in crate::cloud) total: Option<u64>,
}

impl Page {
    /// The offset of the next page; `None` at the end of the list.
    ///
    /// A service that repeats a full page without end gets the same offset again, which the reader
    /// of pages reports: such a list can never be called complete. What a `total` counts is not
    /// quite sure, so it never ends a list behind a full page.
    pub(in crate::cloud) fn next(self) -> Option<u64> {
        let complete = self.total.is_some_and(|total| self.known >= total);
        let full = self.received >= self.limit;
        match self {
            // Less came than was announced: the same again, which the reader finds out.
            Self { received: 0, .. } if self.total.is_some_and(|total| self.known < total) => {
                Some(self.offset)
            }
            Self { received: 0, .. } => None,
            _ if complete && !full => None,
            Self { fresh: 0, .. } if complete => None,
            // Without a total: the service knows no offset and has shown everything at once.
            Self {
                fresh: 0,
                total: None,
                ..
            } if !full => None,
            Self { fresh: 0, .. } => Some(self.offset),
            _ => Some(self.offset + self.received),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    fn next(
        offset: u64,
        received: u64,
        fresh: u64,
        known: u64,
        total: impl Into<Option<u64>>,
    ) -> Option<u64> {
        Page {
            offset,
            limit: 100,
            received,
            fresh,
            known,
            total: total.into(),
        }
        .next()
    }

    #[test]
    fn a_list_ends_when_nothing_more_can_come() {
        assert_eq!(next(0, 0, 0, 0, 0), None);
        assert_eq!(next(0, 2, 2, 2, 2), None);
        assert_eq!(next(100, 50, 50, 150, 150), None);
        assert_eq!(next(100, 0, 0, 100, None), None, "empty page");
        assert_eq!(next(2, 2, 0, 2, None), None, "the service knows no offset");
        assert_eq!(next(100, 100, 0, 100, 100), None);
    }

    #[test]
    fn a_list_goes_on_while_something_may_come() {
        assert_eq!(next(0, 100, 100, 100, 250), Some(100));
        assert_eq!(next(0, 100, 100, 100, None), Some(100));
        assert_eq!(
            next(0, 100, 100, 100, 100),
            Some(100),
            "the total may be that of the page"
        );
        assert_eq!(
            next(0, 20, 20, 20, 45),
            Some(20),
            "the service gives less than asked for"
        );
        assert_eq!(
            next(0, 2, 2, 2, None),
            Some(2),
            "a short page is no proof without a total"
        );
        assert_eq!(next(0, 2, 2, 2, 0), None);
        assert_eq!(
            next(100, 50, 40, 140, 150),
            Some(150),
            "entries moved between two pages"
        );
    }

    #[test]
    fn a_list_that_repeats_itself_is_asked_for_the_same_again_and_so_found_out() {
        assert_eq!(next(100, 100, 0, 100, None), Some(100));
        assert_eq!(next(100, 100, 0, 100, 250), Some(100));
        assert_eq!(next(100, 0, 0, 100, 150), Some(100), "less than announced");
        assert_eq!(next(0, 0, 0, 0, 4), Some(0));
    }
}
