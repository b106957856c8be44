import { APP_VERSION, IMAGE_OPTIONS } from '../api/labels.ts';
import { MEMBER_CONFIG, MEMBER_NAMESPACE } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { ConfigMap, KubeObject, MemberConfig } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import { compareVersions } from '../base/version.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ImageOptions } from './images.ts';

/** What an earlier run installed, as far as it can be read back. */
export interface StandingPart {
  /** Version of the package that installed it. */
  readonly version: string;
  /** The image flags that it was installed with. */
  readonly images: ImageOptions;
}

export interface StandingMember extends StandingPart {
  readonly config: MemberConfig;
}

/** A text that somebody has edited, or that is not there, counts as nothing. */
function parseJSON(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined; // the caller's default is the answer
  }
}

/** What the labels and annotations of a workload say of its installation. */
export function partOf({ metadata }: KubeObject): StandingPart {
  return { version: metadata.labels?.[APP_VERSION] ?? '', images: (parseJSON(metadata.annotations?.[IMAGE_OPTIONS]) as ImageOptions | undefined) ?? {} };
}

/** The desk of a broker in this cluster; undefined where there is none. */
export async function findStandingBroker(client: KubeClient, namespace: string, signal: AbortSignal): Promise<StandingPart | undefined> {
  const desk = await client.find(resources.deployments, 'mcs-desk', namespace, { signal });
  return desk && partOf(desk);
}

function configOf(configMap: ConfigMap | undefined): MemberConfig | undefined {
  return parseJSON(configMap?.data?.['config.json']) as MemberConfig | undefined;
}

/** The member that this cluster is; undefined where it is none. */
export async function findStandingMember(client: KubeClient, signal: AbortSignal): Promise<StandingMember | undefined> {
  const config = configOf(await client.find(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE, { signal }));
  if (config === undefined) return undefined;
  // the controller of a hub's member is in the hub
  const workload = await client.find(resources.deployments, config.hub === undefined ? 'mcs-controller' : 'mcs-dns', MEMBER_NAMESPACE, { signal });
  // a join that was cut has written its configuration, and nothing that runs yet
  const part = workload === undefined ? { version: '', images: {} } : partOf(workload);
  return { ...part, config };
}

/** Throws MCS_JOINED_ELSEWHERE where a hub serves the member: its own commands do that there. `goal` reads `leave`. */
export function validateNoHub(config: MemberConfig | undefined, goal: string, command: 'join' | 'unjoin'): void {
  if (config?.hub === undefined) return;
  const { clusterID, hub } = config;
  throw new McsError('MCS_JOINED_ELSEWHERE', `Cannot ${goal}: ${hub.id} at ${hub.server} serves this cluster, as "${clusterID}"`, { hints: [`mcs hub ${command} ${clusterID} --context <cluster of the hub> --from <context of this cluster>`] });
}

/** Flags of now over those of then; an override replaces only the one of the same part. */
export function mergeImages(given: ImageOptions, standing: ImageOptions): ImageOptions {
  const overrides = { ...standing.overrides, ...given.overrides };
  return { ...standing, ...given, ...(Object.keys(overrides).length > 0 && { overrides }) };
}

/** Throws MCS_DOWNGRADE where what stands was installed by a later version. */
export function validateNoDowngrade(what: string, { version: standing }: StandingPart, version: string): void {
  if (compareVersions(standing, version) <= 0) return;
  throw new McsError('MCS_DOWNGRADE', `Cannot install version ${version} of the ${what}: it is of version ${standing} already`, {
    hints: ['mcs version   # which mcs this is', 'mcs upgrade --allow-downgrade   # goes back'],
    details: { standing, version },
  });
}
