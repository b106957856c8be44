import { objectKey } from '../api/resources.ts';
import type { ConfigMap } from '../api/types/index.ts';
import { type Corefile, type Directive, parseCorefile, parseServerKey } from './corefile.ts';
import { type DnsObjects, KUBE_DNS_MAP } from './dns-objects.ts';
import { unwireText } from './marked-block.ts';
import { findForeignServer } from './openshift-servers.ts';

/** Why the domain is not wired by us. */
export interface Obstacle {
  /** `multicluster`: CoreDNS itself serves the domain from the same ServiceImports. */
  readonly reason: 'multicluster' | 'lighthouse' | 'foreign-block' | 'damaged-marks' | 'unreadable';
  /** `ConfigMap kube-system/coredns`, with the key where it is not the Corefile. */
  readonly where: string;
}

const LIGHTHOUSE_MARK = '#lighthouse-start';

const isDomain = (arg: string, domain: string): boolean => parseServerKey(arg).zone === domain;

function servesMultiCluster(directive: Directive, domain: string): boolean {
  const { name, args, options } = directive;
  // the plugin of its own, and the option of `kubernetes` since CoreDNS 1.12.2
  if (name === 'multicluster') return args.some((arg) => isDomain(arg, domain));
  return name === 'kubernetes' && args.some((arg) => isDomain(arg, domain)) && options.some((option) => servesMultiCluster(option, domain));
}

function isUsersBlock({ blocks }: Corefile, domain: string): boolean {
  return blocks.some(({ keys }) => keys.some((key) => isDomain(key, domain)));
}

function isLighthouse(key: string, text: string): boolean {
  return key === 'lighthouse.server' || text.includes(LIGHTHOUSE_MARK);
}

/** An `.override` is the inside of a server block. */
function parseKey(key: string, text: string): Corefile | undefined {
  return parseCorefile(key.endsWith('.override') ? `. {\n${text}\n}` : text);
}

function findInText(key: string, text: string, domain: string): Obstacle['reason'] | undefined {
  const edit = unwireText(text);
  if (edit.kind === 'damaged') return 'damaged-marks';
  const corefile = parseKey(key, edit.text);
  if (corefile === undefined) return undefined; // an unreadable key of the user's own is none of ours
  if (corefile.blocks.some(({ directives }) => directives.some((directive) => servesMultiCluster(directive, domain)))) return 'multicluster';
  if (!isUsersBlock(corefile, domain)) return undefined;
  return isLighthouse(key, text) ? 'lighthouse' : 'foreign-block';
}

const isConfiguration = (key: string): boolean => key === 'Corefile' || key.endsWith('.server') || key.endsWith('.override');

function findInMap(map: ConfigMap, domain: string): Obstacle | undefined {
  for (const [key, text] of Object.entries(map.data ?? {})) {
    const reason = isConfiguration(key) ? findInText(key, text, domain) : undefined;
    if (reason !== undefined) return { reason, where: `ConfigMap ${objectKey(map.metadata)}${key === 'Corefile' ? '' : `, key ${key}`}` };
  }
  return undefined;
}

/** Who serves the domain already, apart from us. */
export function findObstacle({ configMaps, openShift }: DnsObjects, domain: string): Obstacle | undefined {
  const foreign = openShift && findForeignServer(openShift, domain);
  if (foreign !== undefined) return { reason: foreign.name === 'lighthouse' ? 'lighthouse' : 'foreign-block', where: `DNS default, server "${foreign.name}"` };
  const maps = [...configMaps.values()].filter(({ metadata }) => metadata.name !== KUBE_DNS_MAP);
  return maps.map((map) => findInMap(map, domain)).find((obstacle) => obstacle !== undefined);
}
