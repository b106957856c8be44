import { describe, expect, it } from '@jest/globals';
import { createLogger, type Logger, type LoggerOptions, silentLogger } from '../../../src/base/log.ts';

function logged(options: Partial<LoggerOptions>, use: (logger: Logger) => void): unknown[] {
  const lines: string[] = [];
  use(createLogger({ now: () => 0, ...options, write: (line) => lines.push(line) }));
  expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true); // one line each
  return lines.map((line) => JSON.parse(line) as unknown);
}

describe('createLogger', () => {
  it('writes time, level, message and fields', () => {
    expect(logged({ fields: { part: 'dns' } }, (logger) => logger.warn('slow\nquery', { ms: 3 }))).toEqual([
      { time: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'slow\nquery', part: 'dns', ms: 3 },
    ]);
  });

  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('at level %s writes %j', (level, written) => {
    const entries = logged({ level }, (logger) => {
      for (const at of ['debug', 'info', 'warn', 'error'] as const) logger[at]('x');
    });
    expect(entries).toMatchObject(written.map((at) => ({ level: at })));
  });

  it('shows the message of an error in a field', () => {
    expect(logged({}, (logger) => logger.error('failed', { error: new Error('no') }))).toMatchObject([{ error: 'no' }]);
  });

  it('gives children that add fields and keep the level', () => {
    const entries = logged({ level: 'warn', fields: { part: 'dns' } }, (logger) => {
      const child = logger.child({ peer: 'a' });
      child.info('not shown');
      child.error('shown');
    });
    expect(entries).toMatchObject([{ part: 'dns', peer: 'a', message: 'shown' }]);
  });
});

describe('silentLogger', () => {
  it('takes everything and says nothing', () => {
    expect(() => silentLogger.child({ a: 1 }).error('x')).not.toThrow();
  });
});
