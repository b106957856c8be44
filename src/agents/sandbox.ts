/** The background process of `mcs sandbox up`. It ends with SIGTERM or SIGINT, and when attached with its stdin. */
import { parseArgs } from 'node:util';
import { systemClock } from '../base/clock.ts';
import { createLogger } from '../base/log.ts';
import { runBackground } from '../sandbox/background/run.ts';

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'default' },
    directory: { type: 'string', default: '' },
    clusters: { type: 'string', default: '2' },
    'package-root': { type: 'string', default: '' },
    attached: { type: 'boolean', default: false },
  },
});

const EXIT_GRACE_MS = 1_000;

const end = new AbortController();
const abort = (): void => {
  end.abort();
};
process.on('SIGTERM', abort);
process.on('SIGINT', abort);
if (values.attached) process.stdin.on('end', abort).on('error', abort).resume().unref();

try {
  await runBackground({
    place: { name: values.name, directory: values.directory },
    clusters: Number(values.clusters),
    packageRoot: values['package-root'],
    pid: process.pid,
    clock: systemClock,
    logger: createLogger({ write: (line) => void process.stderr.write(line) }),
    signal: end.signal,
    tell: (message) => {
      if (process.connected) process.send?.(message);
    },
  });
} catch {
  process.exitCode = 1; // runBackground has logged and told why
} finally {
  if (process.connected) process.disconnect();
  // a socket of a client that hangs must not hold the process up
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}
