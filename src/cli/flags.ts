import { Flags } from '@oclif/core';

/** Which cluster: the current context of the kubeconfig by default. */
export const clusterFlags = {
  kubeconfig: Flags.string({ summary: 'Kubeconfig file (default: KUBECONFIG, else ~/.kube/config)', helpGroup: 'CLUSTER' }),
  context: Flags.string({ summary: 'Context of the kubeconfig (default: the current one)', helpGroup: 'CLUSTER' }),
  as: Flags.string({ summary: 'User to impersonate', helpGroup: 'CLUSTER' }),
};

/** Which clusters: every context of the kubeconfig by default. */
export const fleetFlags = {
  ...clusterFlags,
  context: Flags.string({ summary: 'This context only', helpGroup: 'CLUSTER', exclusive: ['contexts', 'all-contexts'] }),
  contexts: Flags.string({ summary: 'These contexts only, separated by commas', helpGroup: 'CLUSTER', exclusive: ['all-contexts'] }),
  'all-contexts': Flags.boolean({ summary: 'All contexts of the kubeconfig (the default)', helpGroup: 'CLUSTER' }),
};

export const OUTPUT_FORMATS = ['table', 'json', 'yaml', 'short'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export const outputFlags = {
  output: Flags.option({ char: 'o', options: OUTPUT_FORMATS, default: 'table' as const, summary: 'Form of the result', helpGroup: 'OUTPUT' })(),
};

/** `failures`: what fails a command by itself. */
export const failOnFlag = (failures: string) => Flags.option({ options: ['error', 'warning'] as const, default: 'error' as const, summary: `What makes it fail: ${failures} (exit code 3), or warnings too (4, if there are only those)`, helpGroup: 'OUTPUT' })();

/** For writing commands: nothing is written, and the manifests are shown instead. */
export const dryRunFlags = {
  'dry-run': Flags.boolean({ summary: 'Only check, and show what would be written (as YAML with -o yaml)', helpGroup: 'OUTPUT' }),
  output: Flags.option({ char: 'o', options: ['table', 'json', 'yaml'] as const, default: 'table' as const, summary: 'Form of the result', helpGroup: 'OUTPUT' })(),
};

export const waitFlags = {
  wait: Flags.option({ options: ['none', 'configured', 'ready'] as const, default: 'ready' as const, summary: 'How long to wait: not at all, until written, until everything runs', helpGroup: 'WAIT' })(),
  timeout: Flags.string({ default: '3m', summary: 'Longest wait, as in 90s or 5m', helpGroup: 'WAIT' }),
};

export const yesFlags = {
  yes: Flags.boolean({ char: 'y', summary: 'Do not ask' }),
};
