import { spawn } from 'node:child_process';
import { systemErrorCode } from '../base/errors.ts';

/** `exec` of a kubeconfig's user, as far as it is followed. */
export interface CredentialPlugin {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
}

/** What it answers. */
export interface PluginCredential {
  readonly token?: string;
  /** PEM. */
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
}

const MAX_OUTPUT = 1_000_000;
const INFO = 'KUBERNETES_EXEC_INFO';

/** Plugins of some clouds want to be told that nobody can answer a question of theirs. */
function environmentOf({ apiVersion, env }: CredentialPlugin): NodeJS.ProcessEnv {
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  return { ...process.env, [INFO]: JSON.stringify(info), ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])) };
}

/** Runs it to its end, and gives what it printed. Throws what it said last where it fails. */
function run(plugin: CredentialPlugin, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(plugin.command, plugin.args ?? [], { env: environmentOf(plugin), stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      // what it has started itself may hold them open
      child.stdout.destroy();
      child.stderr.destroy();
      reject(new Error(`it did not answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => { output[name] = (output[name] + text).slice(-MAX_OUTPUT); });
    }
    child.once('error', (error) => {
      clearTimeout(late);
      reject(systemErrorCode(error) === 'ENOENT' ? new Error('it is not installed') : error);
    });
    child.once('close', (code) => {
      clearTimeout(late);
      if (code === 0) resolve(output.stdout);
      else reject(new Error(output.stderr.trim() === '' ? `it ended with exit code ${code ?? 'none'}` : output.stderr));
    });
  });
}

/** Asks a credential plugin as kubectl does, without a terminal. Throws an Error that says what is wrong with it. */
export async function askCredentialPlugin(plugin: CredentialPlugin, timeoutMs: number): Promise<PluginCredential> {
  const status = parseStatus(await run(plugin, timeoutMs));
  if (status === undefined) throw new Error('what it printed is no ExecCredential');
  if (!status.token && !(status.clientCertificateData && status.clientKeyData)) throw new Error('its ExecCredential has neither a token nor a certificate with its key');
  return status;
}

function parseStatus(text: string): PluginCredential | undefined {
  try {
    const { kind, status } = JSON.parse(text) as { readonly kind?: unknown; readonly status?: PluginCredential };
    return kind === 'ExecCredential' ? (status ?? {}) : undefined;
  } catch {
    return undefined; // its text may hold a credential: it is not to be quoted
  }
}
