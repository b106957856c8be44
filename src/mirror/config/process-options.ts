import { McsError } from '../../base/errors.ts';
import { parseListenAddress } from '../../base/host-port.ts';
import { textOf } from './option-table.ts';
import type { MirrorArgs } from './parse-args.ts';

/** What flags say of the process itself. */
export interface ProcessOptions {
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'none';
  readonly health?: { readonly host?: string; readonly port: number };
  /** Errors are neither logged nor reported. */
  readonly mutesErrors: boolean;
  /** Logs are for machines also at a terminal. */
  readonly logsJson: boolean;
}

/** Throws MCS_USAGE. */
export function processOptions({ preset, values }: MirrorArgs, env: NodeJS.ProcessEnv): ProcessOptions {
  if (preset === 'cross-cluster') {
    const verbosity = textOf(values, 'v') ?? '0';
    if (!/^\d{1,3}$/.test(verbosity)) throw new McsError('MCS_USAGE', `Cannot use -v "${verbosity}": it is no number`);
    return { ...(Number(verbosity) > 0 && { logLevel: 'debug' as const }), mutesErrors: env.ENV === 'test', logsJson: env.ENV === 'production' };
  }
  if (preset === 'none') return { mutesErrors: false, logsJson: false };
  const level = textOf(values, 'log-level') ?? 'info';
  return { logLevel: (level === 'all' ? 'debug' : level) as NonNullable<ProcessOptions['logLevel']>, health: listenAddress(textOf(values, 'listen') ?? ':9090'), mutesErrors: false, logsJson: false };
}

/** Throws MCS_USAGE for what is no address to listen on. */
export function listenAddress(text: string): { host?: string; port: number } {
  const address = parseListenAddress(text);
  if (address === undefined) throw new McsError('MCS_USAGE', `Cannot use --listen "${text}": it is not of the form [<host>]:<port>`, { hints: ['--listen :9090'] });
  return address;
}
