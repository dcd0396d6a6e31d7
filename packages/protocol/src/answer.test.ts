import { describe, expect, it } from 'vitest';
import { toAnswerBody } from './answer.js';
import { frameMarker, withoutFrameMarker } from './frame-marker.js';

describe('toAnswerBody', () => {
  it.each([
    ['ok', '{"a":1}', '{"a":1}'],
    ['application-error', '{"error":"sorry","x":1}', '{"error":"sorry","x":1}'],
    ['application-error', '{"message":"error"}', '{"error":{"message":"error"}}'],
    ['application-error', '{}', '{"error":{}}'],
    ['application-error', '"text"', '{"error":"text"}'],
  ] as const)('sends %s %s plainly', (type, json, body) => {
    expect(toAnswerBody({ type, json }, 'plain')).toBe(body);
  });

  it('sends the envelope with its keys in alphabetical order', () => {
    expect(toAnswerBody({ type: 'ok', json: '{"a":1}' }, 'envelope')).toBe(
      '{"result":{"a":1},"status":"success","status_code":0,"success":true}',
    );
    expect(toAnswerBody({ type: 'application-error', json: '1' }, 'envelope')).toBe(
      '{"result":1,"status":"application error","status_code":1,"success":false}',
    );
  });

  it('does not look through an error with more members than anybody writes', () => {
    const json = `{${'"":0,'.repeat(10_000)}"error":1}`;
    expect(toAnswerBody({ type: 'application-error', json }, 'plain')).toBe(`{"error":${json}}`);
  });

  it('joins long texts as bytes', () => {
    const json = new Uint8Array(Buffer.from('"❄"'));
    const body = toAnswerBody({ type: 'application-error', json }, 'plain');
    expect(Buffer.from(body as Uint8Array).toString()).toBe('{"error":"❄"}');
  });
});

describe('withoutFrameMarker', () => {
  it('leaves no marker in a line, and other lines alone', () => {
    expect(withoutFrameMarker(`a ${frameMarker} b ${frameMarker}`)).not.toContain(frameMarker);
    expect(withoutFrameMarker('a line')).toBe('a line');
  });
});
