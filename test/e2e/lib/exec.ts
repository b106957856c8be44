import { PassThrough } from 'node:stream';
import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';
import type { Ran } from './fleet.ts';

function exitCodeOf({ status, details }: V1Status): number {
  if (status === 'Success') return 0;
  return Number(details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message ?? 1);
}

/** Runs a command in the first container of a pod, to its end. */
export async function execIn(config: KubeConfig, namespace: string, pod: string, command: readonly string[]): Promise<Ran> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const said: { stdout: string; output: string } = { stdout: '', output: '' };
  stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
    said.output += text;
  });
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said.output += text;
  });
  const ended = Promise.withResolvers<V1Status>();
  // its type comes from a package without types of its own
  const socket = (await new Exec(config).exec(namespace, pod, '', [...command], stdout, stderr, null, false, ended.resolve)) as { onclose?: () => void };
  socket.onclose = () => ended.reject(new Error(`the connection to pod ${namespace}/${pod} closed before "${command.join(' ')}" ended`));
  const status = await ended.promise;
  return { exitCode: exitCodeOf(status), ...said };
}
