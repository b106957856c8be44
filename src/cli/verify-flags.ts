import { Flags } from '@oclif/core';
import { McsError } from '../base/errors.ts';
import type { FleetSource } from '../inspect/survey-fleet.ts';
import type { VerifySettings } from '../verify/suites/call-stage.ts';
import { type ClusterSelection, findFleet, findOne, type FleetSelection } from './connect.ts';
import { parseTimeout } from './duration.ts';
import { clusterFlags, OUTPUT_FORMATS, yesFlags } from './flags.ts';

export const VERIFY_FORMATS = [...OUTPUT_FORMATS, 'junit'] as const;

export const verifyFlags = {
  ...clusterFlags,
  ...yesFlags,
  context: Flags.string({ summary: 'Context of the first cluster (default: the current one)', helpGroup: 'CLUSTER' }),
  tocontext: Flags.string({ summary: 'Context of the second cluster', helpGroup: 'CLUSTER' }),
  toconfig: Flags.string({ summary: 'Kubeconfig file of the second cluster (default: that of the first)', helpGroup: 'CLUSTER' }),
  extracontext: Flags.string({ summary: 'Context of a third cluster', helpGroup: 'CLUSTER' }),
  extraconfig: Flags.string({ summary: 'Kubeconfig file of the third cluster (default: that of the first)', helpGroup: 'CLUSTER' }),
  contexts: Flags.string({ summary: 'These contexts, two or more, separated by commas', helpGroup: 'CLUSTER', exclusive: ['all-contexts'] }),
  'all-contexts': Flags.boolean({ summary: 'All contexts of the kubeconfig', helpGroup: 'CLUSTER' }),
  only: Flags.string({ multiple: true, delimiter: ',', summary: 'Only these suites or tests', helpGroup: 'TESTS' }),
  list: Flags.boolean({ summary: 'List suites and tests, and run none', helpGroup: 'TESTS' }),
  'disruptive-tests': Flags.boolean({ summary: 'Run the suite gateway-failover too: it restarts and moves gateways, after a question', helpGroup: 'TESTS' }),
  'operation-timeout': Flags.string({ default: '60s', summary: 'Longest wait for a pod to start, and for names and calls to come out right', helpGroup: 'TESTS' }),
  'connection-timeout': Flags.string({ default: '5s', summary: 'Longest wait for an answer of a call', helpGroup: 'TESTS' }),
  'connection-attempts': Flags.integer({ default: 2, min: 1, max: 100, summary: 'Calls without an answer that make a test fail', helpGroup: 'TESTS' }),
  'packet-size': Flags.integer({ default: 3000, min: 1, max: 1_048_576, summary: 'Bytes that each call sends, and gets back', helpGroup: 'TESTS' }),
  keep: Flags.boolean({ default: false, summary: 'Stop at the first stage in which a test fails, and leave pods and services for a look', helpGroup: 'TESTS' }),
  'dry-run': Flags.boolean({ summary: 'Only say which tests would be run, and with -o yaml what would be created', helpGroup: 'OUTPUT' }),
  output: Flags.option({ char: 'o', options: VERIFY_FORMATS, default: 'table' as const, summary: 'Form of the result', helpGroup: 'OUTPUT' })(),
  'junit-report': Flags.string({ summary: 'Write the result as JUnit XML to this file too', helpGroup: 'OUTPUT' }),
  verbose: Flags.boolean({ summary: 'Show what the passed tests saw too', helpGroup: 'OUTPUT' }),
};

export interface VerifySelection extends FleetSelection {
  readonly tocontext?: string | undefined;
  readonly toconfig?: string | undefined;
  readonly extracontext?: string | undefined;
  readonly extraconfig?: string | undefined;
  readonly 'all-contexts': boolean;
}

/** Ways to name clusters one by one. */
const ONE_BY_ONE = ['context', 'tocontext', 'toconfig', 'extracontext', 'extraconfig'] as const;

/** The clusters that the flags name, two or more. Throws MCS_USAGE. */
export async function findVerifySources(flags: VerifySelection, version: string): Promise<readonly FleetSource[]> {
  const { as, context, contexts, extraconfig, extracontext, kubeconfig, toconfig, tocontext } = flags;
  const others: readonly (ClusterSelection | undefined)[] = [
    tocontext === undefined && toconfig === undefined ? undefined : { kubeconfig: toconfig ?? kubeconfig, as, context: tocontext },
    extracontext === undefined && extraconfig === undefined ? undefined : { kubeconfig: extraconfig ?? kubeconfig, as, context: extracontext },
  ];
  const named = others.filter((each) => each !== undefined);
  const hasList = contexts !== undefined || flags['all-contexts'];
  // not by oclif's `exclusive`, which would show them in the line of usage as if each excluded all others
  const beside = ONE_BY_ONE.find((name) => flags[name] !== undefined);
  if (hasList && beside !== undefined) throw new McsError('MCS_USAGE', `Cannot use --${beside} with ${contexts === undefined ? '--all-contexts' : '--contexts'}: that names all clusters`);
  const sources = hasList ? await findFleet(flags, version) : await Promise.all([{ kubeconfig, as, context }, ...named].map((each) => findOne(each, version)));
  if (sources.length > 1) return sources;
  const [only] = sources;
  throw new McsError('MCS_USAGE', `Cannot verify "${only?.context ?? ''}" alone: the tests go between clusters`, { hints: ['mcs verify --context west --tocontext east', 'mcs verify --contexts west,east', 'mcs verify --all-contexts'] });
}

export interface SettingFlags {
  readonly 'operation-timeout': string;
  readonly 'connection-timeout': string;
  readonly 'connection-attempts': number;
  readonly 'packet-size': number;
}

/** Throws MCS_USAGE for what is no time. */
export function verifySettings(flags: SettingFlags): VerifySettings {
  return { operationMs: parseTimeout(flags['operation-timeout']), connectionMs: parseTimeout(flags['connection-timeout']), attempts: flags['connection-attempts'], packetSize: flags['packet-size'] };
}
