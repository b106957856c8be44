import { errorMessage } from './errors.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log of a long-running process. Fields never hold secrets. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each line. */
  child(fields: LogFields): Logger;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export interface LoggerOptions {
  readonly level?: LogLevel;
  readonly fields?: LogFields;
  readonly now?: () => number;
  /** Takes each line, its line feed included. */
  readonly write: (line: string) => void;
}

/** Writes JSON lines: `{"time","level","message",...fields}`. */
export function createLogger(options: LoggerOptions): Logger {
  const { level = 'info', fields = {}, now = Date.now, write } = options;
  const threshold = LEVELS.indexOf(level);
  const log = (at: LogLevel) => (message: string, more: LogFields = {}) => {
    if (LEVELS.indexOf(at) < threshold) return;
    const entry = { time: new Date(now()).toISOString(), level: at, message, ...fields, ...more };
    write(`${JSON.stringify(entry, (_key, value: unknown) => (value instanceof Error ? errorMessage(value) : value))}\n`);
  };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (more) => createLogger({ ...options, fields: { ...fields, ...more } }),
  };
}

/** A logger that says nothing. */
export const silentLogger: Logger = createLogger({ write: () => undefined });
