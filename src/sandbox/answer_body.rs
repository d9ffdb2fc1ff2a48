//! The body of an answer on its way out, whole or as a fault rule wants it.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::reply::Delivery;

/// Between the last byte of a cut answer and the end of its connection, so that the bytes get out first.
const CUT_AFTER: Duration = Duration::from_millis(30);
/// Between two bytes of a dribbled answer.
const BETWEEN_BYTES: Duration = Duration::from_millis(1);
/// So many of those pauses are made: the rest of a long answer follows without, or a list would take minutes.
const MOST_PAUSES: u32 = 1000;
/// What an endless answer goes on with. JSON stays what it was with blanks after it, so that only a reader that gives up
/// gets away from it.
static BLANKS: [u8; 64 * 1024] = [b' '; 64 * 1024];
/// Even an endless answer ends, should its reader keep all of it.
const MOST_BLANKS: u64 = 2 << 30;

/// The end of a connection in place of an answer, or of the rest of one.
#[derive(Debug)]
pub(crate) struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("closed by a fault rule")
    }
}

impl std::error::Error for Closed {}

/// What is still to be sent, and what comes after it.
pub(crate) struct AnswerBody {
    data: Bytes,
    rest: Rest,
}

enum Rest {
    /// Nothing.
    End,
    /// An error, which closes the connection.
    Cut(Pin<Box<Sleep>>),
    /// A pause after every byte of the data, so many more times.
    Pauses(u32, Pin<Box<Sleep>>),
    /// So many bytes more.
    Blanks(u64),
}

impl AnswerBody {
    /// The body of an answer that is delivered so.
    pub(crate) fn of(data: Bytes, delivery: Delivery) -> Self {
        let (data, rest) = match delivery {
            Delivery::Whole | Delivery::Closed | Delivery::Withheld => (data, Rest::End),
            Delivery::Cut => (
                data.slice(..data.len() / 2),
                Rest::Cut(Box::pin(sleep(CUT_AFTER))),
            ),
            Delivery::Dribbled => (
                data,
                Rest::Pauses(MOST_PAUSES, Box::pin(sleep(Duration::ZERO))),
            ),
            Delivery::Endless => (data, Rest::Blanks(MOST_BLANKS)),
        };
        Self { data, rest }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        let this = &mut *self;
        let frame = |data| Poll::Ready(Some(Ok(Frame::data(data))));
        match &mut this.rest {
            Rest::Pauses(left, pause) if !this.data.is_empty() => {
                ready!(pause.as_mut().poll(context));
                if *left > 0 {
                    *left -= 1;
                    *pause = Box::pin(sleep(BETWEEN_BYTES));
                }
                frame(this.data.split_to(1))
            }
            _ if !this.data.is_empty() => frame(std::mem::take(&mut this.data)),
            Rest::End | Rest::Pauses(..) | Rest::Blanks(0) => Poll::Ready(None),
            Rest::Cut(wait) => wait.as_mut().poll(context).map(|()| Some(Err(Closed))),
            Rest::Blanks(left) => {
                *left = left.saturating_sub(BLANKS.len() as u64);
                frame(Bytes::from_static(&BLANKS))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_empty() && matches!(self.rest, Rest::End | Rest::Pauses(..) | Rest::Blanks(0))
    }

    fn size_hint(&self) -> SizeHint {
        match self.rest {
            Rest::End | Rest::Pauses(..) => SizeHint::with_exact(self.data.len() as u64),
            Rest::Cut(_) | Rest::Blanks(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn frames(delivery: Delivery, most: usize) -> (Vec<Bytes>, AnswerBody) {
        let mut body = AnswerBody::of(Bytes::from_static(b"{\"a\":1}"), delivery);
        let mut frames = Vec::new();
        while frames.len() < most
            && let Some(Ok(frame)) = body.frame().await
        {
            frames.push(frame.into_data().expect("data"));
        }
        (frames, body)
    }

    #[tokio::test(start_paused = true)]
    async fn a_dribbled_answer_is_the_whole_one_in_bytes() {
        let (got, body) = frames(Delivery::Dribbled, 99).await;
        assert!(got.iter().all(|frame| frame.len() == 1));
        assert_eq!(got.concat(), b"{\"a\":1}");
        assert!(body.is_end_stream());
    }

    #[tokio::test(start_paused = true)]
    async fn the_pauses_of_a_long_dribble_are_bounded() {
        let start = tokio::time::Instant::now();
        let long = AnswerBody::of(Bytes::from(vec![b'x'; 50_000]), Delivery::Dribbled);
        assert_eq!(long.size_hint().exact(), Some(50_000));
        let whole = long.collect().await.expect("whole").to_bytes();
        assert_eq!(whole.len(), 50_000);
        // On the paused clock nothing but the pauses themselves takes time.
        assert!(start.elapsed() <= 2 * BETWEEN_BYTES * MOST_PAUSES);
    }

    #[tokio::test]
    async fn an_endless_answer_begins_with_the_right_one_and_is_bounded() {
        let (got, mut body) = frames(Delivery::Endless, 3).await;
        assert_eq!(got[0], b"{\"a\":1}".as_slice());
        assert!(got[1..].iter().all(|frame| frame.as_ref() == BLANKS));
        assert_eq!(body.size_hint().exact(), None);
        assert!(!body.is_end_stream());
        let mut bytes = 2 * BLANKS.len() as u64;
        while let Some(Ok(frame)) = body.frame().await {
            bytes += frame.data_ref().expect("data").len() as u64;
        }
        assert_eq!(bytes, MOST_BLANKS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cut_answer_ends_in_an_error_after_its_first_half() {
        let mut body = AnswerBody::of(Bytes::from_static(b"12345678"), Delivery::Cut);
        let first = body.frame().await.expect("a frame").expect("data");
        assert_eq!(first.into_data().expect("data"), b"1234".as_slice());
        assert!(body.frame().await.expect("an end").is_err());
    }
}
