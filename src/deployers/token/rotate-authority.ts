import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import { caPins, joinAuthorities, splitAuthorities } from '../../base/pin.ts';
import type { TaskResult } from '../../base/tasks.ts';
import type { ConfigMap } from '../../api/types/index.ts';
import { ensureObject } from '../../kube/ensure.ts';
import { findBrokerEndpoint } from '../broker/broker-endpoint.ts';
import { type FleetContext, FIELD_MANAGER, withPatientFleet } from '../deploy-context.ts';
import { toYaml } from '../manifests.ts';
import { findMembers } from '../remove/remove-broker.ts';
import { Steps, type StepOutcome } from '../steps.ts';
import { type BrokerChoice, type CurrentBroker, getBroker } from './get-broker.ts';
import { getPins, publishedObject } from './published-broker.ts';

export interface RotateOptions extends BrokerChoice {
  /** PEM of the authority that the API server is going to have; absent to finish the rotation. */
  readonly newAuthority?: string;
  readonly dryRun: boolean;
}

export interface RotateResult {
  readonly server: string;
  readonly namespace: string;
  /** Pins that members trusted before, and are to trust now. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly members: readonly string[];
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  readonly manifests?: string;
}

/** Those of the published authorities with which the API server can be reached at present. */
async function findServing(context: FleetContext, { server, ca }: CurrentBroker): Promise<string> {
  const serving: string[] = [];
  for (const authority of splitAuthorities(ca)) {
    try {
      await findBrokerEndpoint(context, { brokerUrl: server, kubeconfigCa: authority });
      serving.push(authority);
    } catch (error) {
      if (!(error instanceof McsError) || error.code !== 'MCS_BROKER_PIN_MISMATCH') throw error;
    }
  }
  return serving.join('');
}

/**
 * Before the API server of the broker gets another authority: publishes the present and the new one,
 * so that members trust both. After it, without `newAuthority`: publishes only what the API server
 * shows. Throws MCS_USAGE where there is nothing to rotate, and the errors of reaching the broker.
 */
export async function rotateAuthority(given: FleetContext, options: RotateOptions): Promise<RotateResult> {
  const { newAuthority, brokerNamespace: namespace, dryRun } = options;
  const context = withPatientFleet(given);
  const { client, version } = context;
  if (newAuthority !== undefined) getPins(newAuthority, '--ca-file');
  const steps = new Steps(context);
  const broker = await steps.run('Check the broker', async (): Promise<StepOutcome<CurrentBroker>> => {
    const value = await getBroker(context, options);
    if (value.ca === '') throw new McsError('MCS_USAGE', `Cannot rotate the authority of the broker at ${value.server}: members trust it by the trust store of their system`, { hints: ['Add the new authority to that trust store'] });
    return { state: 'done', detail: value.server, value };
  });
  const ca = newAuthority === undefined ? await findServing(context, broker) : joinAuthorities(broker.ca, newAuthority);
  const object = publishedObject({ ...broker, ca }, namespace, version);
  await steps.do('Publish the authorities', async ({ signal }) => {
    const { state } = await ensureObject(client, resources.configMaps, object as ConfigMap, { fieldManager: FIELD_MANAGER, dryRun, signal });
    return { state: dryRun && state !== 'unchanged' ? 'planned' : state, detail: caPins(ca).join(', ') };
  });
  const members = await findMembers(context, namespace);
  return {
    server: broker.server,
    namespace,
    before: caPins(broker.ca),
    after: caPins(ca),
    members,
    steps: steps.results,
    warnings: steps.warnings,
    isUnchanged: steps.isUnchanged,
    ...(dryRun && { manifests: toYaml([object]) }),
  };
}
