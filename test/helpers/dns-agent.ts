import { Resolver } from 'node:dns/promises';
import { type AgentProcess, type AgentProcessOptions, freePort, startAgentProcess } from './agent-process.ts';
import type { TestApiServer } from './api-server.ts';

export interface DnsAgentOptions extends Omit<AgentProcessOptions, 'files' | 'args'> {
  /** Mounted as the configuration of a member. */
  readonly config?: object;
}

/** The name server's program, and a way to ask it. */
export interface DnsAgent extends AgentProcess {
  readonly dns: Resolver;
}

export async function startDnsAgent(api: TestApiServer, { config, env, ...options }: DnsAgentOptions): Promise<DnsAgent> {
  const dnsPort = await freePort();
  const files = config === undefined ? {} : { '/etc/mcs/config.json': JSON.stringify(config) };
  const agent = await startAgentProcess('dns', api, { ...options, files, env: { MCS_DNS_PORT: String(dnsPort), ...env } });
  const dns = new Resolver({ timeout: 2000 });
  dns.setServers([`127.0.0.1:${dnsPort}`]);
  return { ...agent, dns };
}
