import { cidrContains, familyOf, parseCidr, specialRangeOf } from '../api/cidr.ts';
import { McsError } from '../base/errors.ts';

const PROTOCOLS = ['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:'];

function readVariable(env: NodeJS.ProcessEnv, name: string): string {
  return (env[name] || env[name.toLowerCase()] || '').trim();
}

/** Whether one entry of NO_PROXY covers a host: `*`, an address, a CIDR, a name with all below it, `.name` with what is below only; each with `:port` if it likes. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const range = parseCidr(entry);
  if (range !== undefined) return cidrContains(range, host);
  const [, name = '', onlyPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(familyOf(entry) === undefined ? entry : `[${entry}]`) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  if (familyOf(name) !== undefined || familyOf(host) !== undefined) return name === host;
  const domain = name.replace(/^\*/, '');
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function withProtocol(proxy: string, variable: string): string {
  const text = proxy.includes('://') ? proxy : `http://${proxy}`;
  if (URL.canParse(text) && PROTOCOLS.includes(new URL(text).protocol)) return text;
  // the value may hold a password
  throw new McsError('MCS_USAGE', `Cannot use the proxy of ${variable}: it is no URL of a kind that is known`, { hints: [`${variable}=http://proxy.example:3128`] });
}

/**
 * URL of the proxy that the environment names for a server: HTTPS_PROXY or HTTP_PROXY without
 * NO_PROXY, in capitals or not, as Go's programs read them, kubectl among them. Loopback has none.
 * Throws MCS_USAGE for one that is no URL.
 */
export function proxyFor(server: string, env: NodeJS.ProcessEnv): string | undefined {
  const { hostname, port, protocol } = new URL(server);
  const isSecure = protocol === 'https:';
  const variable = isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = readVariable(env, variable);
  const host = hostname.replaceAll(/[[\]]/g, '');
  if (proxy === '' || host === 'localhost' || specialRangeOf(host) === 'loopback') return undefined;
  const exceptions = readVariable(env, 'NO_PROXY').toLowerCase().split(/[\s,]+/).filter((entry) => entry !== '');
  const targetPort = port || (isSecure ? '443' : '80');
  return exceptions.some((entry) => covers(entry, host, targetPort)) ? undefined : withProtocol(proxy, variable);
}

/** A proxy's URL without the password in it, for messages. */
export function describeProxy(proxy: string): string {
  const { host, protocol } = new URL(proxy);
  return `${protocol}//${host}`;
}
