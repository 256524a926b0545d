//! Asynchronous jobs (contract §7): one, and the list that a lost answer is looked for in.

use serde::Deserialize;

use crate::cloud::entities::{lenient, one};
use crate::cloud::pages;
use crate::model::JobId;
use crate::model::job::{JobError, Made, Phase, RESULTS_KEPT, Word};
use crate::text::Text;
use crate::time::Millis;

/// A job of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The name of what it is to make; beyond the contract, and empty where it is not given.
    pub name: Text,
    /// When it was taken, where the organisation says.
    pub created: Option<Millis>,
    /// The job.
    pub word: Word,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobEntity {
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default)]
    results: Option<Vec<ResultEntity>>,
    error: Option<ErrorEntity>,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(alias = "submitted")]
    #[serde(default, deserialize_with = "lenient")]
    date_created: Option<String>,
}

#[derive(Deserialize)]
struct ResultEntity {
    id: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct ErrorEntity {
    code: Option<String>,
    message: Option<String>,
}

impl JobEntity {
    fn word(&mut self) -> Word {
        let made = |entity: ResultEntity| Made {
            id: entity.id.unwrap_or_default().into(),
            name: entity.name.unwrap_or_default().into(),
        };
        let phase = self.status.as_deref().map(Phase::of_status);
        let told = self.error.take().map(|error| JobError {
            code: error.code.unwrap_or_default().into(),
            message: error.message.unwrap_or_default().into(),
        });
        // An end that the contract does not have is told by the organisation's own name for it.
        let named = phase
            .filter(|phase| *phase == Phase::Ended)
            .zip(self.status.as_deref())
            .map(|(_, status)| JobError {
                code: status.into(),
                message: "the job is over, neither completed nor failed".into(),
            });
        Word {
            id: self
                .id
                .take()
                .filter(|id| !id.is_empty())
                .map(|id| JobId::from(id.as_str())),
            phase,
            results: self
                .results
                .take()
                .unwrap_or_default()
                .into_iter()
                .take(RESULTS_KEPT)
                .map(made)
                .collect(),
            error: told.or(named),
        }
    }
}

/// Reads one job. The error is what is wrong with it.
pub fn job(body: &[u8]) -> Result<Word, String> {
    one(body).map(|mut entity: JobEntity| entity.word())
}

/// Reads the list of jobs; entries that cannot be read are left out, for the one that is looked for is not among them.
pub fn jobs(body: &[u8]) -> Result<Vec<Listed>, String> {
    let page = pages::single(body, &"", |mut entity: JobEntity| {
        Ok(Listed {
            word: entity.word(),
            name: entity.name.unwrap_or_default().into(),
            created: entity
                .date_created
                .and_then(|at| at.parse::<jiff::Timestamp>().ok())
                .map(|at| Millis(at.as_millisecond())),
        })
    })?;
    Ok(page.entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_s_shapes_are_read() {
        let word = job(br#"{"id":"job-1","status":"Running","results":[]}"#).unwrap();
        assert_eq!(word.id, Some("job-1".into()));
        assert_eq!(word.phase, Some(Phase::Running));
        let failed = br#"{"id":"job-1","status":"Failed","results":[],"error":{"code":"capacity","message":"full"}}"#;
        assert_eq!(job(failed).unwrap().error.unwrap().message, "full".into());
        let done =
            br#"{"id":"job-1","status":"Completed","results":[{"id":"c-1","name":"edge-01"}]}"#;
        assert_eq!(job(done).unwrap().results[0].name, "edge-01".into());
    }

    #[test]
    fn what_is_missing_is_unknown_and_what_is_wrong_names_itself() {
        assert_eq!(job(b"{}").unwrap(), Word::default());
        let word = |status: &str| job(format!(r#"{{"status":"{status}"}}"#).as_bytes()).unwrap();
        for under_way in ["Sleeping", "In_Progress", "Accepted"] {
            assert_eq!(word(under_way).phase, Some(Phase::Running), "{under_way}");
        }
        for over in ["Cancelled", "TimedOut", "CompletedWithErrors"] {
            let word = word(over);
            assert_eq!(word.phase, Some(Phase::Ended));
            assert_eq!(word.error.unwrap().code, over.into());
        }
        assert!(job(br#"{"results":7}"#).unwrap_err().contains("results"));
    }

    #[test]
    fn a_listed_job_has_a_name_and_an_age_where_they_are_given() {
        let listed = jobs(
            br#"{"entities":[{"id":"job-1","status":"Queued","name":"a","dateCreated":"2026-06-15T14:00:00Z"},{"id":"job-2"},7]}"#,
        )
        .unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(listed[0].name, "a".into());
        assert!(listed[0].created.is_some() && listed[1].created.is_none());
    }
}
