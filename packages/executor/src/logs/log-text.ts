import { outputTurns } from '@wasmwhisk/runtime';
import type { LogLine } from './log-line.js';

/** So many lines, or one long one, are written between two looks at the clock. */
const linesTogether = 64;
const unitsTogether = 16 * 1024;

/** A log as text, in pieces: joining 60 MB holds the event loop for longer than anything else here. */
export interface LogText {
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
}

/** Lines as JSON, one a line. A log may take most of a second: the event loop goes on meanwhile. */
export async function toLogText(lines: readonly LogLine[]): Promise<LogText> {
  const pieces: Buffer[] = [];
  // Those that are there now: the activation may still write.
  const count = lines.length;
  let text = '';
  let together = 0;
  for (let index = 0; index < count; index += 1) {
    const line = lines[index];
    if (line === undefined) break;
    text += `${JSON.stringify(line)}\n`;
    together += 1;
    if (together < linesTogether && text.length < unitsTogether) continue;
    pieces.push(Buffer.from(text));
    text = '';
    together = 0;
    outputTurns.used();
    if (!outputTurns.hasTime())
      await new Promise<void>((next) => {
        outputTurns.nextTurn(next);
      });
  }
  pieces.push(Buffer.from(text));
  return { pieces, bytes: pieces.reduce((sum, piece) => sum + piece.length, 0) };
}
