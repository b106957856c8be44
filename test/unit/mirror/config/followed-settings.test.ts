import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FollowedSettings } from '../../../../src/mirror/config/followed-settings.ts';
import { parseMirrorFile } from '../../../../src/mirror/config/parse-mirror-file.ts';
import { readerBeside } from '../../../../src/mirror/config/settings-input.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { rejection } from '../../../helpers/thrown.ts';

const INTERVAL_MS = 1_000;
const of = (selector: string, name = 'default'): string => `name: ${name}\nsources: [{name: a, url: "https://a", tokenFile: token, selector: "${selector}"}]`;

describe('FollowedSettings of files', () => {
  let folder: string;
  let clock: FakeClock;
  let taken: string[];
  let refused: string[];
  let followed: FollowedSettings;
  const file = (name: string): string => join(folder, name);
  const follow = (path: string): FollowedSettings =>
    new FollowedSettings({
      make: (readFile) => parseMirrorFile(readFile(path), readerBeside(path, readFile)),
      onSettings: ({ sources: [source] }) => taken.push(`${source?.selection.labelSelector} ${source?.access.kind === 'url' ? source.access.token : ''}`),
      onRefused: (error) => refused.push((error as { details: { path: string } }).details.path),
      clock,
    });
  /** Long enough for a change to be seen and to have stood still. */
  const look = async (): Promise<void> => {
    await clock.advance(INTERVAL_MS);
    await clock.advance(INTERVAL_MS);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mcs-mirror-'));
    writeFileSync(file('mirror.yaml'), of('a=1'));
    writeFileSync(file('token'), 't1');
    clock = new FakeClock();
    taken = [];
    refused = [];
    followed = follow(file('mirror.yaml'));
    await followed.start(new AbortController().signal);
  });
  afterEach(async () => {
    await followed.stop();
    rmSync(folder, { recursive: true });
  });

  it('takes the first ones at the start, and nothing while nothing changes', async () => {
    await look();
    expect(taken).toEqual(['a=1 t1']);
  });

  it('takes a file that is written, and one that another is put in place of', async () => {
    writeFileSync(file('mirror.yaml'), of('a=22'));
    await look();
    writeFileSync(file('new'), of('a=333'));
    renameSync(file('new'), file('mirror.yaml'));
    await look();
    expect(taken).toEqual(['a=1 t1', 'a=22 t1', 'a=333 t1']);
  });

  it('takes a changed file that the configuration names', async () => {
    writeFileSync(file('token'), 'other');
    await look();
    expect(taken).toEqual(['a=1 t1', 'a=1 other']);
  });

  it('does not take a file before it stands still', async () => {
    writeFileSync(file('mirror.yaml'), 'sources: []');
    await clock.advance(INTERVAL_MS);
    writeFileSync(file('mirror.yaml'), of('a=4444'));
    await look();
    expect(taken).toEqual(['a=1 t1', 'a=4444 t1']);
  });

  it('keeps the old ones while the new cannot be used, says so once, and takes the next good ones', async () => {
    writeFileSync(file('mirror.yaml'), 'sources: [{name: a}]');
    await look();
    await look();
    expect(followed.refusal).toContain('sources[0]');
    writeFileSync(file('mirror.yaml'), of('a=5'));
    await look();
    expect({ taken, refused, refusal: followed.refusal }).toEqual({ taken: ['a=1 t1', 'a=5 t1'], refused: ['sources[0]'], refusal: '' });
  });

  it('says that a refusal is over also where the old ones are back', async () => {
    writeFileSync(file('mirror.yaml'), '[');
    await look();
    writeFileSync(file('mirror.yaml'), of('a=1'));
    await look();
    expect(taken).toEqual(['a=1 t1', 'a=1 t1']);
  });

  it('survives a file that is gone for a while', async () => {
    unlinkSync(file('token'));
    await look();
    writeFileSync(file('token'), 'back');
    await look();
    expect({ taken, refused }).toEqual({ taken: ['a=1 t1', 'a=1 back'], refused: ['sources[0].tokenFile'] });
  });

  it('refuses another name: it owns what was written', async () => {
    writeFileSync(file('mirror.yaml'), of('a=1', 'other'));
    await look();
    expect(refused).toEqual(['name']);
  });

  it('sees the turned link of a mounted volume', async () => {
    const version = (name: string, selector: string): void => {
      mkdirSync(file(name));
      writeFileSync(join(file(name), 'mirror.yaml'), of(selector));
      writeFileSync(join(file(name), 'token'), 't');
    };
    version('v1', 'a=1');
    version('v2', 'a=2');
    symlinkSync('v1', file('..data'));
    symlinkSync('..data/mirror.yaml', file('linked.yaml'));
    symlinkSync('..data/token', file('linked-token'));
    taken = [];
    const mounted = follow(file('linked.yaml'));
    await mounted.start(new AbortController().signal);
    symlinkSync('v2', file('..next'));
    renameSync(file('..next'), file('..data'));
    await look();
    await mounted.stop();
    expect(taken.map((line) => line.split(' ')[0])).toEqual(['a=1', 'a=2']);
  });

  it('refuses what is no file: it can be read but once', async () => {
    expect(await rejection(follow('/dev/null').start(new AbortController().signal))).toMatchObject({ message: expect.stringContaining('no regular file') as unknown });
  });

  it('throws at the start what is wrong from the first', async () => {
    writeFileSync(file('broken.yaml'), 'sources: 1');
    expect(await rejection(follow(file('broken.yaml')).start(new AbortController().signal))).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID' });
  });
});
