import { canonicalAddress, familyOf } from '../../api/cidr.ts';
import { isDnsLabel } from '../../api/names.ts';

/** Where a gateway's public address comes from. */
export type PublicIpSource =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'dns'; readonly name: string }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'resolver'; readonly url: string };

const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:\d{1,5})?(\/[\w./-]*)?$/;

function addressOf(text: string, family: 'IPv4' | 'IPv6'): PublicIpSource {
  const address = canonicalAddress(text);
  if (address === undefined || familyOf(text) !== family) throw new RangeError(`"${text}" is no ${family} address`);
  return { kind: 'address', address };
}

function hostOf(text: string): string {
  if (!HOST.test(text)) throw new RangeError(`"${text}" is no host name`);
  return text;
}

/** Reads `ipv4:ADDRESS`, `ipv6:ADDRESS`, `dns:NAME`, `lb:SERVICE` or `api:HOST`. Throws RangeError. */
export function parsePublicIpSource(text: string): PublicIpSource {
  const [, method = '', value = ''] = /^(\w+):(.+)$/.exec(text.trim()) ?? [];
  switch (method) {
    case 'ipv4':
      return addressOf(value, 'IPv4');
    case 'ipv6':
      return addressOf(value, 'IPv6');
    case 'dns':
      return { kind: 'dns', name: hostOf(value) };
    case 'lb':
      if (!isDnsLabel(value)) throw new RangeError(`"${value}" is no name of a Service`);
      return { kind: 'service', name: value };
    case 'api':
      return { kind: 'resolver', url: `https://${hostOf(value)}` };
    default:
      throw new RangeError(`"${text}" is none of ipv4:ADDRESS, ipv6:ADDRESS, dns:NAME, lb:SERVICE, api:HOST`);
  }
}
