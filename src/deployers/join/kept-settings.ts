import type { ClusterSettings, DnsWiringSettings, GivenJoinSettings, ImportSettings, SharedSettings } from '../../api/types/index.ts';
import { parseCidrFlag } from '../../discovery/resolve-cidrs.ts';
import { type ImageOptions } from '../images.ts';
import { mergeImages, type StandingMember } from '../standing-part.ts';
import type { JoinOptions } from './options.ts';

/** What a first join uses where no flag says otherwise. */
export const DEFAULT_SETTINGS: Required<SharedSettings> = {
  cableDriver: 'wireguard',
  natt: true,
  nattPort: 4500,
  healthCheck: true,
  healthCheckIntervalSeconds: 1,
  healthCheckMaxPacketLossCount: 5,
};

/** The settings that the broker is told; those of later versions would make an older desk refuse the join. */
export function sharedSettings(settings: ClusterSettings): SharedSettings {
  const keys = Object.keys(DEFAULT_SETTINGS) as (keyof SharedSettings)[];
  return Object.fromEntries(keys.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])));
}

/** The flags that later joins keep. */
type GivenFlags = Pick<JoinOptions, 'clusterCidr' | 'serviceCidr' | 'brokerUrl' | 'imports' | 'dnsWiring' | 'images' | 'settings'>;

/** Value of a flag that lets go of what an earlier join was given. */
const DISCOVER = 'auto';

/** What a join goes by: its flags, and where it has none those of the joins before it. */
export interface KeptSettings {
  readonly given: GivenJoinSettings;
  readonly settings: ClusterSettings;
  readonly imports: ImportSettings;
  readonly dnsWiring?: DnsWiringSettings;
  readonly images: ImageOptions;
}

function keepRange(flag: string, text: string | undefined, standing: readonly string[] | undefined): readonly string[] | undefined {
  if (text === undefined) return standing;
  return text === DISCOVER ? undefined : parseCidrFlag(flag, text);
}

function keepGiven({ clusterCidr, serviceCidr, brokerUrl }: GivenFlags, standing: GivenJoinSettings): GivenJoinSettings {
  const podCIDRs = keepRange('--clustercidr', clusterCidr, standing.podCIDRs);
  const serviceCIDRs = keepRange('--servicecidr', serviceCidr, standing.serviceCIDRs);
  const url = brokerUrl === DISCOVER ? undefined : (brokerUrl ?? standing.brokerUrl);
  return { ...(podCIDRs && { podCIDRs }), ...(serviceCIDRs && { serviceCIDRs }), ...(url !== undefined && { brokerUrl: url }) };
}

function keepImports(given: ImportSettings, standing: ImportSettings): ImportSettings {
  const importNamespaces = given.importNamespaces ?? standing.importNamespaces;
  const denyNamespaces = given.denyNamespaces ?? standing.denyNamespaces;
  const importLimits = { ...standing.importLimits, ...given.importLimits };
  return {
    ...(importNamespaces && { importNamespaces }),
    ...(denyNamespaces && { denyNamespaces }),
    ...(Object.keys(importLimits).length > 0 && { importLimits }),
  };
}

/**
 * A flag that is left out keeps what the last join was told, so that changing one setting needs one
 * flag. What nobody was told is found out again each time: discovered ranges, node addresses.
 */
export function keepSettings(options: GivenFlags, standing: StandingMember | undefined): KeptSettings {
  const config = standing?.config;
  const dnsWiring = options.dnsWiring ?? config?.dnsWiring;
  return {
    given: keepGiven(options, config?.given ?? {}),
    settings: { ...DEFAULT_SETTINGS, ...config?.settings, ...options.settings },
    imports: keepImports(options.imports, config ?? {}),
    ...(dnsWiring && { dnsWiring }),
    images: mergeImages(options.images, standing?.images ?? {}),
  };
}
