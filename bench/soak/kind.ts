import type { Session } from './session.ts';

/** One kind of activity of the soak. */
export interface Kind {
  readonly name: string;
  /** How often it comes, among all others. */
  readonly weight: number;
  /** Does it once and checks the answers; throws when one is wrong. */
  readonly act: (session: Session) => Promise<void>;
}
