/**
 * Where an agent runs: in a container, or as a plain process of the sandbox, which shares one
 * loopback network and one file system with all its neighbours.
 */
export interface Runtime {
  /** True only where the sandbox's kubelet set MCS_SIMULATED=1. */
  readonly simulated: boolean;
  /** Where a path that the manifest mounts really is. */
  mounted(path: string): string;
  /** Address to listen on: every address in a container, the pod's own one in the sandbox. */
  readonly listenHost: string;
  /** Port to listen on for a port that the manifest names. */
  listenPort(port: number): number;
}

/** Added to ports that need privileges, because the sandbox runs without any. */
export const SANDBOX_PORT_OFFSET = 10_000;

/** The port under which the sandbox serves `port`: the same, or 10000 more for those below 1024. */
export function sandboxPort(port: number): number {
  return port > 0 && port < 1024 ? port + SANDBOX_PORT_OFFSET : port;
}

export function readRuntime(env: NodeJS.ProcessEnv): Runtime {
  if (env.MCS_SIMULATED !== '1') {
    return { simulated: false, mounted: (path) => path, listenHost: '::', listenPort: (port) => port };
  }
  const root = env.MCS_SIMULATED_ROOT ?? '';
  return { simulated: true, mounted: (path) => `${root}${path}`, listenHost: env.POD_IP ?? '127.0.0.1', listenPort: sandboxPort };
}
