interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly error?: unknown;
}

function parseLine(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined; // a stack trace of Node.js, for one
  }
}

/** The last warning or error in a log that `createLogger` wrote; undefined where there is none. */
export function lastComplaint(log: string): string | undefined {
  const lines = log.split('\n').flatMap((line) => parseLine(line) ?? []);
  const last = lines.findLast(({ level }) => level === 'warn' || level === 'error');
  if (last?.message === undefined) return undefined;
  return typeof last.error === 'string' ? `${last.message}: ${last.error}` : last.message;
}
