import { objectKey } from '../api/resources.ts';
import type { ConfigMap, Pod } from '../api/types/index.ts';
import { parseCorefile } from './corefile.ts';
import { CORE_KEY, type DetectedDns, findCorefileMap } from './detect.ts';
import type { DnsChange } from './dns-change.ts';
import { COREFILE_MAPS, type DnsObjects } from './dns-objects.ts';
import { hasFallthrough, unwireFallthrough, wireFallthrough } from './fallthrough-text.ts';
import { changeOf } from './plan-wiring.ts';
import type { FallthroughRefusal } from './wiring-status.ts';

export interface FallthroughWish {
  readonly detected: DetectedDns;
  /** Address of our name server. */
  readonly upstream: string | undefined;
  /** Pods of the cluster's own DNS. */
  readonly pods: readonly Pod[];
}

export interface FallthroughPlan {
  readonly changes: readonly DnsChange[];
  /** Nothing is wired then, and what we had written is taken out. */
  readonly refusal?: FallthroughRefusal;
  /** What the refusal is about, or where our lines stand. */
  readonly place?: string;
}

/** Since then CoreDNS takes several `forward` in one server block; an older one does not start with them. */
const FIRST_VERSION = [1, 9, 4];

function isOld({ spec }: Pod): boolean {
  return spec.containers.some(({ image }) => {
    const version = /coredns[^:]*:v?(\d+)\.(\d+)\.(\d+)/.exec(image)?.slice(1).map(Number);
    const differing = version?.findIndex((part, index) => part !== FIRST_VERSION[index]) ?? -1;
    return version !== undefined && differing >= 0 && (version[differing] ?? 0) < (FIRST_VERSION[differing] ?? 0);
  });
}

const where = ({ metadata }: ConfigMap): string => `ConfigMap ${objectKey(metadata)}`;

/** `import custom/*.override` inside a server block: the distribution keeps this Corefile and puts it back. */
function isManaged(map: ConfigMap): boolean {
  const blocks = parseCorefile(map.data?.[CORE_KEY] ?? '')?.blocks ?? [];
  return blocks.some(({ directives }) => directives.some(({ name, args }) => name === 'import' && args.some((path) => path.includes('custom'))));
}

/** Why this DNS is not edited, as far as its text need not be read for that. */
function findRefusal(map: ConfigMap | undefined, { detected, upstream, pods }: FallthroughWish): FallthroughRefusal | undefined {
  if (detected.kind === 'openshift' || detected.kind === 'kube-dns') return detected.kind;
  if (map === undefined) return 'unknown-dns';
  if (detected.kind === 'coredns-custom' || isManaged(map)) return 'managed';
  if (pods.some(isOld)) return 'old-coredns';
  return upstream === undefined ? 'no-address' : undefined;
}

function change(map: ConfigMap, text: string): readonly DnsChange[] {
  const { name, namespace = '' } = map.metadata;
  const found = changeOf(map, { name, namespace }, { [CORE_KEY]: text });
  return found === undefined ? [] : [found];
}

/** Takes our lines out of every Corefile but one. */
function removeFrom({ configMaps }: DnsObjects, kept?: ConfigMap): FallthroughPlan {
  const maps = [...configMaps.values()].filter((map) => map !== kept && COREFILE_MAPS.some((name) => name === map.metadata.name) && hasFallthrough(map.data?.[CORE_KEY] ?? ''));
  const edits = maps.map((map) => ({ map, text: unwireFallthrough(map.data?.[CORE_KEY] ?? '') }));
  const damaged = edits.find(({ text }) => text === undefined);
  const changes = edits.flatMap(({ map, text }) => (text === undefined ? [] : change(map, text)));
  return { changes, ...(damaged && { refusal: 'damaged-marks', place: where(damaged.map) }) };
}

/** What has names of cluster.local that the cluster does not know asked of our name server. */
export function planFallthrough(objects: DnsObjects, wish: FallthroughWish): FallthroughPlan {
  const map = findCorefileMap(objects);
  const refused = (refusal: FallthroughRefusal): FallthroughPlan => ({ ...(map && { place: where(map) }), refusal, ...removeFrom(objects) });
  const refusal = findRefusal(map, wish);
  if (refusal !== undefined || map === undefined || wish.upstream === undefined) return refused(refusal ?? 'unknown-dns');
  const edit = wireFallthrough(map.data?.[CORE_KEY] ?? '', wish.upstream);
  if (edit.kind === 'refused') return refused(edit.reason);
  return { ...removeFrom(objects, map), changes: [...removeFrom(objects, map).changes, ...change(map, edit.text)], place: where(map) };
}

/** What takes our two lines out again. */
export const planNoFallthrough = (objects: DnsObjects): FallthroughPlan => removeFrom(objects);
