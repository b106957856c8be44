import { homedir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { configDir } from '../../../src/base/user-dirs.ts';

describe('configDir', () => {
  it.each([
    ['XDG_CONFIG_HOME', { XDG_CONFIG_HOME: '/x/config', HOME: '/home/me' }, '/x/config'],
    ['~/.config without it', { HOME: '/home/me' }, '/home/me/.config'],
    ['~/.config where it is empty', { XDG_CONFIG_HOME: '', HOME: '/home/me' }, '/home/me/.config'],
    ['~/.config where it is relative, as the XDG specification asks', { XDG_CONFIG_HOME: 'config', HOME: '/home/me' }, '/home/me/.config'],
    ["the system's home without HOME", {}, `${homedir()}/.config`],
  ])('is %s', (_name, env, expected) => {
    expect(configDir(env)).toBe(expected);
  });
});
