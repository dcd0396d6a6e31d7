# The executor: many containers on port 9000, beside an invoker.
# Both bases can be replaced. The first needs npm and any Node.js from 18; the second a C library and
# libstdc++ (glibc), as every Debian has: Node.js itself comes from npm.
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN node scripts/bootstrap.mjs image /app

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
