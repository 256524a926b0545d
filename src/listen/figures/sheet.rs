//! Writes figures one family at a time. A family without a sample is left out: absent is not known, never zero.

use std::fmt;

use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

/// The text so far.
pub(super) struct Exposition<'a>(DescriptorEncoder<'a>);

impl<'a> Exposition<'a> {
    pub(super) fn new(encoder: DescriptorEncoder<'a>) -> Self {
        Self(encoder)
    }

    /// One level.
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        let mut gauge = self
            .0
            .encode_descriptor(name, help, None, MetricType::Gauge)?;
        gauge.encode_gauge(&value)
    }

    /// One level, when it is known.
    pub(super) fn known(&mut self, name: &str, help: &str, value: Option<f64>) -> fmt::Result {
        value.map_or(Ok(()), |value| self.gauge(name, help, value))
    }

    /// A level for each value of a label.
    pub(super) fn gauges<'l>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        samples: impl IntoIterator<Item = (&'l str, f64)>,
    ) -> fmt::Result {
        let samples = samples
            .into_iter()
            .map(|(word, value)| ([(label, word.to_owned())], value));
        self.levels(name, help, samples)
    }

    /// A level for each set of labels.
    pub(super) fn levels<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = ([(&'l str, String); N], f64)>,
    ) -> fmt::Result {
        // Nothing here divides by what may be zero; a value that is no number would still spoil every sum made of it.
        let samples = samples.into_iter().filter(|(_, value)| value.is_finite());
        let mut samples = samples.peekable();
        if samples.peek().is_none() {
            return Ok(());
        }
        let mut family = self
            .0
            .encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in samples {
            family.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    /// A count since the start; `_total` is added to its name.
    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let mut counter = self
            .0
            .encode_descriptor(name, help, None, MetricType::Counter)?;
        counter.encode_counter::<[(&str, &str); 0], _, u64>(&value, None)
    }

    /// A histogram; each bucket has its upper edge and the samples that are in it and in no smaller one.
    pub(super) fn histogram(
        &mut self,
        name: &str,
        help: &str,
        sum: f64,
        buckets: &[(f64, u64)],
    ) -> fmt::Result {
        let mut histogram = self
            .0
            .encode_descriptor(name, help, None, MetricType::Histogram)?;
        let count = buckets.iter().map(|(_, count)| count).sum();
        histogram.encode_histogram::<[(&str, &str); 0]>(sum, count, buckets, None)
    }

    /// A count for each value of a label.
    pub(super) fn counters<'l>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        samples: impl IntoIterator<Item = (&'l str, u64)>,
    ) -> fmt::Result {
        let mut family = self
            .0
            .encode_descriptor(name, help, None, MetricType::Counter)?;
        for (word, value) in samples {
            family
                .encode_family(&[(label, word)])?
                .encode_counter::<[(&str, &str); 0], _, u64>(&value, None)?;
        }
        Ok(())
    }
}
