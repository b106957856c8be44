/** What `mcs verify` runs in a pod to be called: says who answers and who calls, then sends back what it gets. */
import { parseArgs } from 'node:util';
import { McsError, toMcsError } from '../base/errors.ts';
import { readRuntime } from '../base/runtime.ts';
import { startCallServer } from '../probe/calls/call-server.ts';

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort(new McsError('MCS_INTERRUPTED', 'Stopped before the end')));
const runtime = readRuntime(process.env);
const { values } = parseArgs({ options: { port: { type: 'string' }, seconds: { type: 'string' }, cluster: { type: 'string' } } });

/** A positive number of the command line. Throws MCS_USAGE. */
function numberOf(name: 'port' | 'seconds'): number {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  throw new McsError('MCS_USAGE', `Cannot run the test server: --${name} "${values[name] ?? ''}" is no positive number`);
}

try {
  const { ended } = await startCallServer({
    host: runtime.listenHost,
    port: runtime.listenPort(numberOf('port')),
    lifeMs: numberOf('seconds') * 1000,
    cluster: values.cluster ?? '',
    pod: process.env.POD_NAME ?? '',
    signal: stop.signal,
  });
  await ended;
} catch (error) {
  process.stderr.write(`${toMcsError(error).message}\n`);
  process.exitCode = 1;
}
