# The executor: many containers on port 9000, beside an invoker.
# All bases can be replaced. The first needs npm and any Node.js from 18; the second a C library and
# libstdc++ (glibc), as every Debian has: Node.js itself comes from npm.
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG BASE_IMAGE=debian:bookworm-slim
# The engine is compiled here, for ten minutes; ENGINE=none leaves it out, and actions run on V8.
# The C library of this base must not be newer than that of BASE_IMAGE.
ARG RUST_IMAGE=rust:1.95-bookworm
ARG ENGINE=native

FROM ${RUST_IMAGE} AS engine-native
WORKDIR /src
COPY packages/runtime-wasmtime/native .
RUN cargo build --locked --release --package wasmwhisk-addon --target-dir /target \
  && mkdir /engine \
  && cp /target/release/libwasmwhisk_addon.so /engine/

FROM ${BUILD_IMAGE} AS engine-none
RUN mkdir /engine

# One of the stages above, and no image that could have a tag.
# hadolint ignore=DL3006
FROM engine-${ENGINE} AS engine

FROM ${BUILD_IMAGE} AS build
COPY --from=engine /engine /engine
WORKDIR /src
COPY . .
RUN node scripts/bootstrap.mjs image /app --native /engine

FROM ${BASE_IMAGE}
# By number and without a name: nothing has to be added to the base.
USER 10001:10001
COPY --from=build /app /app
ENV NODE_ENV=production
WORKDIR /tmp
EXPOSE 9000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["/app/node_modules/.bin/node", "--eval", "fetch('http://127.0.0.1:9000/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The launcher replaces itself by Node.js, which then is process 1 and gets the signals.
ENTRYPOINT ["/app/packages/cli/bin/wasmwhisk", "serve"]
CMD ["--host", "0.0.0.0", "--port", "9000"]
