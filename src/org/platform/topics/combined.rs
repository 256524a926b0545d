//! Combined topics: those that differ only in what comes last, as one (`v2.users.u-1?presence&station`). The service's own clients
//! subscribe so; each event comes under the name of its single topic, and a combined one counts as one of a channel's thousand.

use compact_str::{CompactString, format_compact};

/// A combined topic is shorter than this.
pub(in crate::org) const TOO_LONG: usize = 200;

/// Whether a topic stands for several.
pub(in crate::org) fn is_combined(topic: &str) -> bool {
    topic.contains('?')
}

/// The single topics that a topic stands for; one that is single stands for itself.
pub(in crate::org) fn each(topic: &str) -> Vec<CompactString> {
    match topic.split_once('?') {
        None => vec![topic.into()],
        Some((prefix, words)) => {
            let words = words.split('&');
            words
                .map(|word| format_compact!("{prefix}.{word}"))
                .collect()
        }
    }
}
