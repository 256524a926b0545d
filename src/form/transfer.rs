//! The forms of a transfer (contract §8): one interaction, or all that were marked to one destination.

pub mod consult;
mod handover;
mod known;
mod left;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::handover::Handing;
use self::known::Known;
use self::left::LeftOut;
use super::{Check, Completion, Field, FieldKind, Form, Opening, Plan, Rules, Spec, path};
use crate::config::Profile;
use crate::flow::Order;
use crate::flow::transfer::{Move, Transfers};
use crate::model::ids::Ids;
use crate::model::payload::Fault;
use crate::model::transfer::{Destination, Limits, MediaMatrix, Request, Triggers};
use crate::store::Store;
use crate::text::chart;
use crate::text::fit;
use crate::time::Millis;

/// Interactions that are asked about while the form is filled in.
const LISTED: usize = 12;

/// Columns of a bar that shows how much of a limit is used.
const BAR: u16 = 24;

/// Columns of an id in a sentence.
const SHOWN: usize = 48;

/// How a transfer is undone.
const UNDO: &str =
    "A transfer cannot be undone; what was moved can be transferred again from where it is then.";

const fn whole(unit: &'static str) -> FieldKind {
    FieldKind::Number {
        least: 0.0,
        most: u32::MAX as f64,
        whole: true,
        unit,
    }
}

const INTERACTION: Field = Field::new("interaction_id", "Interaction", FieldKind::Text)
    .group("Transfer")
    .help("What is moved. It is read before anything is sent, and must be active or queued.");

const DESTINATION: Field = Field::new("destination_uri", "Destination", FieldKind::Text)
    .group("Transfer")
    .help(
        "genesys://user/ID, genesys://queue/ID, genesys://flow/ID, sip:user@host or tel:+number.",
    );

const STOP: Field = Field::new("stop_on_failure", "Stop on failure", FieldKind::Toggle)
    .group("Transfer")
    .help("Whether those that have not begun are left alone once one was not done.");

const MEDIA: [Field; 9] = [
    Field::new("media_matrix.audio.codec", "Codec", FieldKind::Choice(&[]))
        .group("Audio")
        .help("The codec that is asked for; the profile's, the best liked first."),
    Field::new(
        "media_matrix.audio.bandwidth_kbps",
        "Bandwidth",
        whole("kbit/s"),
    )
    .group("Audio")
    .help("At most the profile's max_bandwidth_kbps."),
    Field::new("media_matrix.audio.bit_depth", "Bit depth", whole("bit"))
        .group("Audio")
        .help("8, 16, 24 or 32 bits a sample."),
    Field::new(
        "media_matrix.video",
        "Video",
        FieldKind::Part {
            template: r#"{"codec":"h264","resolution":"1280x720","fps":30}"#,
        },
    )
    .group("Video")
    .help("Left out for a voice call."),
    Field::new("media_matrix.video.codec", "Codec", FieldKind::Choice(&[]))
        .group("Video")
        .help("One of the profile's video_codecs."),
    Field::new(
        "media_matrix.video.resolution",
        "Resolution",
        FieldKind::Text,
    )
    .group("Video")
    .help("Width and height: 1280x720."),
    Field::new("media_matrix.video.fps", "Pictures", whole("fps"))
        .group("Video")
        .help("A second; at most the profile's max_fps."),
    Field::new(
        "triggers.codec_negotiation",
        "Negotiate codec",
        FieldKind::Toggle,
    )
    .group("Triggers")
    .help(
        "When the codec is not supported there, fall back once to the best that both sides have.",
    ),
    Field::new(
        "triggers.format_verification",
        "Verify format",
        FieldKind::Toggle,
    )
    .group("Triggers")
    .help("Let the organisation verify the format of the media before the transfer."),
];

static ONE: [Field; 11] = {
    let [a, b, c, d, e, f, g, h, i] = MEDIA;
    [INTERACTION, DESTINATION, a, b, c, d, e, f, g, h, i]
};

static SEVERAL: [Field; 11] = {
    let [a, b, c, d, e, f, g, h, i] = MEDIA;
    [DESTINATION, STOP, a, b, c, d, e, f, g, h, i]
};

/// What there is to fill in for one interaction.
pub static SPEC: Spec = Spec {
    name: "transfer",
    title: "transfer an interaction",
    subject: "interaction_id",
    fields: &ONE,
};

/// What there is to fill in for several; which ones, the rows say.
pub static SPEC_SEVERAL: Spec = Spec {
    name: "transfers",
    title: "transfer the marked interactions",
    subject: "destination_uri",
    fields: &SEVERAL,
};

/// What several have in common.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    destination_uri: String,
    stop_on_failure: bool,
    media_matrix: MediaMatrix,
    #[serde(default)]
    triggers: Triggers,
}

/// What a profile and the console know of transfers.
#[derive(Debug)]
struct Transferring {
    limits: Limits,
    /// The host of the media server that is told; none tells nobody.
    media_server: Option<String>,
    known: Known,
    /// Those of several that need not be moved any more.
    left_out: LeftOut,
    /// The interactions of several; none is the form of one.
    about: Option<Vec<String>>,
    /// The time of the frames: what is reviewed is what is sent, so it is when the form was opened.
    opened: Millis,
    /// Ids of the frames, drawn when the form was opened, in the order of the interactions.
    frames: Vec<String>,
}

/// The form, on what is known of the opening and otherwise on what the profile suggests.
#[must_use]
pub fn open(
    opening: Opening,
    profile: &Profile,
    store: &Store,
    ids: &mut Ids,
    now: Millis,
) -> Form {
    let several = opening.form == SPEC_SEVERAL.name;
    let can = profile.api.capabilities();
    // What was sent once and is filled in again goes on with what is left of it.
    let (about, left_out) = match (&opening.body, several) {
        (Some(body), true) => LeftOut::of(&opening.about, body, store, now),
        _ => (opening.about.clone(), LeftOut::default()),
    };
    let opening = Opening { about, ..opening };
    let about = several.then(|| opening.about.clone());
    let known = Known::of(store, can.destinations);
    let callback = profile.transfers.media_callback.as_ref();
    let media_server = callback.map(ToString::to_string);
    if !can.transfer_media {
        let rules = Handing {
            known,
            left_out,
            about,
            media_server,
        };
        let body = rules.filled(opening.body.as_ref());
        let spec = if several {
            &handover::SPEC_SEVERAL
        } else {
            &handover::SPEC
        };
        return begin(spec, Box::new(rules), opening.about, body);
    }
    let wanted = about.as_ref().map_or(1, Vec::len);
    let rules = Transferring {
        limits: profile.transfers.limits.clone(),
        media_server,
        known,
        left_out,
        about,
        opened: now,
        frames: (0..wanted).map(|_| ids.frame()).collect(),
    };
    let body = rules.filled(opening.body);
    let spec = if several { &SPEC_SEVERAL } else { &SPEC };
    begin(spec, Box::new(rules), opening.about, body)
}

/// Opens a form at the first field that a row does not say.
fn begin(spec: &'static Spec, rules: Box<dyn Rules>, about: Vec<String>, body: Value) -> Form {
    let named = body.get("interaction_id").and_then(Value::as_str);
    let starts_at = spec.field(match named {
        Some("") => INTERACTION.path,
        _ => DESTINATION.path,
    });
    let mut form = Form::new(spec, rules, about, body);
    // What the row says need not be looked at again.
    form.focus_on(starts_at.unwrap_or(0));
    form
}

impl Transferring {
    /// What was given over what the profile suggests.
    fn filled(&self, given: Option<Value>) -> Value {
        let blank = Request::blank(&self.limits);
        let mut body = match &self.about {
            None => json!(blank),
            Some(_) => json!(Common {
                destination_uri: String::new(),
                stop_on_failure: true,
                media_matrix: blank.media_matrix,
                triggers: blank.triggers,
            }),
        };
        if let (Some(body), Some(Value::Object(given))) = (body.as_object_mut(), given) {
            body.extend(given);
        }
        body
    }

    /// What is asked, interaction by interaction, and whether a failure stops the rest.
    fn requests(&self, body: &Value) -> Result<(Vec<Request>, bool), Vec<Fault>> {
        let Some(about) = &self.about else {
            let request = super::read(body, |request: &Request| request.faults(&self.limits))?;
            return Ok((vec![request], false));
        };
        let of = |common: &Common, id: &str| Request {
            interaction_id: id.to_owned(),
            destination_uri: common.destination_uri.clone(),
            media_matrix: common.media_matrix.clone(),
            triggers: common.triggers,
        };
        let common = super::read(body, |common: &Common| {
            let each = about.iter().map(|id| of(common, id).faults(&self.limits));
            // They differ in their id alone, so what is wrong with one says it for all.
            each.max_by_key(Vec::len).unwrap_or_default()
        })?;
        let requests = about.iter().map(|id| of(&common, id)).collect();
        Ok((requests, common.stop_on_failure))
    }

    fn moves(&self, requests: Vec<Request>) -> Vec<Move> {
        let wanted = requests.into_iter().zip(&self.frames);
        let frame = |(request, frame): (Request, &String)| Move::Frame {
            request,
            frame: frame.clone(),
            timestamp: self.opened,
        };
        wanted.map(frame).collect()
    }

    /// What it does to the world, a line each.
    fn affects(&self, requests: &[Request]) -> Vec<String> {
        let Some(first) = requests.first() else {
            return Vec::new();
        };
        let to = fit(&first.destination_uri, SHOWN);
        let mut lines = match requests {
            [one] => vec![format!(
                "Moves {} to {to}.",
                self.known.sentence(&one.interaction_id)
            )],
            many => {
                let mut lines = vec![format!("Moves {} interactions to {to}:", many.len())];
                let named = many.iter();
                lines.extend(
                    named.map(|one| format!("  {}", self.known.sentence(&one.interaction_id))),
                );
                lines
            }
        };
        let codec = &first.media_matrix.audio.codec;
        let others: Vec<&str> = self
            .limits
            .codecs
            .iter()
            .filter(|c| *c != codec)
            .map(String::as_str)
            .collect();
        lines.push(if first.triggers.codec_negotiation && !others.is_empty() {
            format!(
                "Asks for {codec}; where that is not supported, once for the first of {} that is.",
                others.join(", ")
            )
        } else {
            format!("Asks for {codec}, and for nothing else where that is not supported.")
        });
        if let Some(server) = &self.media_server {
            lines.push(format!("Tells the media server at {server} afterwards."));
        }
        lines
    }

    /// How much of a limit a number uses.
    fn used(n: u64, most: u32, unit: &str) -> Vec<String> {
        let share = n as f64 / f64::from(most.max(1));
        let over = if n > u64::from(most) {
            "  over the limit"
        } else {
            ""
        };
        vec![format!(
            "{:<24} {n} of {most} {unit}{over}",
            chart::bar(share, BAR)
        )]
    }
}

impl Rules for Transferring {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.requests(body).err().unwrap_or_default()
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let one = body.get("interaction_id").and_then(Value::as_str);
        let ids: Vec<&str> = match &self.about {
            Some(about) => about.iter().map(String::as_str).collect(),
            None => one.into_iter().filter(|id| !id.is_empty()).collect(),
        };
        let mut checks: Vec<Check> = self.left_out.check().into_iter().collect();
        let listed = ids.into_iter().take(LISTED);
        checks.extend(listed.map(|id| self.known.check("interaction_id", id)));
        let to = body.get("destination_uri").and_then(Value::as_str);
        if let Some(to) = to.and_then(|uri| Destination::parse(uri).ok()) {
            let codec = path::get(body, "media_matrix.audio.codec").and_then(Value::as_str);
            checks.extend(self.known.destination(&to, codec));
        }
        checks
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let (requests, stop_on_failure) = self.requests(body)?;
        let affects = self.affects(&requests);
        let moves = self.moves(requests);
        // Somebody outside is on each of them.
        let confirm = match moves.len() {
            1 => "transfer".to_owned(),
            many => many.to_string(),
        };
        let order = Order::Transfer(Box::new(Transfers {
            moves,
            stop_on_failure,
        }));
        Ok(Plan::of(order, affects, UNDO)?.confirmed_by(Some(confirm)))
    }

    fn completions(&self, path: &str, _body: &Value) -> Vec<Completion> {
        let words = |words: &[String]| {
            let words = words.iter().map(|word| Completion::new(word.as_str(), ""));
            words.collect::<Vec<_>>()
        };
        match path {
            "interaction_id" => self.known.interactions(),
            "destination_uri" => self.known.destinations(),
            "media_matrix.audio.codec" => words(&self.limits.codecs),
            "media_matrix.video.codec" => words(&self.limits.video_codecs),
            _ => Vec::new(),
        }
    }

    fn explain(&self, path: &str, body: &Value) -> Vec<String> {
        let number = || {
            let pointer = format!("/{}", path.replace('.', "/"));
            body.pointer(&pointer).and_then(Value::as_u64)
        };
        match (path, number()) {
            ("media_matrix.audio.bandwidth_kbps", Some(n)) => {
                Self::used(n, self.limits.max_bandwidth_kbps, "kbit/s")
            }
            ("media_matrix.video.fps", Some(n)) => Self::used(n, self.limits.max_fps, "fps"),
            ("media_matrix.audio.codec", _) => {
                vec![format!(
                    "the profile's, best liked first: {}",
                    self.limits.codecs.join(", ")
                )]
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
