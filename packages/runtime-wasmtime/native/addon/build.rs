//! Links what Node.js provides when it loads the addon.

fn main() {
    napi_build::setup();
}
