//! The clock of whoever has a number, as far as the number tells it: a country with one clock, or an area with one. A mobile telephone
//! goes where its owner goes, so it is said to be by the number.

use jiff::tz::TimeZone;

use super::Phone;
use crate::model::zone;

/// Countries that have one clock, by their two letters.
const COUNTRIES: [(&str, &str); 48] = [
    ("AE", "Asia/Dubai"),
    ("AR", "America/Argentina/Buenos_Aires"),
    ("AT", "Europe/Vienna"),
    ("BD", "Asia/Dhaka"),
    ("BE", "Europe/Brussels"),
    ("BG", "Europe/Sofia"),
    ("CH", "Europe/Zurich"),
    ("CN", "Asia/Shanghai"),
    ("CO", "America/Bogota"),
    ("CR", "America/Costa_Rica"),
    ("CZ", "Europe/Prague"),
    ("DE", "Europe/Berlin"),
    ("DK", "Europe/Copenhagen"),
    ("EG", "Africa/Cairo"),
    ("FI", "Europe/Helsinki"),
    ("FR", "Europe/Paris"),
    ("GB", "Europe/London"),
    ("GH", "Africa/Accra"),
    ("GR", "Europe/Athens"),
    ("HK", "Asia/Hong_Kong"),
    ("HU", "Europe/Budapest"),
    ("IE", "Europe/Dublin"),
    ("IL", "Asia/Jerusalem"),
    ("IN", "Asia/Kolkata"),
    ("IT", "Europe/Rome"),
    ("JP", "Asia/Tokyo"),
    ("KE", "Africa/Nairobi"),
    ("KR", "Asia/Seoul"),
    ("LK", "Asia/Colombo"),
    ("MA", "Africa/Casablanca"),
    ("MY", "Asia/Kuala_Lumpur"),
    ("NG", "Africa/Lagos"),
    ("NL", "Europe/Amsterdam"),
    ("NO", "Europe/Oslo"),
    ("PE", "America/Lima"),
    ("PH", "Asia/Manila"),
    ("PK", "Asia/Karachi"),
    ("PL", "Europe/Warsaw"),
    ("RO", "Europe/Bucharest"),
    ("SA", "Asia/Riyadh"),
    ("SE", "Europe/Stockholm"),
    ("SG", "Asia/Singapore"),
    ("TH", "Asia/Bangkok"),
    ("TR", "Europe/Istanbul"),
    ("TW", "Asia/Taipei"),
    ("VE", "America/Caracas"),
    ("VN", "Asia/Ho_Chi_Minh"),
    ("ZA", "Africa/Johannesburg"),
];

/// Areas with one clock, of countries that have several: the digits that their numbers begin with.
const AREAS: [(&str, &[&str]); 8] = [
    (
        "America/Los_Angeles",
        &[
            "1206", "1209", "1213", "1253", "1310", "1323", "1360", "1408", "1415", "1424", "1425",
            "1510", "1530", "1559", "1562", "1619", "1626", "1628", "1650", "1657", "1661", "1669",
            "1702", "1707", "1714", "1747", "1760", "1805", "1818", "1831", "1858", "1909", "1916",
            "1925", "1949", "1951",
        ],
    ),
    (
        "America/Denver",
        &["1303", "1385", "1505", "1719", "1720", "1801", "1970"],
    ),
    ("America/Phoenix", &["1480", "1520", "1602", "1623"]),
    (
        "America/Chicago",
        &[
            "1205", "1210", "1214", "1224", "1225", "1262", "1281", "1312", "1314", "1316", "1337",
            "1346", "1361", "1405", "1409", "1414", "1469", "1501", "1504", "1507", "1512", "1515",
            "1612", "1630", "1651", "1713", "1737", "1763", "1773", "1816", "1817", "1832", "1847",
            "1872", "1901", "1913", "1918", "1952", "1972", "1979",
        ],
    ),
    (
        "America/New_York",
        &[
            "1201", "1202", "1203", "1212", "1215", "1216", "1240", "1248", "1267", "1301", "1305",
            "1315", "1321", "1330", "1336", "1347", "1401", "1404", "1407", "1410", "1412", "1419",
            "1434", "1440", "1443", "1470", "1484", "1508", "1513", "1516", "1518", "1551", "1561",
            "1571", "1585", "1603", "1607", "1609", "1610", "1614", "1617", "1631", "1646", "1678",
            "1703", "1704", "1716", "1717", "1718", "1724", "1732", "1734", "1740", "1754", "1757",
            "1770", "1781", "1786", "1802", "1803", "1804", "1813", "1843", "1845", "1856", "1857",
            "1860", "1862", "1864", "1904", "1908", "1910", "1914", "1917", "1919", "1929", "1937",
            "1941", "1954", "1973", "1978", "1980", "1984",
        ],
    ),
    ("Australia/Sydney", &["612"]),
    ("Australia/Melbourne", &["613"]),
    ("Australia/Brisbane", &["617"]),
];

impl Phone {
    /// The clock of whoever has the number; none where the number does not tell.
    #[must_use]
    pub fn zone(&self) -> Option<TimeZone> {
        let digits = self.raw().raw().strip_prefix('+')?;
        let country = self.country().ok()?.name?;
        let name = COUNTRIES
            .iter()
            .find(|(known, _)| *known == country)
            .map(|(_, zone)| *zone);
        let within = |areas: &[&str]| areas.iter().any(|area| digits.starts_with(area));
        let area = AREAS.iter().find(|(_, areas)| within(areas));
        zone::named(name.or(area.map(|(zone, _)| *zone))?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_its_clock_where_its_country_or_its_area_has_one() {
        let zone = |raw: &str| {
            let zone = Phone::from(raw).zone()?;
            zone.iana_name().map(str::to_owned)
        };
        for (raw, name) in [
            ("+493012345678", "Europe/Berlin"),
            ("+14155550199", "America/Los_Angeles"),
            ("+12125550199", "America/New_York"),
            ("+61255501234", "Australia/Sydney"),
        ] {
            assert_eq!(zone(raw).as_deref(), Some(name), "{raw}");
        }
        for raw in ["+5511987654321", "+80012345678", "+49", "", "4155550199"] {
            assert_eq!(zone(raw), None, "{raw}");
        }
    }

    #[test]
    fn every_zone_of_the_tables_is_one() {
        let countries = COUNTRIES.iter().map(|(_, zone)| *zone);
        for name in countries.chain(AREAS.iter().map(|(zone, _)| *zone)) {
            assert!(zone::named(name).is_ok(), "{name}");
        }
        assert!(COUNTRIES.is_sorted());
    }
}
