use std::ops::Range;

use super::*;

fn sheet(keys: Range<u64>, pages: Option<u32>, total: Option<u64>) -> Sheet {
    Sheet {
        keys: keys.collect(),
        pages,
        total,
        after: None,
    }
}

/// Reads a list in order, as far as it goes. Returns the pages asked for, what came, and why that is not everything.
fn read(page: impl Fn(u32) -> Option<Sheet>) -> (u32, u64, Option<String>) {
    let mut extent = Extent::new(10_000);
    let mut number = 1;
    while number <= extent.last() {
        match page(number) {
            Some(sheet) => drop(extent.take(number, &sheet)),
            None => extent.failed(Error::settings(crate::cause::Cause::NobodySignsIn.told())),
        }
        number += 1;
    }
    (number - 1, extent.have(), extent.shortfall())
}

/// A list of 150, whose pages say this.
fn two(pages: Option<u32>, total: Option<u64>) -> (u32, u64, Option<String>) {
    read(|number| {
        Some(match number {
            1 => sheet(0..100, pages, total),
            2 => sheet(100..150, pages, total),
            _ => sheet(0..0, pages, total),
        })
    })
}

#[test]
fn a_list_ends_where_it_says() {
    assert_eq!(two(Some(2), Some(150)), (2, 150, None));
    assert_eq!(two(None, Some(150)), (2, 150, None));
    assert_eq!(two(Some(0), Some(150)), (2, 150, None));
    assert_eq!(two(None, None), (3, 150, None));
    assert_eq!(two(Some(9_999), None), (2 + BARREN, 150, None));
}

#[test]
fn the_first_page_for_ever_ends_and_is_not_believed() {
    for (pages, total) in [
        (None, None),
        (Some(9_999), Some(999_900)),
        (Some(9_999), None),
    ] {
        let (asked, have, why) = read(|_| Some(sheet(0..100, pages, total)));
        assert_eq!((asked, have), (2, 100));
        assert!(why.unwrap().contains("repeat"), "{pages:?} {total:?}");
    }
}

#[test]
fn one_row_on_two_pages_is_one_and_an_empty_page_is_no_end() {
    let pages = [
        sheet(0..100, Some(2), Some(150)),
        sheet(99..150, Some(2), Some(150)),
    ];
    let page = |number: u32| pages.get(number as usize - 1).cloned();
    assert_eq!(read(page), (2, 150, None));
    let pages = [0..100, 0..0, 100..150];
    let page = |number: u32| {
        Some(sheet(
            pages[number as usize - 1].clone(),
            Some(3),
            Some(150),
        ))
    };
    assert_eq!(read(page), (3, 150, None));
}

#[test]
fn a_page_of_its_own_size_is_everything_when_the_total_agrees() {
    assert_eq!(
        read(|_| Some(sheet(0..150, Some(1), Some(150)))),
        (1, 150, None)
    );
    let small = |number: u32| {
        let from = u64::from(number - 1) * 25;
        Some(sheet(from..from + 25, None, Some(100)))
    };
    assert_eq!(read(small), (4, 100, None));
}

#[test]
fn what_is_missing_is_counted() {
    let (_, _, why) = read(|number| (number == 1).then(|| sheet(0..100, Some(2), Some(150))));
    let why = why.unwrap();
    assert!(
        why.contains("only 100 of 150") && why.contains("nobody can sign in"),
        "{why}"
    );
    let (asked, _, why) = read(|number| {
        Some(sheet(
            0..if number == 1 { 90 } else { 0 },
            Some(1),
            Some(95),
        ))
    });
    assert_eq!(asked, 2);
    assert!(why.unwrap().contains("only 90 of 95"));
}

#[test]
fn an_outage_or_an_endless_list_is_bounded() {
    let (asked, ..) = read(|number| (number == 1).then(|| sheet(0..100, Some(500), None)));
    assert_eq!(asked, 1 + BARREN);
    let endless = |number: u32| Some(sheet(u64::from(number)..u64::from(number) + 1, None, None));
    let (asked, _, why) = read(endless);
    assert_eq!(asked, 10_000);
    assert!(why.unwrap().contains("more than 10000 pages"));
}
