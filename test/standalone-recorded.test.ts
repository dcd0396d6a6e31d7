import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maskLine, missingMembers, splitOutput } from './recorded/recorded-json.js';
import { readTranscript } from './recorded/transcript.js';
import { wskExpected } from './recorded/wsk-expected.js';
import { readOutput } from './recorded/wsk-output.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';
import { Replay } from './support/standalone-replay.js';

/* What the real `wsk` sent, replayed in order; see recorded/README.md. */

const recorded = readTranscript('wsk');

describe('the recorded requests of wsk', () => {
  let standalone: TestStandalone;
  let replay: Replay;
  beforeAll(async () => {
    standalone = await startTestStandalone();
    replay = new Replay(standalone.url, 'OpenWhisk-CLI/1.0 (2024-09-24-23f3cf7) linux amd64');
  });
  afterAll(async () => {
    await standalone.shutDown();
  });

  it('are all expected to be answered', () => {
    expect(wskExpected.map(([command]) => command)).toEqual(recorded.map(({ command }) => command));
  });

  it.each(recorded.map((command, index) => [index + 1, command.command, command] as const))(
    '%i. %s',
    async (number, _command, command) => {
      const expected = wskExpected[number - 1]?.[1];
      if (expected === undefined) throw new Error('no expectation');
      for (const request of expected.given ?? [])
        expect((await replay.give(request)).status).toBe(200);

      const exchanges = await replay.send(command, expected.statuses);

      expect(
        exchanges.map(({ status, text }) => (status < 400 ? status : { status, text })),
      ).toEqual(
        expected.statuses.map((status) =>
          status < 400 ? status : { status, text: expect.any(String) },
        ),
      );
      if (expected.clientOnly) return;
      const ours = readOutput(command.command, exchanges);
      const theirs = splitOutput(command.printed);
      const order = (lines: readonly string[]) => (expected.anyOrder ? lines.toSorted() : lines);
      expect(ours.exit).toBe(expected.exit ?? command.exit);
      expect(order(ours.lines.map(maskLine))).toEqual(
        order(expected.lines ?? theirs.lines.map(maskLine)),
      );
      if (expected.document !== undefined)
        expect(ours.documents[0]).toMatchObject(expected.document);
      // A bare result is the guest's own; everything else has what was printed.
      if (!command.command.includes(' -r') && !command.command.includes('activation result'))
        expect(missingMembers(theirs.documents[0], ours.documents[0])).toEqual(
          expected.lacks ?? [],
        );
    },
  );

  it('differ from what was recorded for a reason only', () => {
    const unexplained = wskExpected.filter(
      ([, { exit, lines, lacks, why }]) =>
        why === undefined && [exit, lines, lacks].some((value) => value !== undefined),
    );
    expect(unexplained).toEqual([]);
  });
});
