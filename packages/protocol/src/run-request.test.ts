import { describe, expect, it } from 'vitest';
import { parseRunRequest } from './run-request.js';

const parse = (text: string) => parseRunRequest(Buffer.from(text));

describe('parseRunRequest', () => {
  it('keeps the arguments as they were written', () => {
    const value =
      '{"n":18446744073709551615,"x":1.0,"d":1,"d":2,"s":"\\ud800","e":1e400,"10":0,"b":-0}';
    expect(
      parse(`{"deadline":"1795253686661","value": ${value} ,"namespace":"guest"}`),
    ).toMatchObject({
      type: 'run',
      request: { value, namespace: 'guest', deadlineEpochMs: 1795253686661 },
    });
  });

  it('turns every other member into context', () => {
    const parsed = parse(
      '{"value":{},"api_key":"k","deadline":123,"flag":true,"none":null,"o":{"a": 1}}',
    );
    expect(parsed.type === 'run' && parsed.request.context).toEqual([
      ['__OW_API_KEY', 'k'],
      ['__OW_DEADLINE', '123'],
      ['__OW_FLAG', 'true'],
      ['__OW_O', '{"a": 1}'],
    ]);
  });

  it.each(['{}', '', 'null', ' null\n', '{"value":null}'])('takes %j for no arguments', (text) => {
    expect(parse(text)).toMatchObject({ type: 'run', request: { value: '{}' } });
  });

  it('takes arrays', () => {
    expect(parse('{"value":["a","b"]}')).toMatchObject({ request: { value: '["a","b"]' } });
  });

  it.each(['"A"', '1', 'true'])('refuses the argument %s', (value) => {
    expect(parse(`{"value":${value}}`)).toEqual({ type: 'not-a-dictionary' });
  });

  it.each(['x', '[1]', '{"value":{}', '"text"'])('cannot read %j', (text) => {
    expect(parse(text)).toMatchObject({ type: 'unreadable' });
  });

  it.each(['"123"', '123', '"soon"', '1e13', '-5', '"99999999999999999999"', 'null', '{}'])(
    'takes the deadline %s for none',
    (deadline) => {
      const parsed = parse(`{"deadline":${deadline}}`);
      expect(parsed.type === 'run' && parsed.request.deadlineEpochMs).toBeUndefined();
    },
  );

  it('refuses more members than anybody sends, and any number of them in the arguments', () => {
    const many = '"":0,'.repeat(100_000);
    expect(parseRunRequest(Buffer.from(`{${many}"value":{}}`))).toEqual({
      type: 'unreadable',
      reason: 'more than 100000 members at byte 500001',
    });
    expect(parseRunRequest(Buffer.from(`{"value":{${many}"a":1}}`)).type).toBe('run');
  });
});

describe('short and any bodies', () => {
  /** A member that nobody sends takes a body to the way that is made for all. */
  const both = (text: string) => {
    const short = parse(text);
    const any = parse(text.replace('{', '{"rare":null,'));
    return { short, any };
  };

  it.each([
    '{"namespace":"guest","action_name":"/guest/a","activation_id":"a","transaction_id":"t","deadline":"1795253686661","value":{"a": [1, "\\n"]}}',
    '{"deadline":1795253686661,"value":[1]}',
    '{"deadline":"soon","custom":"ä€😀","value":{}}',
    '{"activation_id":"a"}',
    '{"namespace":"a","namespace":"b","value":{"x":1},"value":{"x":2}}',
    '{"name":"a","NAME":"b"}',
    '{"activation_id":7,"namespace":"\\u0041"}',
    '{"value":null}',
    '{"value":"text"}',
  ])('read %j alike', (text) => {
    const { short, any } = both(text);
    expect(short).toEqual(any);
  });
});
