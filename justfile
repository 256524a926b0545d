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
