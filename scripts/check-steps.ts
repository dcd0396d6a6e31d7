/** One thing that has to hold before a change lands. */
export interface CheckStep {
  readonly title: string;
  /**
   * Ends with 0 when all is well; with 69 and a last line that gives the reason when it cannot run here.
   * A last line of counts (`N passed, N failed`) is added up as such.
   */
  readonly command: readonly [string, ...string[]];
  /** Changes the machine; runs only where that was asked for. */
  readonly provisions?: true;
}

/** All of them, in the order in which they run. The test step builds what the later ones look at. */
export const checkSteps: readonly CheckStep[] = [
  { title: 'provision', command: ['node', 'scripts/provision.ts'], provisions: true },
  { title: 'test', command: ['npm', 'test', '--silent'] },
  { title: 'guests', command: ['node', 'scripts/build-guests.ts', '--verify-native'] },
  { title: 'components', command: ['node', 'scripts/build-component.ts', '--verify'] },
  { title: 'rust-format', command: ['node', 'scripts/check-native.ts', 'format'] },
  { title: 'clippy', command: ['node', 'scripts/check-native.ts', 'clippy'] },
  { title: 'cargo-test', command: ['node', 'scripts/check-native.ts', 'test'] },
  { title: 'native-licences', command: ['node', 'scripts/native-licences.ts', '--verify'] },
  { title: 'sources', command: ['node', 'scripts/check-supply-chain.ts', 'sources'] },
  { title: 'yanked-crates', command: ['node', 'scripts/check-supply-chain.ts', 'yanked'] },
  { title: 'crate-advisories', command: ['node', 'scripts/check-supply-chain.ts', 'crates'] },
  { title: 'npm-advisories', command: ['node', 'scripts/check-supply-chain.ts', 'npm'] },
  { title: 'lint', command: ['eslint', '.'] },
  { title: 'format', command: ['prettier', '--check', '.'] },
  { title: 'docs', command: ['typedoc'] },
  { title: 'docs:check', command: ['node', 'scripts/check-docs.ts'] },
  { title: 'deadcode', command: ['npm', 'run', '--silent', 'deadcode'] },
  { title: 'packaging', command: ['node', 'scripts/check-packaging.ts'] },
  { title: 'dockerfiles', command: ['node', 'scripts/lint-dockerfiles.ts'] },
];
