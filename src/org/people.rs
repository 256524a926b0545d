//! Who works here: names, sites, devices and codecs that a NOC would believe.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Where people sit.
pub(super) const SITES: [&str; 8] = [
    "Frankfurt",
    "Accra",
    "São Paulo",
    "Osaka",
    "Denver",
    "Dublin",
    "Sydney",
    "Manila",
];

/// The sites as ids spell them, in the same order.
const SITE_IDS: [&str; 8] = [
    "site-frankfurt",
    "site-accra",
    "site-sao-paulo",
    "site-osaka",
    "site-denver",
    "site-dublin",
    "site-sydney",
    "site-manila",
];

/// What a device may speak, most usual first, with its share out of 100.
const CODECS: [(&str, u32); 5] = [
    ("opus", 52),
    ("PCMU", 22),
    ("PCMA", 14),
    ("G722", 8),
    ("G729", 4),
];

/// Kinds of endpoint; the first is nearly everyone's.
pub(super) const KINDS: [&str; 6] = [
    "webrtc",
    "poly",
    "yealink",
    "cisco",
    "softphone",
    "audiocodes",
];

struct Culture {
    family_first: bool,
    given: &'static [&'static str],
    family: &'static [&'static str],
}

const CULTURES: [Culture; 8] = [
    Culture {
        family_first: false,
        given: &[
            "Ana", "Björn", "Chloé", "Dmitri", "Élodie", "Greta", "Ingrid", "Jürgen", "Lukas",
            "Milena", "Søren", "Zoë",
        ],
        family: &[
            "Petrova",
            "Müller",
            "Lefèvre",
            "Nowak",
            "Lindström",
            "Weiß",
            "Kovač",
            "Dvořák",
            "Rossi",
            "Øster",
            "Novák",
        ],
    },
    Culture {
        family_first: false,
        given: &[
            "Bob", "Kwame", "Ama", "Chidi", "Zainab", "Thabo", "Efua", "Yaw", "Ngozi", "Kofi",
            "Abena", "Tunde",
        ],
        family: &[
            "Osei", "Mensah", "Okafor", "Dlamini", "Boateng", "Adeyemi", "Diallo", "Mwangi",
            "Asante", "Nkosi",
        ],
    },
    Culture {
        family_first: false,
        given: &[
            "João", "María", "Thiago", "Inés", "Luís", "Beatriz", "José", "Lucía", "Mateus",
            "Sofía", "Caio", "Renata",
        ],
        family: &[
            "Gonçalves",
            "Núñez",
            "da Silva",
            "García",
            "Araújo",
            "Peña",
            "Ferreira",
            "Ibáñez",
            "Magalhães",
            "Souza",
        ],
    },
    Culture {
        family_first: true,
        given: &[
            "美咲",
            "蓮",
            "陽菜",
            "大翔",
            "結衣",
            "悠真",
            "さくら",
            "健太",
            "直子",
            "翔",
        ],
        family: &[
            "田中", "佐藤", "鈴木", "高橋", "渡辺", "伊藤", "山本", "中村", "小林", "加藤",
        ],
    },
    Culture {
        family_first: false,
        given: &[
            "Alice", "Ethan", "Grace", "Hannah", "Isaac", "Jada", "Mason", "Olivia", "Ruth",
            "Tyler", "Wyatt", "Nora",
        ],
        family: &[
            "Walker",
            "Nguyen",
            "Johnson",
            "Ramirez",
            "Begay",
            "Carter",
            "Fitzgerald",
            "Hughes",
            "Patel",
            "Stone",
        ],
    },
    Culture {
        family_first: false,
        given: &[
            "Aoife", "Ciarán", "Niamh", "Seán", "Róisín", "Pádraig", "Orla", "Fionn", "Máire",
            "Conor", "Siobhán",
        ],
        family: &[
            "O'Brien",
            "Ó Súilleabháin",
            "Byrne",
            "Kelly",
            "Murphy",
            "Nolan",
            "Walsh",
            "Ní Dhónaill",
            "Doyle",
        ],
    },
    Culture {
        family_first: false,
        given: &[
            "Charlotte",
            "Jack",
            "Arjun",
            "Priya",
            "Lachlan",
            "Mei",
            "Noah",
            "Ravi",
            "Tahlia",
            "Wei",
            "Zara",
        ],
        family: &[
            "Anderson", "Sharma", "Campbell", "Li", "Singh", "Taylor", "Chen", "Iyer", "Thompson",
            "Wong",
        ],
    },
    Culture {
        family_first: false,
        given: &[
            "Andrés", "Bea", "Carlo", "Divina", "Emilio", "Fatima", "Jun", "Liza", "Marisol",
            "Niño", "Rosario",
        ],
        family: &[
            "Reyes",
            "Santos",
            "Cruz",
            "Bautista",
            "Ocampo",
            "Villanueva",
            "de Leon",
            "Peñaflor",
            "Mangubat",
        ],
    },
];

/// A name as three table indices, for an organisation of a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    culture: u8,
    given: u8,
    family: u8,
}

impl Name {
    /// Usually a name of the site's own region; people move.
    pub(super) fn draw(site: u8, rng: &mut ChaCha8Rng) -> Self {
        let culture = if rng.random_ratio(7, 10) {
            usize::from(site) % CULTURES.len()
        } else {
            index(CULTURES.len(), rng)
        };
        let table = &CULTURES[culture];
        let (given, family) = (
            index(table.given.len(), rng),
            index(table.family.len(), rng),
        );
        let small = |index: usize| u8::try_from(index).unwrap_or(0);
        Self {
            culture: small(culture),
            given: small(given),
            family: small(family),
        }
    }

    /// As people write it.
    pub(super) fn full(self) -> String {
        let table = &CULTURES[usize::from(self.culture) % CULTURES.len()];
        let pick = |names: &[&'static str], index: u8| {
            names.get(usize::from(index)).copied().unwrap_or("?")
        };
        let (given, family) = (
            pick(table.given, self.given),
            pick(table.family, self.family),
        );
        if table.family_first {
            format!("{family} {given}")
        } else {
            format!("{given} {family}")
        }
    }
}

/// A site by its number.
pub(super) fn draw_site(rng: &mut ChaCha8Rng) -> u8 {
    u8::try_from(index(SITES.len(), rng)).unwrap_or(0)
}

/// The id of a site, by its number.
pub(super) fn site_id(site: u8) -> &'static str {
    SITE_IDS
        .get(usize::from(site))
        .copied()
        .unwrap_or("site-elsewhere")
}

/// The number of a site, by its id.
pub(super) fn find_site(id: &str) -> Option<u8> {
    let site = SITE_IDS.iter().position(|known| *known == id)?;
    u8::try_from(site).ok()
}

/// What kind a device is, by its id; one that was named by a person is a browser.
pub(super) fn kind_of(device: &str) -> &'static str {
    let kind = device.split_once('-').map_or("", |(kind, _)| kind);
    let known = KINDS.into_iter().find(|known| *known == kind);
    known.unwrap_or(KINDS[0])
}

/// A codec by its usual share.
pub(super) fn draw_codec(rng: &mut ChaCha8Rng) -> &'static str {
    let mut ticket = rng.random_range(0..100);
    for (codec, share) in CODECS {
        if ticket < share {
            return codec;
        }
        ticket -= share;
    }
    CODECS[0].0
}

/// What kind a user's next device is: the first of most people is their browser, and nobody has two.
pub(super) fn draw_kind(nth: u32, rng: &mut ChaCha8Rng) -> &'static str {
    if nth == 0 && rng.random_ratio(4, 5) {
        KINDS[0]
    } else {
        let kind = index(KINDS.len(), rng);
        KINDS[if nth == 0 { kind } else { kind.max(1) }]
    }
}

fn index(len: usize, rng: &mut ChaCha8Rng) -> usize {
    rng.random_range(0..len)
}
