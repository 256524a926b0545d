//! What the vendor's status page said last, and whether it still answers.

use serde::{Deserialize, Serialize};

use crate::model::vendor::{VendorReport, VendorState};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::VendorNews;

/// The vendor's word on its own cloud.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendor {
    /// Whether anybody asks: a profile that names no page asks none.
    asked: bool,
    /// The last answer, and when it came.
    answer: Option<(VendorReport, Millis)>,
    /// Reads that failed since then, and why the last one did.
    failed: Option<(u32, Text)>,
}

impl Vendor {
    pub(super) fn told(&mut self, news: VendorNews, now: Millis) {
        self.asked = true;
        match news {
            VendorNews::Asked => {}
            VendorNews::Told(report) => {
                self.answer = Some((report, now));
                self.failed = None;
            }
            VendorNews::Failed(why) => {
                let before = self.failed.as_ref().map_or(0, |(times, _)| *times);
                self.failed = Some((before.saturating_add(1), why));
            }
        }
    }

    /// Whether a status page is asked at all.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.asked
    }

    /// The last answer, and when it came.
    #[must_use]
    pub fn answer(&self) -> Option<(&VendorReport, Millis)> {
        self.answer.as_ref().map(|(report, at)| (report, *at))
    }

    /// How the cloud does by the last answer; none before the first.
    #[must_use]
    pub fn state(&self) -> Option<VendorState> {
        self.answer.as_ref().map(|(report, _)| report.state)
    }

    /// Another value once something else is to be shown.
    #[must_use]
    pub fn mark(&self) -> (bool, Option<Millis>, u32) {
        let failures = self.failed.as_ref().map_or(0, |(times, _)| *times);
        (self.asked, self.answer().map(|(_, at)| at), failures)
    }

    /// Why the last read failed, where it did.
    #[must_use]
    pub fn failure(&self) -> Option<&Text> {
        self.failed.as_ref().map(|(_, why)| why)
    }

    /// Whether the page has not answered for more than a read: one that fails is no news.
    #[must_use]
    pub fn is_out_of_reach(&self) -> bool {
        self.failed.as_ref().is_some_and(|(times, _)| *times > 1)
    }

    /// It is not known what the page says now.
    pub(super) fn unsure(&mut self, why: &Text) {
        if self.asked {
            self.failed = Some((u32::MAX, why.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::still::Still;
    use crate::store::{Changes, Store};
    use crate::vocabulary::news::News;

    /// Who shares a reading, and who looks at the past, has it from the still.
    #[test]
    fn it_is_part_of_everything_that_is_known() {
        let (mut store, mut changes) = (Store::default(), Changes::default());
        let report = VendorReport {
            state: VendorState::Degraded,
            ..VendorReport::default()
        };
        let news = News::Vendor(VendorNews::Told(report));
        store.learn(news, Millis(5), &mut changes);
        let told = rmp_serde::to_vec_named(&store.still(Millis(6))).unwrap();
        let again: Still<'static> = rmp_serde::from_slice(&told).unwrap();
        let mut other = Store::default();
        assert!(other.adopt(again, (Millis(6), false), &mut changes));
        assert_eq!(other.vendor, store.vendor);
        assert_eq!(other.vendor.state(), Some(VendorState::Degraded));
        // Where something was told that is not known, nobody takes the last word for the newest.
        other.unsure("a hole".into(), Millis(7), &mut changes);
        assert!(other.vendor.is_out_of_reach());
    }

    #[test]
    fn one_read_that_fails_is_no_news_and_the_answer_stays() {
        let mut vendor = Vendor::default();
        vendor.unsure(&"nobody asks".into());
        assert_eq!(vendor, Vendor::default());
        vendor.told(VendorNews::Asked, Millis(1));
        assert!(vendor.is_asked() && vendor.answer().is_none());
        vendor.told(VendorNews::Told(VendorReport::default()), Millis(2));
        vendor.told(VendorNews::Failed("no".into()), Millis(3));
        assert!(!vendor.is_out_of_reach() && vendor.failure().is_some());
        vendor.told(VendorNews::Failed("no".into()), Millis(4));
        assert!(vendor.is_out_of_reach());
        assert_eq!(vendor.answer().map(|(_, at)| at), Some(Millis(2)));
        vendor.told(VendorNews::Told(VendorReport::default()), Millis(5));
        assert!(!vendor.is_out_of_reach() && vendor.failure().is_none());
    }
}
