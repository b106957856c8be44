import { McsError } from '../../base/errors.ts';

export const SUITES = ['connectivity', 'service-discovery', 'gateway-failover'] as const;
export type SuiteName = (typeof SUITES)[number];

/** A kind of test; a run has one of it for each pair of clusters, or for each cluster. */
export interface TestKind {
  readonly name: string;
  readonly suite: SuiteName;
  /** What it proves. */
  readonly title: string;
  /** Test without whose success it would prove nothing: what never was there cannot go away. */
  readonly needs?: string;
}

/** In the order in which they are shown. */
export const TEST_KINDS = [
  { name: 'pod-to-pod', suite: 'connectivity', title: 'A pod calls a pod of the other cluster, which sees its true address' },
  { name: 'pod-to-service', suite: 'connectivity', title: 'A pod calls a service of the other cluster by its clusterset name' },
  { name: 'node-to-pod', suite: 'connectivity', title: 'A node calls a pod of the other cluster' },
  { name: 'not-exported', suite: 'service-discovery', title: 'A Service that is not exported has no clusterset name' },
  { name: 'exported', suite: 'service-discovery', title: 'An exported service has one address, and the cluster that has it answers there' },
  { name: 'srv', suite: 'service-discovery', title: 'SRV records name the ports of an exported service' },
  { name: 'headless', suite: 'service-discovery', title: 'A headless service resolves to its pods, and each pod has a name' },
  { name: 'local-name', suite: 'service-discovery', title: 'An export leaves the name in the own cluster as it is' },
  { name: 'shared-name', suite: 'service-discovery', title: 'Exports of all clusters under one name are one service, and all answer' },
  { name: 'unexported', suite: 'service-discovery', title: 'A service that is exported no longer has no clusterset name', needs: 'exported' },
  { name: 'shared-name-left', suite: 'service-discovery', title: 'Under the shared name the others answer once one cluster has taken its export back', needs: 'shared-name' },
  { name: 'no-endpoints', suite: 'service-discovery', title: 'A headless service without pods does not resolve', needs: 'headless' },
  { name: 'gateway-restart', suite: 'gateway-failover', title: 'Calls go through again once the agent of the active gateway has been restarted' },
  { name: 'gateway-move', suite: 'gateway-failover', title: 'Calls go through again once another node is the active gateway' },
] as const satisfies readonly TestKind[];

export type TestName = (typeof TEST_KINDS)[number]['name'];

/** subctl's names for a part of what stands here. */
const ALIASES: Readonly<Record<string, readonly TestName[]>> = { 'basic-connectivity': ['pod-to-pod'] };

/** Suites that change the clusters for everybody, which nobody gets without having asked for. */
const DISRUPTIVE: readonly SuiteName[] = ['gateway-failover'];

/** Kind of a test. */
export function kindOf(name: TestName): TestKind {
  const found: TestKind | undefined = TEST_KINDS.find((kind) => kind.name === name);
  if (found === undefined) throw new McsError('MCS_BUG', `Cannot find the test "${name}"`);
  return found;
}

function namesOf(word: string): readonly TestName[] {
  const found = ALIASES[word] ?? TEST_KINDS.filter(({ name, suite }) => name === word || suite === word).map(({ name }) => name);
  if (found.length > 0) return found;
  const instead = word === 'compliance' ? ': mcs has no suite for FIPS' : `: it is neither a suite (${SUITES.join(', ')}) nor a test`;
  throw new McsError('MCS_USAGE', `Cannot use --only "${word}"${instead}`, { hints: ['mcs verify --list'] });
}

function withNeeds(names: readonly TestName[]): readonly TestName[] {
  const kinds: readonly TestKind[] = TEST_KINDS;
  const needed = names.flatMap((name) => TEST_KINDS.filter((kind) => kinds.some((each) => each.name === name && each.needs === kind.name)).map((kind) => kind.name));
  return [...names, ...needed];
}

/**
 * The tests that `--only` names, by suite or by name, with those that they need; without it all that disturb nobody, and the
 * disruptive ones too where they are allowed. Throws MCS_USAGE.
 */
export function selectTests(only: readonly string[] | undefined, allowsDisruption: boolean): ReadonlySet<TestName> {
  const isDisruptive = (name: TestName): boolean => DISRUPTIVE.includes(kindOf(name).suite);
  if (only === undefined) return new Set(TEST_KINDS.map(({ name }) => name).filter((name) => allowsDisruption || !isDisruptive(name)));
  const chosen = new Set(withNeeds(only.flatMap(namesOf)));
  const refused = [...chosen].find((name) => isDisruptive(name) && !allowsDisruption);
  if (refused !== undefined) throw new McsError('MCS_USAGE', `Cannot run "${refused}": it disturbs the traffic of the clusters`, { hints: [`mcs verify --only ${kindOf(refused).suite} --disruptive-tests`] });
  return chosen;
}
