import { describe, expect, it } from '@jest/globals';
import { createHealth } from '../../../src/base/health.ts';

describe('createHealth', () => {
  it('is ready when every named condition has been met', () => {
    const health = createHealth(['listed', 'listening']);
    const states = [health.isReady];
    health.set('listed', true);
    states.push(health.isReady);
    health.set('listening', true);
    states.push(health.isReady);
    health.set('listed', false, 'watch lost');
    states.push(health.isReady);
    expect(states).toEqual([false, false, true, false]);
  });

  it('is ready without conditions', () => {
    expect(createHealth([]).isReady).toBe(true);
  });

  it('asks for observed conditions each time', () => {
    const health = createHealth(['lag']);
    let lag = 0;
    health.observe('lag', () => ({ isMet: lag < 5, detail: `${lag} s` }));
    expect([health.isReady, health.describe()]).toEqual([true, '[+]lag 0 s']);
    lag = 9;
    expect([health.isReady, health.describe()]).toEqual([false, '[-]lag 9 s']);
  });

  it('describes a line per condition', () => {
    const health = createHealth(['listed', 'listening']);
    health.set('listening', true);
    expect(health.describe()).toBe('[-]listed not yet\n[+]listening');
  });
});
