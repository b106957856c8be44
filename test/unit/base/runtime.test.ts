import { describe, expect, it } from '@jest/globals';
import { readRuntime, sandboxPort } from '../../../src/base/runtime.ts';

describe('sandboxPort', () => {
  it.each([
    [53, 10_053],
    [1023, 11_023],
    [1024, 1024],
    [8080, 8080],
    [0, 0],
  ])('of %s is %s', (port, mapped) => {
    expect(sandboxPort(port)).toBe(mapped);
  });
});

describe('readRuntime', () => {
  it.each([
    ['without MCS_SIMULATED', {}],
    ['with another value of it', { MCS_SIMULATED: 'true', MCS_SIMULATED_ROOT: '/r', POD_IP: '10.0.0.1' }],
  ])('is a container %s', (_name, env) => {
    const runtime = readRuntime(env);
    expect([runtime.simulated, runtime.mounted('/etc/x'), runtime.listenHost, runtime.listenPort(53)]).toEqual([false, '/etc/x', '::', 53]);
  });

  it('is a process of the sandbox with MCS_SIMULATED=1', () => {
    const runtime = readRuntime({ MCS_SIMULATED: '1', MCS_SIMULATED_ROOT: '/r', POD_IP: '127.40.64.2' });
    expect([runtime.simulated, runtime.mounted('/etc/x'), runtime.listenHost, runtime.listenPort(53)]).toEqual([true, '/r/etc/x', '127.40.64.2', 10_053]);
  });
});
