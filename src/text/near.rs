//! "Did you mean": the nearest of the words that would have been right.

/// Words less alike than this (Jaro-Winkler, 0..1) are no help as a suggestion.
const ALIKE: f64 = 0.75;

/// The candidate most like `word`, when one is alike enough to be worth naming.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// `; did you mean "x"?`, or nothing when nothing is near.
pub(crate) fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map_or_else(String::new, |near| format!("; did you mean {near:?}?"))
}

/// The value of that name, or a message that lists the names there are.
pub(crate) fn choose<T: Copy>(word: &str, choices: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, value)) = choices.iter().find(|(name, _)| *name == word) {
        return Ok(*value);
    }
    let names = || choices.iter().map(|(name, _)| *name);
    let listed: Vec<String> = names().map(|name| format!("{name:?}")).collect();
    Err(format!(
        "{word:?} is not one of {}{}",
        listed.join(", "),
        hint(word, names())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_word_and_nonsense_finds_none() {
        assert_eq!(
            nearest("pol_seconds", ["poll_seconds", "users"]),
            Some("poll_seconds")
        );
        assert_eq!(nearest("zzz", ["poll_seconds", "users"]), None);
    }

    #[test]
    fn a_wrong_choice_lists_the_right_ones() {
        let fault = choose("minute", &[("seconds", 1), ("minutes", 2)]).unwrap_err();
        assert_eq!(
            fault,
            "\"minute\" is not one of \"seconds\", \"minutes\"; did you mean \"minutes\"?"
        );
    }
}
