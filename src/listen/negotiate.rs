//! Which of our formats a client likes best (RFC 9110 §12.5.1).

use hyper::header::{ACCEPT, HeaderMap};
use mediatype::{MediaType, MediaTypeList, Name, ReadParams as _};

/// Media ranges of one request that are looked at; a scraper sends six.
const MOST_RANGES: usize = 32;

/// How `/metrics` can be written, in the order in which we choose when a client does not mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The JSON of contract §9.
    Json,
    /// `OpenMetrics` 1.0.0.
    OpenMetrics,
    /// The Prometheus text format 0.0.4.
    Text,
}

impl Format {
    const ALL: [Self; 3] = [Self::Json, Self::OpenMetrics, Self::Text];

    const fn essence(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::OpenMetrics => ("application", "openmetrics-text"),
            Self::Text => ("text", "plain"),
        }
    }

    /// The format that the client likes best; JSON when it says nothing, or likes none of them.
    pub(super) fn preferred(headers: &HeaderMap) -> Self {
        let accepts = headers.get_all(ACCEPT).iter();
        let ranges: Vec<MediaType<'_>> = accepts
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| MediaTypeList::new(text).flatten())
            .take(MOST_RANGES)
            .collect();
        let mut best = (Self::Json, 0);
        for format in Self::ALL {
            let liking = liking(&ranges, format);
            if liking > best.1 {
                best = (format, liking);
            }
        }
        best.0
    }
}

/// How much a format is liked, 0..=1000: the most specific range that covers it decides, and of equals the highest.
fn liking(ranges: &[MediaType<'_>], format: Format) -> u16 {
    let (ty, subty) = format.essence();
    let wild = |name: &Name<'_>| name.as_str() == "*";
    let covering = ranges.iter().filter_map(|range| {
        let specific = match (wild(&range.ty), wild(&range.subty)) {
            (true, true) => 0,
            (false, true) if range.ty == ty => 1,
            (false, false) if range.ty == ty && range.subty == subty => 2,
            _ => return None,
        };
        Some((specific, quality(range)))
    });
    covering.max().map_or(0, |(_, quality)| quality)
}

/// The `q` of a range in thousandths; 1 when it has none, 0 when it is no number.
fn quality(range: &MediaType<'_>) -> u16 {
    let Some(q) = Name::new("q").and_then(|q| range.get_param(q)) else {
        return 1_000;
    };
    let Ok(q) = q.as_str().parse::<f32>() else {
        return 0;
    };
    // A float becomes an integer saturating, and NaN becomes 0.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=1000 before"
    )]
    let thousandths = (q * 1_000.0).round().clamp(0.0, 1_000.0) as u16;
    thousandths
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn preferred(accept: &str) -> Format {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        Format::preferred(&headers)
    }

    #[test]
    fn clients_get_what_they_ask_for() {
        assert_eq!(Format::preferred(&HeaderMap::new()), Format::Json);
        let scraper = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        for (accept, format) in [
            ("*/*", Format::Json),
            ("application/json", Format::Json),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Format::Json),
            ("text/plain", Format::Text),
            ("text/plain; version=0.0.4", Format::Text),
            ("text/*", Format::Text),
            ("TEXT/Plain", Format::Text),
            ("application/openmetrics-text", Format::OpenMetrics),
            (scraper, Format::OpenMetrics),
            ("application/json;q=0.5, text/plain;q=0.9", Format::Text),
            ("application/json;q=0, */*;q=0.1", Format::OpenMetrics),
            ("*/*;q=1, application/json;q=0.2", Format::OpenMetrics),
            ("text/plain;q=0", Format::Json),
            ("image/png", Format::Json),
        ] {
            assert_eq!(preferred(accept), format, "{accept}");
        }
    }

    #[test]
    fn nonsense_is_json() {
        for accept in [
            "",
            ",,,",
            "/",
            "text",
            "text/plain;q=x",
            "text/plain;q=NaN",
            "text/plain;q=-1",
            "\u{7f}".trim(),
        ] {
            let Ok(value) = HeaderValue::from_str(accept) else {
                continue;
            };
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, value);
            assert_eq!(Format::preferred(&headers), Format::Json, "{accept:?}");
        }
    }
}
