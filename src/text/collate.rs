//! The order of names: by the collation of the person's locale (UTS #10), numbers by what they count.
//!
//! Case makes no difference, accents only where nothing else does. An order is by keys: bytes that sort as the names do, so
//! that a name is looked at once however often it is compared.

use std::cmp::Ordering;
use std::sync::OnceLock;

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use icu_locale_core::Locale;

/// The collation of this process.
static CHOSEN: OnceLock<Option<CollatorBorrowed<'static>>> = OnceLock::new();

/// A name as an order sees it: bytes that compare as names do.
pub type SortKey = Vec<u8>;

/// Makes a locale, as POSIX writes it (`sv_SE.UTF-8`), that of this process. Only the first choice counts, and none once
/// something was put in order: then it is the order that suits most languages.
pub fn choose(locale: &str) {
    let _ = CHOSEN.set(of(locale));
}

/// What names are ordered by.
#[must_use]
pub fn key(name: &str) -> SortKey {
    written(chosen(), name)
}

/// The first bytes of [`key`] as a number: where two differ, names are in that order.
#[must_use]
pub fn prefix(name: &str) -> u64 {
    let key = key(name);
    let mut bytes = [0; 8];
    for (place, byte) in bytes.iter_mut().zip(key) {
        *place = byte;
    }
    u64::from_be_bytes(bytes)
}

/// The order of two names.
#[must_use]
pub fn compare(left: &str, right: &str) -> Ordering {
    match chosen() {
        Some(collator) => collator.compare(left, right),
        None => key(left).cmp(&key(right)),
    }
}

fn chosen() -> Option<&'static CollatorBorrowed<'static>> {
    CHOSEN.get_or_init(|| of("")).as_ref()
}

fn written(collator: Option<&CollatorBorrowed<'_>>, name: &str) -> SortKey {
    let Some(collator) = collator else {
        return name.to_lowercase().into_bytes();
    };
    let mut key = Vec::with_capacity(name.len() + 8);
    let Ok(()) = collator.write_sort_key_to(name, &mut key);
    key
}

/// The collation of a locale; one that is not known has that of the root. None only where the data that is compiled in
/// could not be read.
fn of(locale: &str) -> Option<CollatorBorrowed<'static>> {
    let mut options = CollatorOptions::default();
    options.strength = Some(Strength::Secondary);
    let language = locale.split(['.', '@']).next().unwrap_or_default();
    let locale = language.replace('_', "-").parse::<Locale>();
    let mut wishes = locale.map_or_else(
        |_| CollatorPreferences::default(),
        |locale| CollatorPreferences::from(&locale),
    );
    wishes.numeric_ordering = Some(CollationNumericOrdering::True);
    CollatorBorrowed::try_new(wishes, options).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(locale: &str, names: &str) -> String {
        let collator = of(locale).unwrap();
        let mut names: Vec<&str> = names.split(' ').collect();
        names.sort_by_cached_key(|name| written(Some(&collator), name));
        names.join(" ")
    }

    #[test]
    fn accents_stand_where_the_language_has_them() {
        let names = "Zoe Österberg Olsen Åberg Anders ähnlich";
        // Swedish has å ä ö at the end, German and most others beside a and o.
        assert_eq!(
            sorted("sv_SE.UTF-8", names),
            "Anders Olsen Zoe Åberg ähnlich Österberg"
        );
        let usual = "Åberg ähnlich Anders Olsen Österberg Zoe";
        for locale in [
            "de_DE.UTF-8@euro",
            "en_GB",
            "C",
            "POSIX",
            "",
            "no such locale",
        ] {
            assert_eq!(sorted(locale, names), usual, "{locale:?}");
        }
    }

    #[test]
    fn numbers_count_and_case_does_not() {
        let names = "line10 Line2 line1 LINE20";
        assert_eq!(sorted("", names), "line1 Line2 line10 LINE20");
        assert_eq!(compare("ana PETROVA", "Ana Petrova"), Ordering::Equal);
        assert_eq!(key("ana PETROVA"), key("Ana Petrova"));
    }

    #[test]
    fn the_number_of_a_name_never_contradicts_its_order() {
        let names = [
            "",
            "a",
            "A",
            "ana petrova",
            "Ana Petrowa",
            "Åsa",
            "åsb",
            "佐藤 花子",
            "z\u{0}",
            "z",
            "line 9",
            "line 10",
            "\u{202e}x",
            "🦀",
        ];
        for left in names {
            for right in names {
                let order = compare(left, right);
                assert_eq!(order, key(left).cmp(&key(right)), "{left:?} {right:?}");
                let numbers = prefix(left).cmp(&prefix(right));
                assert!(
                    numbers == Ordering::Equal || numbers == order,
                    "{left:?} {right:?}"
                );
            }
        }
    }
}
