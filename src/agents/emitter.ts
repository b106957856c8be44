/** The emitter of a cluster, in its Deployment `mcs-emitter`. */
import { McsError } from '../base/errors.ts';
import { parseEmitterArgs } from '../mirror/emit/read-options.ts';
import { emitterAgent } from './emitter-agent.ts';
import { runAgent } from './run-agent.ts';

try {
  await runAgent(emitterAgent(parseEmitterArgs(process.argv.slice(2)), process.env));
} catch (error) {
  if (!(error instanceof McsError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n${error.hints.map((hint) => `  ${hint}\n`).join('')}`);
  process.exitCode = error.exitCode;
}
