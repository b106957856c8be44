import { isAbsolute } from 'node:path';
import { systemClock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { KubeClient } from '../kube/client.ts';
import { Emitter } from '../mirror/emit/emitter.ts';
import type { EmitterSettings } from '../mirror/emit/settings.ts';
import type { AgentContext } from './run-agent.ts';

export interface EmitterContext extends Pick<AgentContext, 'env' | 'runtime' | 'logger' | 'registry' | 'health' | 'version'> {
  /** Of the cluster that is emitted. */
  readonly client: KubeClient;
}

/** Settings with addresses and files where they are: in the sandbox a pod has an address and a folder of its own. */
function placeSettings(settings: EmitterSettings, { env, runtime }: Pick<EmitterContext, 'env' | 'runtime'>): EmitterSettings {
  const file = (path: string): string => (isAbsolute(path) ? runtime.mounted(path) : path);
  const listener = <T extends { readonly host: string; readonly port: number }>(given: T): T =>
    runtime.simulated ? { ...given, host: runtime.listenHost, port: runtime.listenPort(given.port) } : given;
  const { authentication, insecure, secure } = settings;
  return {
    ...settings,
    authentication: {
      ...authentication,
      tokenFiles: authentication.tokenFiles.map(file),
      ...(authentication.clientCaFile !== undefined && { clientCaFile: file(authentication.clientCaFile) }),
    },
    ...(secure && {
      secure: {
        ...listener(secure),
        ...(secure.certificate && { certificate: { certFile: file(secure.certificate.certFile), keyFile: file(secure.certificate.keyFile) } }),
        certDir: file(secure.certDir),
        names: [...secure.names, ...(env.POD_IP === undefined ? [] : [env.POD_IP])],
      },
    }),
    ...(insecure && { insecure: listener(insecure) }),
  };
}

/** The emitter of a process, with its condition `emitter` in the health. Throws MCS_USAGE. */
export function composeEmitter(settings: EmitterSettings, { client, env, health, logger, registry, runtime, version }: EmitterContext): readonly Startable[] {
  const emitter = new Emitter({
    settings: placeSettings(settings, { env, runtime }),
    client,
    registry,
    clock: systemClock,
    logger,
    version,
  });
  health.observe('emitter', () => emitter.readiness());
  return [emitter];
}
