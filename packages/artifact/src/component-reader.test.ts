import { describe, expect, it } from 'vitest';
import { assemble, componentOf, instanceExports, section, sized, text } from '../test/assemble.js';
import { describeArtifact } from './read-artifact.js';

const coreModule = (bytes: Uint8Array): number[] => section(1, [...bytes]);

describe('a component is described', () => {
  it('with imports and exports of every kind', () => {
    const imports = [
      ...[6],
      ...[0x00, ...text('wasi:io/streams@0.2.3'), 0x05, 0x00],
      ...[0x01, ...text('old:form/name'), 0x05, 0x01],
      ...[0x00, ...text('resource'), 0x03, 0x01],
      ...[0x00, ...text('alias'), 0x03, 0x00, 0x02],
      ...[0x00, ...text('core'), 0x00, 0x11, 0x00],
      ...[0x00, ...text('constant'), 0x02, 0x01, 0x7f],
    ];
    const exports = [
      ...[4],
      ...[0x00, ...text('run'), 0x01, 0x00, 0x01, 0x01, 0x00],
      ...[0x00, ...text('types'), 0x05, 0x00, 0x00],
      ...[0x00, ...text('inner'), 0x04, 0x00, 0x00],
      ...[0x02, ...text('new:form/name@1'), 1, 0x01, ...text('.2.3'), 0x05, 0x00, 0x00],
    ];
    const description = describeArtifact(componentOf(section(10, imports), section(11, exports)));
    expect(description).toMatchObject({
      format: 'component',
      imports: [
        { name: 'wasi:io/streams@0.2.3', kind: 'instance' },
        { name: 'old:form/name', kind: 'instance' },
        { name: 'resource', kind: 'type' },
        { name: 'alias', kind: 'type' },
        { name: 'core', kind: 'module' },
        { name: 'constant', kind: 'value' },
      ],
      exports: [
        { name: 'run', kind: 'function' },
        { name: 'types', kind: 'instance' },
        { name: 'inner', kind: 'component' },
        { name: 'new:form/name@1', kind: 'instance' },
      ],
    });
  });

  it('with the core modules of nested components counted and their producers told', () => {
    const producers = (name: string): number[] =>
      section(0, [
        ...text('producers'),
        1,
        ...text('processed-by'),
        1,
        ...text(name),
        ...text('1'),
      ]);
    const inner = Uint8Array.from([...assemble('(module)'), ...producers('inner-linker')]);
    const nested = componentOf(coreModule(inner), coreModule(inner));
    const bytes = componentOf(
      coreModule(assemble('(module)')),
      section(4, [...nested]),
      producers('outer-linker'),
    );
    expect(describeArtifact(bytes)).toMatchObject({
      coreModules: 3,
      producers: [{ name: 'inner-linker' }, { name: 'outer-linker' }],
    });
  });

  it('only as deep as it may nest', () => {
    let bytes = componentOf();
    for (let depth = 0; depth < 40; depth += 1) bytes = componentOf([4, ...sized([...bytes])]);
    expect(() => describeArtifact(bytes)).toThrow(
      expect.objectContaining({ fault: 'limit-exceeded' }),
    );
  });

  it('only when what it embeds begins as it should', () => {
    for (const id of [1, 4])
      expect(() => describeArtifact(componentOf(section(id, [1, 2, 3])))).toThrow(
        expect.objectContaining({ fault: 'malformed' }),
      );
  });
});

describe('the interface of a component', () => {
  it.each([
    ['wasi:cli/run@0.2.0', 'command'],
    ['wasi:cli/run@0.2.12', 'command'],
    ['wasi:http/incoming-handler@0.2.6', 'http-handler'],
    ['wasmwhisk:action/handler@0.1.0', 'action-world'],
    ['wasmwhisk:action/handler', 'action-world'],
    ['wasi:cli/run@0.3.0', 'command'],
    ['wasi:cli/run', 'command'],
    ['other:wasi/cli@0.2.0', undefined],
  ])('is told by its export %s', (name, guestInterface) => {
    expect(describeArtifact(componentOf(instanceExports(name))).guestInterface).toBe(
      guestInterface,
    );
  });

  it('is the most specific one of several', () => {
    const bytes = componentOf(
      instanceExports('wasi:cli/run@0.2.0', 'wasmwhisk:action/handler@0.1.0'),
    );
    expect(describeArtifact(bytes).guestInterface).toBe('action-world');
  });
});
