import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';

/** Languages that `build-guests.ts` compiles itself. */
export type GuestLanguage = 'AssemblyScript' | 'WAT' | 'C' | 'Rust';

/** One guest to build. All paths are absolute. */
export interface GuestSource {
  readonly name: string;
  readonly language: GuestLanguage;
  readonly source: string;
  readonly output: string;
  /** Everything whose change makes a rebuild due. */
  readonly inputs: readonly string[];
}

/** C and Rust need compilers that npm does not bring: their modules are committed. */
export function isNative(guest: GuestSource): boolean {
  return guest.language === 'C' || guest.language === 'Rust';
}

/** Code that the examples share, by language. */
const libraries: Record<GuestLanguage, string | undefined> = {
  AssemblyScript: 'examples/guest/assemblyscript',
  C: 'examples/guest/c',
  Rust: 'examples/guest/rust',
  WAT: undefined,
};

const languageOfExtension: Readonly<Record<string, GuestLanguage>> = {
  '.ts': 'AssemblyScript',
  '.wat': 'WAT',
};

/** The example actions, read from their `action.json`, and the fixtures of the executor's checklist. */
export function listGuests(root: string): readonly GuestSource[] {
  return [...listExamples(root), ...listFixtures(root)];
}

/** Scripts of packages that build their own guests, in the order to run them. */
export function listPackageScripts(root: string): readonly string[] {
  const names = ['build-guests.ts', 'build-components.ts'];
  return readdirSync(join(root, 'packages'))
    .sort()
    .flatMap((name) => names.map((script) => join(root, 'packages', name, 'scripts', script)))
    .filter(isFile);
}

function listExamples(root: string): GuestSource[] {
  const home = join(root, 'examples/actions');
  return readdirSync(home)
    .sort()
    .map((name) => join(home, name, 'action.json'))
    .filter(isFile)
    .flatMap((file) => {
      const example = parseExample(file);
      if (!isOurs(example.language)) return [];
      const { language } = example;
      const source = join(dirname(file), example.source);
      return {
        name: example.name,
        language,
        source,
        output: join(dirname(file), example.wasm),
        inputs: [source, ...libraryFiles(root, language)],
      };
    });
}

function listFixtures(root: string): GuestSource[] {
  const home = join(root, 'packages/executor/guests');
  if (!isDirectory(home)) return [];
  return readdirSync(home)
    .sort()
    .flatMap((file) => {
      const language = languageOfExtension[extname(file)];
      if (language === undefined) return [];
      const name = basename(file, extname(file));
      const source = join(home, file);
      return {
        name,
        language,
        source,
        output: join(home, 'build', `${name}.wasm`),
        inputs: [source, ...libraryFiles(root, language)],
      };
    });
}

interface Example {
  readonly name: string;
  readonly language: string;
  readonly source: string;
  readonly wasm: string;
}

function parseExample(file: string): Example {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof value !== 'object' || value === null) throw new Error(`${file} is no object`);
  const members = new Map<string, unknown>(Object.entries(value));
  const text = (name: string): string => {
    const member = members.get(name);
    if (typeof member !== 'string') throw new Error(`${file} lacks the text "${name}"`);
    return member;
  };
  const example = {
    name: text('name'),
    language: text('language'),
    source: text('source'),
    wasm: text('wasm'),
  };
  if (example.name !== basename(dirname(file)))
    throw new Error(`${file} names itself "${example.name}", which is not its folder's name`);
  return example;
}

function isOurs(language: string): language is GuestLanguage {
  return Object.hasOwn(libraries, language);
}

function libraryFiles(root: string, language: GuestLanguage): string[] {
  const library = libraries[language];
  if (library === undefined || !isDirectory(join(root, library))) return [];
  return readdirSync(join(root, library), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
