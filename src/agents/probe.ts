/** What runs in a probe pod: finds out what it is asked, once, and says the result as one line of JSON. */
import { writeFile } from 'node:fs/promises';
import { toMcsError } from '../base/errors.ts';
import { readRuntime } from '../base/runtime.ts';
import { BROKER_PATH_TIMES, CREDENTIAL_MOUNT } from '../probe/broker/broker-path.ts';
import { readMountedCredential } from '../probe/broker/mounted-credential.ts';
import type { BrokerPathOptions } from '../probe/broker/probe-broker-path.ts';
import { probe, type ProbeRequest } from '../probe/probe.ts';
import { createBrokerConnector } from './connect-broker.ts';

/** Where kubelet reads what a container has to say at its end; it takes 4 KiB, and the log has the whole. */
const TERMINATION_LOG = '/dev/termination-log';
const TERMINATION_LIMIT = 4096;

for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => process.exit(1));
const runtime = readRuntime(process.env);

async function say(result: object): Promise<void> {
  const line = `${JSON.stringify(result)}\n`;
  process.stdout.write(line);
  // the sandbox has no such file; there the log is read
  if (!runtime.simulated && line.length <= TERMINATION_LIMIT) await writeFile(TERMINATION_LOG, line).catch(() => undefined);
}

/** As the agents do: straight to the broker, without a proxy. */
async function connectBroker(timeoutMs: number): Promise<BrokerPathOptions | undefined> {
  const credential = await readMountedCredential(runtime.mounted(CREDENTIAL_MOUNT));
  if (credential === undefined) return undefined;
  const connect = createBrokerConnector({ userAgent: 'mcs-probe', requestTimeoutMs: timeoutMs, connectTimeoutMs: timeoutMs });
  return { credential, client: connect(credential, () => credential.token) };
}

try {
  const request = JSON.parse(process.argv[2] ?? '') as ProbeRequest;
  await say({ result: await probe(request, { hasResolver: !runtime.simulated, portOf: (port) => runtime.listenPort(port), connectBroker: () => connectBroker((request.broker?.timeoutMs ?? 0) * BROKER_PATH_TIMES) }) });
} catch (error) {
  await say({ error: { message: toMcsError(error).message } });
  process.exitCode = 1;
}
