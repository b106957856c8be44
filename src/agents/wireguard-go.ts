/** Keeps wireguard-go, where the gateway wants it: beside the agent, so that tunnels live on while that one restarts. */
import { createLogger } from '../base/log.ts';
import { readRuntime } from '../base/runtime.ts';
import { createFollow } from '../base/exec.ts';
import { createWireguardSupervisor } from '../gateway/apply/wireguard-supervisor.ts';
import { CABLE_DEVICE } from '../gateway/plan/types.ts';

const logger = createLogger({ fields: { part: 'wireguard-go' }, write: (line) => void process.stderr.write(line) });
const supervisor = createWireguardSupervisor({ follow: createFollow(), logger, folder: readRuntime(process.env).mounted('/var/run/wireguard'), device: CABLE_DEVICE });
const ended = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => ended.abort());
await supervisor.start(ended.signal);
logger.info('started');
if (!ended.signal.aborted) await new Promise((resolve) => ended.signal.addEventListener('abort', resolve, { once: true }));
await supervisor.stop();
logger.info('stopped');
