/** One side of `mcs benchmark` in a pod: a server for a while, or a client that measures once and says the result as one line of JSON. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { McsError, toMcsError } from '../base/errors.ts';
import { readRuntime } from '../base/runtime.ts';
import { startBenchmarkServer } from '../probe/benchmark-server.ts';
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
  options: { host: { type: 'string' }, port: { type: 'string' }, seconds: { type: 'string' }, streams: { type: 'string' } },
});

/** A positive number of the command line. Throws MCS_USAGE. */
function numberOf(name: 'port' | 'seconds' | 'streams'): number {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  throw new McsError('MCS_USAGE', `Cannot run the benchmark: --${name} "${values[name] ?? ''}" is no positive number`);
}

function measure(kind: string | undefined): Promise<object> {
  const target = { host: values.host ?? '', port: numberOf('port') };
  const options = { durationMs: numberOf('seconds') * 1000, connectTimeoutMs: CONNECT_TIMEOUT_MS, signal };
  if (kind === 'throughput') return measureThroughput(target, { ...options, streams: numberOf('streams') });
  if (kind === 'latency') return measureLatency(target, options);
  throw new McsError('MCS_USAGE', `Cannot run the benchmark: "${kind ?? ''}" is none of server, throughput, latency`);
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
  } else await say({ result: await measure(mode) });
} catch (error) {
  const { code, message } = toMcsError(error);
  await say({ error: { code, message } });
  process.exitCode = 1;
}
