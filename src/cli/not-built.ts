import { McsError } from '../base/errors.ts';

const GLOBALNET = 'mcs does not translate addresses: give the clusters distinct CIDRs, or share names through ingress gateways: mcs gateway-dns install-hub';
const NOT_YET = 'it is not built yet';
const OPERATOR = 'mcs has no operator: set the log level of an agent by its MCS_LOG_LEVEL';

/** Flags that subctl has and mcs has not, each with what to do instead. */
const FLAGS: Readonly<Record<string, string>> = {
  globalnet: GLOBALNET,
  'globalnet-cidr': GLOBALNET,
  'globalnet-cidr-range': GLOBALNET,
  'globalnet-cluster-size': GLOBALNET,
  'ipsec-psk-from': 'no tunnel secret stands in the broker-info file',
  'ipsec-debug': 'there is no IPsec driver; the drivers are wireguard and vxlan',
  'force-udp-encaps': 'the drivers wireguard and vxlan always use UDP',
  'preferred-server': 'it belongs to libreswan; the drivers are wireguard and vxlan',
  'operator-debug': OPERATOR,
  'pod-debug': OPERATOR,
  'check-broker-certificate': 'the broker is always checked against the authority pinned in the file',
  'ignore-requirements': 'every check of the preflight protects something: solve what it names',
  'enable-clusterset-ip': 'every shared service has a clusterset IP, from the service range of each importing cluster',
  'clusterset-ip-cidr': 'clusterset IPs come from the service range of each importing cluster',
  'clusterset-ip-cidr-range': 'clusterset IPs come from the service range of each importing cluster',
  'use-clusterset-ip': 'every shared service has a clusterset IP',
  'custom-domains': NOT_YET,
  'http-proxy': NOT_YET,
  'https-proxy': NOT_YET,
  'no-proxy': NOT_YET,
  'in-cluster': 'it goes with mcs diagnose all',
  'submariner-namespace': 'members always have their parts in the namespace submariner-operator',
  'enable-disruptive': 'it is called --disruptive-tests',
};

/** Commands that subctl has and mcs has not. */
const COMMANDS: Readonly<Record<string, string>> = {
  cloud: 'open the ports of the gateways with the tools of your cloud: 4500/udp and 4490/udp from the other clusters; mcs ports lists all',
};

/** The error for a flag or command of subctl that mcs does not have; undefined for any other word. */
export function findNotBuilt(word: string): McsError | undefined {
  const name = word.replace(/^--(no-)?/, '').replace(/=.*$/s, '');
  const isFlag = word.startsWith('--');
  const table = isFlag ? FLAGS : COMMANDS;
  const instead = Object.hasOwn(table, name) ? table[name] : undefined;
  if (instead === undefined) return undefined;
  return new McsError('MCS_FLAG_NOT_BUILT', `Cannot use ${isFlag ? `--${name}` : `"${name}"`}: ${instead}`, { hints: ['mcs --help'] });
}
