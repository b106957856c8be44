import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** Values of the protocol are what its documentation says; https://chromedevtools.github.io/devtools-protocol */
export interface DevTools {
  /** Throws with the text of a refusal, and if the browser has ended. */
  send<Result = unknown>(method: string, params?: object, sessionId?: string): Promise<Result>;
  /** Calls `listen` for each event of a session. */
  on(method: string, sessionId: string, listen: (event: never) => void): void;
}

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: unknown;
  readonly sessionId?: string;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Messages of a stream, which are JSON with a zero byte behind each. */
function readMessages(stream: Readable, take: (message: Message) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const texts = `${rest}${chunk}`.split('\0');
    rest = texts.pop() ?? '';
    for (const text of texts) take(JSON.parse(text) as Message);
  });
}

/** Speaks with a browser that was started with `--remote-debugging-pipe`: it reads from its file 3 and writes to its file 4. */
export function openDevTools(child: ChildProcess): DevTools {
  const [, , , input, output] = child.stdio as unknown as readonly [null, null, null, Writable, Readable];
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, ((event: never) => void)[]>();
  let lastID = 0;
  const end = (reason: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  };
  input.on('error', (error) => { end(error.message); });
  child.once('error', (error) => { end(error.message); });
  child.once('exit', (code) => { end(`the browser has ended with ${code ?? 'a signal'}`); });
  readMessages(output, ({ id, error, method = '', params, result, sessionId = '' }) => {
    if (id === undefined) {
      for (const listen of listeners.get(`${sessionId} ${method}`) ?? []) listen(params as never);
      return;
    }
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(result);
    else one?.reject(new Error(error.message));
  });
  return {
    send: <Result>(method: string, params: object = {}, sessionId?: string) => {
      if (child.exitCode !== null || child.signalCode !== null) return Promise.reject(new Error('the browser has ended'));
      lastID += 1;
      const id = lastID;
      input.write(`${JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) })}\0`);
      return new Promise<Result>((resolve, reject) => waiting.set(id, { resolve: (result) => { resolve(result as Result); }, reject }));
    },
    on: (method, sessionId, listen) => {
      const key = `${sessionId} ${method}`;
      listeners.set(key, [...(listeners.get(key) ?? []), listen]);
    },
  };
}
