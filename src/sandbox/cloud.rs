//! The clouds that the sandbox plays.

use std::fmt;

/// One cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cloud {
    /// 火山引擎.
    Volcengine,
    /// 腾讯云.
    Tencent,
    /// 华为云.
    Huawei,
}

impl Cloud {
    /// All of them, in the order in which they are listed to people.
    pub(crate) const ALL: [Self; 3] = [Self::Volcengine, Self::Tencent, Self::Huawei];

    /// The name in fault rules and in the journal.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Volcengine => "volcengine",
            Self::Tencent => "tencent",
            Self::Huawei => "huawei",
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What an operation does to the state; reads may advance work under way, but never start any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Looks only.
    Read,
    /// Changes something.
    Change,
}

impl Effect {
    /// The word in the journal.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Change => "change",
        }
    }
}
