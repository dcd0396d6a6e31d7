// QuickJS comes without a console: this one writes to the streams of WASI, which the world imports.
import stderr from 'wasi:cli/stderr@0.2.12';
import stdout from 'wasi:cli/stdout@0.2.12';

function toUtf8(text) {
  const escaped = encodeURIComponent(text).replace(/%([0-9A-F]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Uint8Array.from(escaped, (character) => character.charCodeAt(0));
}

globalThis.console = {
  log: (text) => stdout.getStdout().blockingWriteAndFlush(toUtf8(`${text}\n`)),
  error: (text) => stderr.getStderr().blockingWriteAndFlush(toUtf8(`${text}\n`)),
};
