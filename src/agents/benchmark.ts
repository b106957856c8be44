/** One side of `mcs benchmark` in a pod: a server for a while, eyes for canaries, or a client that measures once and says the result as one line of JSON. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Registry } from 'prom-client';
import { McsError, toMcsError } from '../base/errors.ts';
import { createHealth } from '../base/health.ts';
import { createHealthServer } from '../base/health-server.ts';
import { readRuntime } from '../base/runtime.ts';
import { startBenchmarkServer } from '../probe/benchmark-server.ts';
import { CANARY_EYES_PORT, type CanaryQuestion, CanaryWatches } from '../probe/canary-watch.ts';
import { type DnsLoadRequest, measureDnsLoad } from '../probe/dns-load.ts';
import { measureLatency } from '../probe/latency.ts';
import { measureThroughput } from '../probe/throughput.ts';

/** Where kubelet reads what a container has to say at its end. */
const TERMINATION_LOG = '/dev/termination-log';
const CONNECT_TIMEOUT_MS = 15_000;

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort(new McsError('MCS_INTERRUPTED', 'Stopped before the end')));
const { signal } = stop;
const runtime = readRuntime(process.env);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { host: { type: 'string' }, port: { type: 'string' }, seconds: { type: 'string' }, streams: { type: 'string' }, servers: { type: 'string' }, request: { type: 'string' } },
});

/** A positive number of the command line. Throws MCS_USAGE. */
function numberOf(name: 'port' | 'seconds' | 'streams'): number {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  throw new McsError('MCS_USAGE', `Cannot run the benchmark: --${name} "${values[name] ?? ''}" is no positive number`);
}

const portOf = (port: number): number => runtime.listenPort(port);

/** Serves the first byte of canaries, and over HTTP what is seen of those of others. */
async function serveCanaries(): Promise<void> {
  const watches = new CanaryWatches({ servers: (values.servers ?? '').split(','), portOf, signal });
  const watch = (query: URLSearchParams): Promise<object> => watches.news(query.get('id') ?? '', JSON.parse(query.get('question') ?? '') as CanaryQuestion, Number(query.get('waitMs')));
  const eyes = createHealthServer({ host: runtime.listenHost, port: portOf(CANARY_EYES_PORT), health: createHealth([]), registry: new Registry(), routes: { '/watch': watch } });
  await eyes.start(signal);
  const server = await startBenchmarkServer({ host: runtime.listenHost, port: portOf(numberOf('port')), lifeMs: numberOf('seconds') * 1000, signal });
  await server.ended;
  stop.abort();
  await eyes.stop();
}

async function measureDns(): Promise<object> {
  return { loads: await measureDnsLoad(JSON.parse(values.request ?? '') as DnsLoadRequest, { hasResolver: !runtime.simulated, portOf, signal }) };
}

function measure(kind: string | undefined): Promise<object> {
  if (kind === 'dns') return measureDns();
  const target = { host: values.host ?? '', port: numberOf('port') };
  const options = { durationMs: numberOf('seconds') * 1000, connectTimeoutMs: CONNECT_TIMEOUT_MS, signal };
  if (kind === 'throughput') return measureThroughput(target, { ...options, streams: numberOf('streams') });
  if (kind === 'latency') return measureLatency(target, options);
  throw new McsError('MCS_USAGE', `Cannot run the benchmark: "${kind ?? ''}" is none of server, canary, throughput, latency, dns`);
}

async function say(result: object): Promise<void> {
  const line = `${JSON.stringify(result)}\n`;
  process.stdout.write(line);
  // the sandbox has no such file; there the log is read
  if (!runtime.simulated) await writeFile(TERMINATION_LOG, line).catch(() => undefined);
}

try {
  const [mode] = positionals;
  if (mode === 'server') {
    const server = await startBenchmarkServer({ host: runtime.listenHost, port: runtime.listenPort(numberOf('port')), lifeMs: numberOf('seconds') * 1000, signal });
    await server.ended;
  } else if (mode === 'canary') await serveCanaries();
  else await say({ result: await measure(mode) });
} catch (error) {
  const { code, message } = toMcsError(error);
  await say({ error: { code, message } });
  process.exitCode = 1;
}
