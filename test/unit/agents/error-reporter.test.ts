import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createErrorReporter } from '../../../src/agents/error-reporter.ts';
import { McsError } from '../../../src/base/errors.ts';
import { readSource } from '../../helpers/source-graph.ts';
import { readFileSync } from 'node:fs';

describe('createErrorReporter', () => {
  let server: Server;
  let received: { path: string; body: string }[];
  let dsn: string;
  beforeEach(async () => {
    received = [];
    server = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ path: request.url ?? '', body });
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    dsn = `http://abc123@127.0.0.1:${(server.address() as AddressInfo).port}/42`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const refused: string[] = [];
  const create = (env: NodeJS.ProcessEnv) => createErrorReporter({ env, version: '1.2.3', onUnusable: (message) => refused.push(message) });

  it('sends one envelope for an error, with FAIR_ENV and without secrets', async () => {
    const reporter = await create({ SENTRY_DSN: dsn, FAIR_ENV: 'staging' });
    reporter?.report(new McsError('MCS_API_ERROR', 'Cannot read https://me:hunter2@west: Bearer abc.def was refused'), { source: 'west' });
    await reporter?.flush();
    expect(received).toHaveLength(1);
    const [envelope] = received;
    expect(envelope?.path).toMatch(/^\/api\/42\/envelope\//);
    const event = JSON.parse(envelope?.body.split('\n')[2] ?? '') as { environment: string; release: string; tags: object; exception: { values: { value: string; stacktrace?: { frames: unknown[] } }[] } };
    expect(event).toMatchObject({ environment: 'staging', release: 'mcs@1.2.3', tags: { source: 'west', code: 'MCS_API_ERROR' } });
    expect(event.exception.values[0]?.value).toBe('Cannot read https://<redacted>@west: Bearer <redacted> was refused');
    expect(event.exception.values[0]?.stacktrace?.frames.length).toBeGreaterThan(0);
    expect(envelope?.body).not.toContain('hunter2');
  });

  it('is not there without SENTRY_DSN, and nothing is sent', async () => {
    expect(await create({})).toBeUndefined();
    expect(await create({ SENTRY_DSN: '' })).toBeUndefined();
    expect(received).toEqual([]);
  });

  it('is not there with a DSN that is none, which is told without it', async () => {
    expect(await create({ SENTRY_DSN: 'https://s3cret-key.example' })).toBeUndefined();
    expect(refused.join()).toContain('SENTRY_DSN');
    expect(refused.join()).not.toContain('s3cret');
  });

  it('outlives a server that is away', async () => {
    const reporter = await create({ SENTRY_DSN: 'http://abc@127.0.0.1:1/1' });
    reporter?.report(new Error('x'), {});
    await expect(reporter?.flush()).resolves.toBeUndefined();
  });
});

describe('the client of Sentry', () => {
  it('is imported by one file, and that file only when it is needed', () => {
    const reporter = readFileSync('src/agents/error-reporter.ts', 'utf8');
    expect(readSource('src/agents/sentry-client.ts', readFileSync('src/agents/sentry-client.ts', 'utf8')).imports).toContain('@sentry/core');
    expect(reporter).toContain("await import('./sentry-client.ts')");
    expect(reporter).not.toMatch(/from ['"].*sentry/);
  });
});
