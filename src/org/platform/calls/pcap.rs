//! Messages as a capture that other tools read: the classic PCAP file, a packet of IPv4 and UDP for each message.
//!
//! What went over TCP or TLS is told as UDP as well, as Homer exports it: who reads a capture of SIP wants the messages.

use std::net::Ipv4Addr;

use super::message::Message;

/// `LINKTYPE_RAW`: packets begin with their IP header.
const RAW: u32 = 101;

/// Bytes of a packet that are kept.
const SNAP: u32 = 0x4_0000;

/// Bytes of an IPv4 header without options, and of a UDP header.
const IP: usize = 20;
const UDP: usize = 8;

/// The whole file.
pub(super) fn file(messages: &[Message]) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(0xa1b2_c3d4_u32.to_le_bytes());
    file.extend(2_u16.to_le_bytes());
    file.extend(4_u16.to_le_bytes());
    // The zone and how exact the clock is: always 0.
    file.extend([0; 8]);
    file.extend(SNAP.to_le_bytes());
    file.extend(RAW.to_le_bytes());
    for message in messages {
        let packet = packet(message);
        let length = u32::try_from(packet.len())
            .unwrap_or(u32::MAX)
            .to_le_bytes();
        let micros = message.at.as_microsecond();
        let [seconds, rest] = [micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000)];
        for part in [seconds, rest] {
            file.extend(u32::try_from(part).unwrap_or(0).to_le_bytes());
        }
        file.extend(length);
        file.extend(length);
        file.extend(packet);
    }
    file
}

fn packet(message: &Message) -> Vec<u8> {
    let text = message.text().into_bytes();
    let [from, to] = message.sockets();
    let address = |ip: &str| ip.parse().unwrap_or(Ipv4Addr::UNSPECIFIED).octets();
    let length = |bytes: usize| u16::try_from(bytes).unwrap_or(u16::MAX).to_be_bytes();

    let mut head = vec![0x45, 0];
    head.extend(length(IP + UDP + text.len()));
    // No identification, not to be cut, 64 hops, UDP; the checksum comes last.
    head.extend([0, 0, 0x40, 0, 64, 17, 0, 0]);
    head.extend(address(from.0));
    head.extend(address(to.0));
    let sum = checksum(&head).to_be_bytes();
    if let Some(place) = head.get_mut(10..12) {
        place.copy_from_slice(&sum);
    }
    head.extend(from.1.to_be_bytes());
    head.extend(to.1.to_be_bytes());
    head.extend(length(UDP + text.len()));
    // None, as IPv4 allows.
    head.extend([0, 0]);
    head.extend(text);
    head
}

/// The checksum of an IPv4 header (RFC 1071).
fn checksum(head: &[u8]) -> u16 {
    let words = head.chunks(2).map(|pair| {
        let [high, low] = [pair.first(), pair.get(1)].map(|byte| u32::from(*byte.unwrap_or(&0)));
        high << 8 | low
    });
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_example() {
        // A header that is told in many a textbook; its checksum is 0xb861.
        let head = [
            0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0,
            0xc7,
        ];
        assert_eq!(checksum(&head), 0xb861);
    }

    #[test]
    fn a_file_of_nothing_is_a_header() {
        assert_eq!(file(&[]).len(), 24);
    }
}
