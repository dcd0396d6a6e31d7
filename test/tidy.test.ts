import { isBuiltin } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCircle } from './tidy/circles.js';
import { layerFault, packageNames, testOnlyPackages } from './tidy/layers.js';
import { ownNames, readManifest, readReferences, scope } from './tidy/manifests.js';
import {
  allFiles,
  importsOf,
  isTest,
  isText,
  packageOf,
  readFile,
  resolveRelative,
  sourceFiles,
} from './tidy/source-tree.js';

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly inTest: boolean;
}

const imports: readonly Import[] = sourceFiles.flatMap((file) =>
  importsOf(file).map((specifier) => ({ file, specifier, inTest: isTest(file) })),
);
const packageFolders = packageNames.map((name) => `packages/${name}/`);

/** Written in pieces, so that this file is not its own finding. */
const words = (...pairs: readonly (readonly [string, string])[]): string =>
  pairs.map(([a, b]) => a + b).join('|');

describe('the sources', () => {
  it('are found', () => {
    expect(sourceFiles).toContain('packages/runtime/src/contract.ts');
    expect(sourceFiles).toContain('scripts/bootstrap.mjs');
    expect(allFiles).toContain('.ci/run');
    expect(imports).toContainEqual({
      file: 'packages/runtime/src/contract.ts',
      specifier: '@wasmwhisk/artifact',
      inTest: false,
    });
  });
});

describe('layers', () => {
  it('know every package', () => {
    const found = allFiles.flatMap(
      (path) => /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1] ?? [],
    );
    expect(found.toSorted()).toEqual(packageNames.toSorted());
  });

  it('are imported downwards only', () => {
    const faults = imports.flatMap(({ file, specifier, inTest }) => {
      const importer = packageOf(file);
      if (importer === undefined || !specifier.startsWith(scope)) return [];
      const imported = specifier.slice(scope.length).split('/')[0] ?? '';
      const fault = layerFault(importer, imported, inTest);
      return fault === undefined ? [] : [`${file} imports ${specifier}: ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  it('are depended on downwards only', () => {
    const faults = packageNames.flatMap((importer) => {
      const manifest = readManifest(`packages/${importer}/`);
      const dependencies = [
        ...ownNames(manifest.dependencies).map((name) => ({ name, inTest: false })),
        ...ownNames(manifest.devDependencies).map((name) => ({ name, inTest: true })),
      ];
      return dependencies.flatMap(({ name, inTest }) => {
        const fault = layerFault(importer, name, inTest);
        return fault === undefined ? [] : [`packages/${importer}/package.json: ${fault}`];
      });
    });
    expect(faults).toEqual([]);
  });

  it('say what breaks them', () => {
    expect(layerFault('runtime', 'executor', false)).toMatch(/lower layers only/);
    expect(layerFault('runtime-v8', 'runtime-jco', true)).toMatch(/lower layers only/);
    expect(layerFault('executor', 'runtime-conformance', false)).toMatch(/tests only/);
    expect(layerFault('runtime-v8', 'runtime-conformance', true)).toBeUndefined();
    expect(layerFault('executor', 'runtime', false)).toBeUndefined();
  });
});

describe('imports', () => {
  it('reach another package by its name and nothing deeper', () => {
    const faults = imports.flatMap(({ file, specifier }) => {
      if (specifier.startsWith(scope) && specifier.slice(scope.length).includes('/')) {
        return [`${file} imports ${specifier}: only the package itself is public`];
      }
      if (!specifier.startsWith('.')) return [];
      const target = resolveRelative(file, specifier);
      const from = packageOf(file);
      const to = packageOf(target);
      return to === undefined || to === from
        ? []
        : [`${file} imports ${target} of another package`];
    });
    expect(faults).toEqual([]);
  });

  it('stay inside their package in what is shipped', () => {
    const faults = imports.flatMap(({ file, specifier, inTest }) => {
      if (inTest || !specifier.startsWith('.')) return [];
      const target = resolveRelative(file, specifier);
      return packageOf(target) !== undefined ? [] : [`${file} imports ${target} of the root`];
    });
    expect(faults).toEqual([]);
  });

  it('name the file inside a package, never its index', () => {
    const faults = imports.flatMap(({ file, specifier }) =>
      file.includes('/src/') && /^\..*\/index\.js$/.test(specifier)
        ? [`${file} imports ${specifier}`]
        : [],
    );
    expect(faults).toEqual([]);
  });

  it('are declared in the package.json of their package', () => {
    const rootManifest = readManifest('');
    const faults = imports.flatMap(({ file, specifier, inTest }) => {
      const owner = packageOf(file);
      if (owner === undefined || specifier.startsWith('.') || isBuiltin(specifier)) return [];
      const parts = specifier.split('/');
      const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
      const manifest = readManifest(`packages/${owner}/`);
      const declared = {
        ...manifest.dependencies,
        ...(inTest ? { ...manifest.devDependencies, ...rootManifest.devDependencies } : {}),
      };
      return name in declared || name === manifest.name
        ? []
        : [`${file} imports ${specifier}, which packages/${owner}/package.json does not list`];
    });
    expect(faults).toEqual([]);
  });

  it('name the engines in one place', () => {
    const engine = /@wasmwhisk\/runtime-(?:v8|wasmer|jco|wasmtime)\b/;
    const places = sourceFiles.filter(
      (file) => /^packages\/(executor|cli)\/src\//.test(file) && !isTest(file),
    );
    expect(places.filter((file) => engine.test(readFile(file)))).toEqual([
      'packages/executor/src/runtimes.ts',
    ]);
  });

  it.each(packageNames)('run in no circle in %s, types included', (name) => {
    const files = sourceFiles.filter((file) => packageOf(file) === name);
    const edges = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => resolveRelative(file, specifier)),
      ]),
    );
    expect(findCircle(edges)).toBeUndefined();
  });

  it('have their circles found', () => {
    const edges = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['b']],
    ]);
    expect(findCircle(edges)).toEqual(['b', 'd', 'b']);
  });
});

describe('packages', () => {
  const template = readManifest('packages/artifact/');

  it.each(packageNames)('are set up alike: %s', (name) => {
    const manifest = readManifest(`packages/${name}/`);
    const expected = Object.fromEntries(
      Object.entries(template.scripts ?? {}).map(([script, command]) => [
        script,
        command.replaceAll('packages/artifact/', `packages/${name}/`),
      ]),
    );
    expect(manifest).toMatchObject({
      name: `${scope}${name}`,
      version: template.version,
      license: 'Apache-2.0',
      type: 'module',
      engines: { node: '>=24' },
    });
    expect(manifest.scripts).toEqual(expected);
  });

  it('all have a README', () => {
    const missing = packageFolders.filter((folder) => !allFiles.includes(`${folder}README.md`));
    expect(missing).toEqual([]);
  });

  it.each(packageNames)('refer in tsconfig to what they depend on: %s', (name) => {
    const manifest = readManifest(`packages/${name}/`);
    const own = ownNames(manifest.dependencies).toSorted();
    expect(readReferences(`packages/${name}/tsconfig.json`).toSorted()).toEqual(own);
    const withTests = [...own, ...ownNames(manifest.devDependencies)].filter((one) => one !== name);
    expect(readReferences(`packages/${name}/tsconfig.test.json`).toSorted()).toEqual(
      [...withTests, '.'].toSorted(),
    );
  });

  it('are all built and checked by the root', () => {
    const references = readReferences('tsconfig.json');
    const expected = packageNames.flatMap((name) => [
      `packages/${name}`,
      `packages/${name}/tsconfig.test.json`,
    ]);
    expect(references.toSorted()).toEqual([...expected, 'scripts', 'test'].toSorted());
  });

  it('are for tests only where the table says so', () => {
    const users = packageNames.flatMap((name) =>
      ownNames(readManifest(`packages/${name}/`).dependencies)
        .filter((dependency) => testOnlyPackages.has(dependency))
        .map((dependency) => `${name} depends on ${dependency}`),
    );
    expect(users).toEqual([]);
  });
});

describe('files', () => {
  it('have 500 lines at most', () => {
    const long = sourceFiles.flatMap((file) => {
      const lines = readFile(file).trimEnd().split('\n').length;
      return lines > 500 ? [`${file}: ${String(lines)} lines`] : [];
    });
    expect(long).toEqual([]);
  });

  it('say what they are about in their name', () => {
    const vague = /(^|\/)(utils?|common|helpers?|shared|misc)(\.[a-z.]+)?(\/|$)/;
    expect(allFiles.filter((file) => vague.test(file))).toEqual([]);
  });

  it('leave nothing to do without an issue number', () => {
    const mark = new RegExp(
      `\\b(?:${words(['TO', 'DO'], ['FIX', 'ME'], ['HA', 'CK'])})\\b(?!\\(#\\d+\\))`,
    );
    const faults = allFiles.filter(isText).flatMap((file) =>
      readFile(file)
        .split('\n')
        .flatMap((line, index) =>
          mark.test(line) ? [`${file}:${String(index + 1)}: ${line.trim()}`] : [],
        ),
    );
    expect(faults).toEqual([]);
  });

  it('name no folder of the machine they were made on, and no registry', () => {
    // The folder of this checkout, wherever that is, and what registries are called.
    const here = path.join(import.meta.dirname, '..').replaceAll(/[^\w/]/g, '\\$&');
    const place = new RegExp(
      words(
        [here, '/'],
        ['/ro', 'ot/'],
        ['/ho', 'me/[a-z]+/(?:\\.|src)'],
        ['registry\\.np', 'mjs\\.org'],
        ['registry\\.yarn', 'pkg\\.com'],
        ['files\\.python', 'hosted\\.org'],
        ['static\\.cra', 'tes\\.io'],
        ['deb\\.deb', 'ian\\.org'],
      ),
    );
    const faults = allFiles.flatMap((file) => {
      const match = place.exec(readFile(file));
      return match === null ? [] : [`${file}: ${match[0]}`];
    });
    expect(faults).toEqual([]);
  });

  it('lock packages by digest, not by the address they came from', () => {
    const addresses = readFile('package-lock.json').match(/"resolved": "[a-z+]+:.*"/g);
    expect(addresses).toBeNull();
  });
});

describe('generated pages', () => {
  // Compared as wholes: a row too many fails as well as a row too few.
  it.each([
    'docs/reference/errors.md',
    'docs/reference/configuration.md',
    'docs/reference/exit-codes.md',
    'docs/reference/toolchains.md',
  ])('say what the code says: %s (else run `npm run docs:reference`)', async (path) => {
    const { renderReferencePages } = await import('../scripts/reference-pages.ts');
    const pages = await renderReferencePages();
    expect(readFile(path)).toBe(pages.find((page) => page.path === path)?.text);
  });

  it('explain every code that the sources name', () => {
    const pages = readFile('docs/reference/errors.md');
    const named = sourceFiles
      .filter((file) => file.includes('/src/') && !isTest(file))
      .flatMap((file) => readFile(file).match(/\bWW_ERR_[A-Z]+(?:_[A-Z]+)+\b/g) ?? []);
    expect(named.length).toBeGreaterThan(0);
    expect([...new Set(named)].filter((code) => !pages.includes(`\`${code}\``))).toEqual([]);
  });
});
