import { describe, expect, it } from 'vitest';
import { addState, readStep } from './composition-run.js';

describe('readStep', () => {
  it.each([
    ['{"a":1}', { type: 'done', resultJson: '{"a":1}' }],
    ['[1]', { type: 'done', resultJson: '[1]' }],
    [
      '{"params":{"big":9007199254740993},"state":1}',
      { type: 'done', resultJson: '{"big":9007199254740993}' },
    ],
    ['{"action":null,"a":1}', { type: 'done', resultJson: '{"action":null,"a":1}' }],
    ['{"action":"x"}', { type: 'next', action: 'x', paramsJson: '{}', stateJson: '{}' }],
    [
      '{"action":"x","params":{"a":1.0},"state":{"b":2}}',
      { type: 'next', action: 'x', paramsJson: '{"a":1.0}', stateJson: '{"b":2}' },
    ],
    [
      '{"action":"x","params":null}',
      { type: 'next', action: 'x', paramsJson: '{}', stateJson: '{}' },
    ],
  ])('reads %s', (json, step) => {
    expect(readStep(json)).toEqual(step);
  });

  it.each([
    '{"action":1}',
    '{"action":{}}',
    '{"action":"x","params":1}',
    '{"action":"x","state":[]}',
  ])('refuses %s', (json) => {
    expect(readStep(json)).toMatchObject({ type: 'invalid' });
  });
});

describe('addState', () => {
  it('lays the state over the result', () => {
    expect(addState('{"a":1.0,"b":2}', '{"b":3}')).toBe('{"a":1.0,"b":3}');
    expect(addState('[1]', '{"b":3}')).toBe('{"value":[1],"b":3}');
    expect(addState('[1]', '{}')).toBe('[1]');
  });
});
