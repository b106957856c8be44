import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHealth, type Health } from '../../../src/base/health.ts';
import { createHealthServer, type HealthServer } from '../../../src/base/health-server.ts';
import { createRegistry } from '../../../src/base/metrics.ts';
import { rejection } from '../../helpers/thrown.ts';

const { signal } = new AbortController();

describe('createHealthServer', () => {
  let health: Health;
  let server: HealthServer;

  beforeEach(async () => {
    health = createHealth(['listed']);
    const routes = {
      '/resolve': (query: URLSearchParams) => ({ name: query.get('name') }),
      '/broken': () => {
        throw new Error('no');
      },
    };
    server = createHealthServer({ host: '127.0.0.1', port: 0, health, registry: createRegistry('test', '1.2.3'), routes });
    await server.start(signal);
  });
  afterEach(() => server.stop());

  const ask = async (path: string, method = 'GET'): Promise<{ status: number; body: string; type: string | null }> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return { status: response.status, body: await response.text(), type: response.headers.get('content-type') };
  };

  it('is alive before it is ready', async () => {
    expect([await ask('/healthz'), await ask('/readyz')]).toMatchObject([{ status: 200 }, { status: 503, body: '[-]listed not yet\n' }]);
    health.set('listed', true);
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: '[+]listed\n' });
  });

  it('serves metrics as Prometheus reads them', async () => {
    const { status, body, type } = await ask('/metrics');
    expect([status, type]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(body).toContain('mcs_build_info{part="test",version="1.2.3"} 1');
    expect(body).toContain('process_cpu_seconds_total');
  });

  it('serves further routes as JSON, with their query', async () => {
    expect(await ask('/resolve?name=a.b')).toEqual({ status: 200, body: '{"name":"a.b"}', type: 'application/json' });
  });

  it.each([
    ['an unknown path', '/nope', 'GET', 404],
    ['a property of every object', '/constructor', 'GET', 404],
    ['another method', '/healthz', 'POST', 405],
    ['a route that throws', '/broken', 'GET', 500],
    ['a path that is none', '//', 'GET', 500],
  ])('answers %s with a status', async (_name, path, method, status) => {
    expect(await ask(path, method)).toMatchObject({ status });
  });

  it('starts and stops once, however often it is asked to', async () => {
    const { port } = server;
    await server.start(signal);
    expect(server.port).toBe(port);
    await server.stop();
    await server.stop();
    expect(await rejection(ask('/healthz'))).toHaveProperty('cause.code', 'ECONNREFUSED');
  });

  it('rejects where the port is taken', async () => {
    const second = createHealthServer({ host: '127.0.0.1', port: server.port, health, registry: createRegistry('test', '1') });
    expect(await rejection(second.start(signal))).toMatchObject({ code: 'MCS_USAGE' });
  });
});
