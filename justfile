# A table of contents: every recipe is one line, the logic is in package.json and scripts/.

# List the recipes
default:
    @just --list --unsorted

# Start an OpenWhisk on this machine, with a demonstration
[group('dev')]
start *arguments:
    npm start -- {{ arguments }}

# Compile all packages and the example actions
[group('dev')]
build:
    npm run build

# Remove what the build made
[group('dev')]
clean:
    npm run clean

# Format all files
[group('dev')]
format:
    npm run format

# Generate docs/reference/ from the error tables and the configuration schema
[group('dev')]
reference:
    npm run docs:reference

# Run all tests, or those whose path fits
[group('test')]
test *filters:
    npm test -- {{ filters }}

# Run the unit tests
[group('test')]
unit *filters:
    npm run test:unit -- {{ filters }}

# Run the integration, conformance and end-to-end tests
[group('test')]
integration *filters:
    npm run test:integration -- {{ filters }}

# Run everything that has to hold before a change lands
[group('test')]
check *arguments:
    npm run check -- {{ arguments }}

# Measure
[group('test')]
bench *arguments:
    npm run bench -- {{ arguments }}

# Build the native engine (--quick: incrementally)
[group('native')]
native *arguments:
    npm run build:native -- {{ arguments }}

# Hold the Rust crates against one rule: format, clippy or test
[group('native')]
native-check rule:
    node scripts/check-native.ts {{ rule }}

# List the licences of what is linked into the native engine
[group('native')]
native-licences:
    npm run native:licences

# Pack the native engine and its package as npm publishes them, into a folder
[group('release')]
native-pack folder:
    npm run native:pack -- {{ folder }}

# Write down a change that users notice
[group('release')]
changeset:
    npm run changeset
