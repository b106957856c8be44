import { setTimeout as delay } from 'node:timers/promises';
import type { AgentProcess } from './lib/agent-process.ts';
import type { Outcome } from './lib/bar.ts';
import { createDnsProbe } from './lib/dns-probe.ts';
import { serviceName, startImportScene, untilSettled } from './lib/import-scene.ts';
import { readRequestCounts, sumOf } from './lib/request-count.ts';

const SERVICES = 5_000;
const IDLE_MS = 60_000;
const GIVE_UP_MS = 240_000;
const RSS_BARS = { controller: 150, dns: 120 };

/** Memory of a member's agents that import 5,000 services of three endpoints, and what an idle one asks of the broker. */
export async function benchSize(root: string): Promise<readonly Outcome[]> {
  const scene = await startImportScene(root);
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  scene.exportServices(SERVICES);
  const dns = await scene.startDns();
  const controller = await scene.startController();
  try {
    await untilSettled(controller, SERVICES, signal);
    await askAll(dns.port, signal);
    const before = await brokerRequests(controller);
    await delay(IDLE_MS);
    const requests = (await brokerRequests(controller)) - before;
    return [
      { name: `controller RSS with ${SERVICES} services, after 60 s idle`, value: controller.rssMB(), unit: 'MB', bar: RSS_BARS.controller },
      { name: `dns RSS with ${SERVICES} services, after 60 s idle`, value: dns.rssMB(), unit: 'MB', bar: RSS_BARS.dns },
      { name: 'broker requests of an idle member in 60 s', value: requests, unit: 'requests', bar: 0, note: 'without Leases and watches' },
    ];
  } finally {
    await Promise.all([controller.stop(), dns.stop()]);
    await scene.stop();
  }
}

/** An answer that is asked for is kept, so all of them are. */
async function askAll(port: number, signal: AbortSignal): Promise<void> {
  const probe = await createDnsProbe('127.0.0.1', port);
  for (let index = 0; index < SERVICES; index += 1) await probe.untilResolved(serviceName(index), signal);
  probe.close();
}

async function brokerRequests(controller: AgentProcess): Promise<number> {
  return sumOf(readRequestCounts((await controller.metrics()) ?? '').filter(({ server }) => server === 'broker'));
}
