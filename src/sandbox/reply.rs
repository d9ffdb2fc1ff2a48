//! An answer before it goes over the wire.

use bytes::Bytes;
use serde_json::Value;

/// Status, headers and body, plus the vendor's error code for the journal.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// Headers beyond Date and Content-Length.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body's bytes.
    pub(crate) body: Bytes,
    /// The vendor's code when the whole request was refused.
    pub(crate) code: Option<String>,
}

impl Reply {
    /// A JSON document.
    pub(crate) fn json(status: u16, document: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            // A document has no keys but strings: nothing in it can fail. This is quicker than its `Display`.
            body: Bytes::from(serde_json::to_vec(document).unwrap_or_default()),
            code: None,
        }
    }

    /// No body at all.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
            code: None,
        }
    }

    /// Plain text, as metadata services speak.
    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", "text/plain; charset=utf-8".to_owned())],
            body: Bytes::copy_from_slice(text.as_bytes()),
            code: None,
        }
    }

    /// What a load balancer or proxy in between would say, in nobody's shape.
    pub(crate) fn html(status: u16, title: &str) -> Self {
        let page = format!(
            "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1></center>\r\n<hr><center>sandbox</center>\r\n</body>\r\n</html>\r\n"
        );
        Self {
            status,
            headers: vec![("content-type", "text/html".to_owned())],
            body: Bytes::from(page),
            code: None,
        }
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Marks the answer as a refusal.
    pub(crate) fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}

/// What happens to an answer on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// It arrives.
    #[default]
    Whole,
    /// The connection is closed instead.
    Closed,
    /// Nothing arrives, and the connection stays open until the client has enough.
    Withheld,
    /// Half of the body arrives under the length of the whole, then the connection is closed.
    Cut,
    /// It arrives byte by byte.
    Dribbled,
    /// It arrives, and blanks after it for as long as anybody reads, within reason.
    Endless,
}

impl Delivery {
    /// Whether the client gets to see a status.
    pub(crate) fn arrives(self) -> bool {
        !matches!(self, Self::Closed | Self::Withheld)
    }
}
