# What is done often, for those who have just(1); every recipe is a line that can be typed without it.

# what there is
default:
    @just --list

# clippy as the gate has it
check:
    cargo clippy --all-targets -- -D warnings

# the whole gate, as it must pass before a change lands
gate:
    .ci/run

# the crate's documentation, which begins with the map
docs:
    cargo doc --no-deps --document-private-items --open

# a console on an organisation of its own: just demo --api platform
demo *flags:
    cargo run -- demo {{flags}}

# any of these go on, each in its own way: seeds of the simulation, inputs of the decoders, a shift: just soak 24h
sim seeds:
    TRUNKLINE_SIM_SEEDS={{seeds}} cargo test --release --test sim -- --ignored sim_long --nocapture

fuzz seconds:
    TRUNKLINE_FUZZ_SECONDS={{seconds}} cargo test --release --test decoders -- --ignored for_as_long --nocapture

soak time:
    cargo build --release
    benches/soak.py {{time}}

# what is generated from the program: schema, configuration page
generated:
    cargo run -q -- config schema > assets/config.schema.json
    cargo run -q -- config schema --markdown > docs/configuration.md

# everything that is published, tried in a fresh root, with recipes for Homebrew and Arch: just release https://github.com/OWNER/trunkline
release home:
    packaging/build x86_64-unknown-linux-musl
    packaging/build
    sudo packaging/test
    packaging/image
    packaging/recipes {{home}}
