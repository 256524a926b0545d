//! The figures as JSON: what the text says, family by family and sample by sample, so that neither has what the other has not.

use serde_json::{Map, Value, json};

/// Every family of an `OpenMetrics` text: its type, its help, and each sample with its labels.
pub(super) fn of(text: &str) -> Value {
    let mut families: Map<String, Value> = Map::new();
    let mut last = String::new();
    for line in text.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some(kind @ ("HELP" | "TYPE")), Some(name), Some(rest)) => {
                name.clone_into(&mut last);
                let family = families
                    .entry(name)
                    .or_insert_with(|| json!({ "samples": [] }));
                family[kind.to_lowercase()] = plain(rest).into();
            }
            (Some("#"), ..) => {}
            _ => {
                if let Some(sample) = sample(line)
                    && let Some(Value::Array(samples)) =
                        families.get_mut(&last).map(|family| &mut family["samples"])
                {
                    samples.push(sample);
                }
            }
        }
    }
    families.into()
}

/// `name{label="value",…} number`; a number that JSON has no word for is null.
fn sample(line: &str) -> Option<Value> {
    let (told, number) = line.rsplit_once(' ')?;
    let value = json!(number.parse::<f64>().ok());
    let Some((name, labels)) = told.split_once('{') else {
        return Some(json!({ "name": told, "value": value }));
    };
    let labels = labels.strip_suffix('}')?;
    Some(json!({ "name": name, "labels": pairs(labels), "value": value }))
}

/// `label="value",…`: a quotation mark within a value has a backslash before it.
fn pairs(mut rest: &str) -> Map<String, Value> {
    let mut pairs = Map::new();
    while let Some((label, behind)) = rest.split_once("=\"") {
        let mut escaped = false;
        let end = behind.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let end = end.unwrap_or(behind.len());
        pairs.insert(label.to_owned(), plain(&behind[..end]).into());
        rest = behind.get(end + 1..).unwrap_or_default();
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    pairs
}

fn plain(escaped: &str) -> String {
    let mut plain = String::with_capacity(escaped.len());
    let mut chars = escaped.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push(c),
            },
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_there_with_its_labels_as_they_were_meant() {
        let text = "# HELP a What is\\nso.\n# TYPE a counter\na_total{x=\"one\",y=\"a \\\"b\\\" c,d\"} 3\na_total 4\n\
            # HELP g A level.\n# TYPE g gauge\ng 0.25\n# EOF\n";
        assert_eq!(
            of(text),
            json!({
                "a": { "help": "What is\nso.", "type": "counter", "samples": [
                    { "name": "a_total", "labels": { "x": "one", "y": "a \"b\" c,d" }, "value": 3.0 },
                    { "name": "a_total", "value": 4.0 },
                ] },
                "g": { "help": "A level.", "type": "gauge", "samples": [{ "name": "g", "value": 0.25 }] },
            })
        );
    }
}
