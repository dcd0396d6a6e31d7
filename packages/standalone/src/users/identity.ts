/** Who calls. Every user owns exactly one namespace, and its name is the subject's unless told otherwise. */
export interface Identity {
  readonly subject: string;
  readonly namespace: string;
  /** First half of the auth key. */
  readonly uuid: string;
  /** `uuid:key`, as actions with `provide-api-key` get it. Never logged. */
  readonly authKey: string;
}
