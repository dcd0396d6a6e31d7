/** What ours answers to a recorded run of `wskdeploy`. */
export interface ExpectedDeployment {
  readonly statuses: readonly number[];
  /** Why fewer requests are sent than were recorded, or other statuses come than 200. */
  readonly why?: string;
}

const deployed: ExpectedDeployment = { statuses: [200, 200, 200] };
const looked: ExpectedDeployment = { statuses: [200] };
const all = (count: number): ExpectedDeployment => ({
  statuses: Array.from({ length: count }, () => 200),
});

/**
 * Every recorded run, in order. The last ones were recorded while the stand-in answered `GET /` in forms
 * that `wskdeploy` does not take; what it does with ours is tested with `readServedKinds`.
 */
export const wskdeployExpected: readonly (readonly [
  command: string,
  expected: ExpectedDeployment,
])[] = [
  ['wskdeploy -m manifest.yaml', deployed],
  ['wskdeploy -m manifest.yaml', deployed],
  ['wskdeploy undeploy -m manifest.yaml', all(5)],
  ['wskdeploy -m default.yaml', all(2)],
  ['wskdeploy undeploy -m default.yaml', all(3)],
  ['wskdeploy --preview -m manifest.yaml', looked],
  ['wskdeploy --namespace guest -m manifest.yaml', deployed],
  ['wskdeploy -m full.yaml', all(9)],
  ['wskdeploy export -m exported.yaml --projectname demoproj', all(5)],
  ['wskdeploy sync -m full.yaml', all(14)],
  ['wskdeploy report -m full.yaml', looked],
  ['wskdeploy undeploy -m full.yaml', all(15)],
  ['wskdeploy -m rawwasm.yaml', looked],
  [
    'wskdeploy --strict -m rawwasm.yaml',
    { statuses: [200, 200, 400], why: 'a module that was read as text is destroyed: refused' },
  ],
  ['wskdeploy -m short.yaml', looked],
  ['wskdeploy -m def.yaml', deployed],
  ['wskdeploy -m nort.yaml', looked],
  [
    'wskdeploy -m docker.yaml',
    { statuses: [200, 200, 400], why: 'we serve no containers: it stops at the first refusal' },
  ],
  ['wsk project deploy --manifest manifest.yaml   (the wskdeploy embedded in wsk)', deployed],
  ['wskdeploy -m manifest.yaml', deployed],
  ['wskdeploy -m manifest.yaml', looked],
  ['wskdeploy -v -m manifest.yaml', looked],
  ['wskdeploy -m manifest.yaml', deployed],
  ['wskdeploy -m manifest.yaml', looked],
  ['wskdeploy -m rawwasm.yaml', looked],
  ['wskdeploy --strict -m manifest.yaml', looked],
  ['wskdeploy -m manifest.yaml', looked],
];
