/** One command of the demo, as a person would type it. */
export interface Step {
  /** Why it is typed. */
  readonly title: string;
  readonly argv: readonly string[];
  /** What its output must say; the demo fails otherwise. */
  readonly expect?: RegExp;
  /** Tries again until the output is as expected, for what spreads through clusters. */
  readonly patient?: boolean;
}

/** How the programs are called in this shell. */
export interface Programs {
  readonly mcs: readonly string[];
  readonly kubectl: readonly string[];
  readonly dig: readonly string[];
  readonly curl: (url: string) => readonly string[];
}

const NAME = 'nginx.nginx-test.svc.clusterset.local';
const JOIN_FLAGS = ['--natt=false', '--cable-driver', 'vxlan'];

const words = (text: string): string[] => text.split(' ');

/** From two bare clusters to a shared service. */
export function setUpSteps({ mcs, kubectl }: Programs): readonly Step[] {
  const join = (cluster: string): Step => ({
    title: `Make ${cluster} a member`,
    argv: [...mcs, 'join', 'broker-info.subm', '--clusterid', cluster, '--context', cluster, ...JOIN_FLAGS],
  });
  const label = (cluster: string): Step => ({
    title: `Name the gateway node of ${cluster}`,
    argv: [...kubectl, 'label', 'nodes', cluster, 'submariner.io/gateway=true', '--context', cluster],
    expect: /label/,
  });
  return [
    { title: 'Put the broker on cluster0', argv: [...mcs, ...words('deploy-broker --context cluster0')] },
    join('cluster0'),
    join('cluster1'),
    label('cluster0'),
    label('cluster1'),
    { title: 'Look at the tunnel between them', argv: [...mcs, ...words('show connections')], expect: /cluster1 .* connected /, patient: true },
    { title: 'Run nginx in cluster0', argv: [...kubectl, ...words('apply -f examples/nginx.yaml --context cluster0')] },
    { title: 'Make its namespace in cluster1', argv: [...kubectl, ...words('apply -f examples/namespace.yaml --context cluster1')] },
    { title: 'Share it', argv: [...mcs, ...words('export service nginx -n nginx-test --context cluster0')] },
  ];
}

/** The name resolves in cluster1. `server` is the address of cluster1's DNS, `port` its mapped port. */
export function resolveStep({ dig }: Programs, server: string, port: number): Step {
  return { title: "Ask cluster1's DNS for it", argv: [...dig, '+short', NAME, `@${server}`, '-p', String(port)], expect: /^\d+\.\d+\.\d+\.\d+$/m, patient: true };
}

/** A request through the clusterset IP is answered by the pod in cluster0. */
export function requestStep({ curl }: Programs, clustersetIP: string): Step {
  return { title: 'Call it through the clusterset IP', argv: curl(`http://${clustersetIP}:8080/`), expect: /pod nginx\S* in cluster cluster0/, patient: true };
}

/** Look at everything, then undo everything. */
export function tearDownSteps({ mcs }: Programs): readonly Step[] {
  return [
    { title: 'Look at all of it', argv: [...mcs, 'show', 'all'], expect: /cluster1/ },
    { title: 'Check all of it', argv: [...mcs, 'diagnose', 'all'] },
    { title: 'Share it no longer', argv: [...mcs, ...words('unexport service nginx -n nginx-test --context cluster0')] },
    { title: 'Leave with cluster1', argv: [...mcs, ...words('leave --yes --context cluster1')] },
    { title: 'Leave with cluster0', argv: [...mcs, ...words('leave --yes --context cluster0')] },
    { title: 'Take the broker away', argv: [...mcs, ...words('remove-broker --yes --context cluster0')] },
  ];
}
