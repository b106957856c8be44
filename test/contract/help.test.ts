import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { renderRootHelp } from '../../src/cli/root-help.ts';
import { parseAs, readManifest, root, runLines, splitCommandLine } from '../helpers/built-program.ts';
import type { FinishedLine } from '../helpers/run-lines.ts';

// what is snapshot here is the contract that scripts rely on: commands, flags, values and defaults
const manifest = readManifest();
const ids = Object.keys(manifest).sort();
const commands = ids.map((id) => ({ ...manifest[id], id }));
const words = (id: string): string[] => id.split(':');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const helpFile = (id: string): string => readFileSync(join(root, 'dist', ...(id === '' ? ['help.txt'] : ['help', `${id.replaceAll(':', '/')}.txt`])), 'utf8');

describe('the build', () => {
  it('knows every command of src/commands, and no other (npm run build)', () => {
    const sources = readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    expect(ids).toEqual(sources.map((name) => name.slice(0, -'.ts'.length).replaceAll('/', ':')).sort());
  });

  it('has the root help in the texts that the bin prints', () => {
    expect(helpFile('')).toBe(`${renderRootHelp('mcs', version, Object.values(manifest))}\n`);
  });
});

describe.each(commands)('mcs $id', ({ id, summary = '', description = '', examples = [] }) => {
  it('has summary and description', () => {
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
    expect(description).toMatch(/^[A-Z][^]*\S$/);
  });

  it('has examples that its own flags accept', async () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const named = splitCommandLine(example.replace('<%= config.bin %>', 'mcs'), ids);
      expect(named.id).toBe(id);
      await parseAs(id, named.argv);
    }
  });

  it('keeps its help', () => {
    expect(helpFile(id)).toMatchSnapshot();
  });
});

describe('the built program', () => {
  const topics = [...new Set(ids.flatMap((id) => words(id).slice(0, -1).map((_word, index, all) => all.slice(0, index + 1).join(':'))))];
  let help: FinishedLine[];
  let refused: FinishedLine[];
  beforeAll(async () => {
    help = await runLines([['--help'], ['help'], [], ...[...ids, ...topics].map((id) => [...words(id), '--help'])]);
    refused = await runLines(ids.map((id) => [...words(id), '--bogus', '--output=json']));
  }, 60_000);

  it('prints the same help through oclif as the bin does from its files', () => {
    expect(help.map(({ stdout }) => stdout)).toEqual([...['', '', ''], ...ids, ...topics].map(helpFile));
    expect(help.every(({ exitCode, stderr }) => exitCode === 0 && stderr === '')).toBe(true);
  });

  it('refuses an unknown flag in every command, with nothing but the error as JSON', () => {
    const outcomes = refused.map(({ stdout, stderr, exitCode }) => ({ ...(JSON.parse(stdout) as object), stderr, exitCode }));
    expect(outcomes).toEqual(
      ids.map((id) => ({
        error: { code: 'MCS_USAGE', message: expect.stringMatching(`^Cannot run "mcs ${id.replaceAll(':', ' ')}": Nonexistent flags?: --bogus`), hints: [`mcs ${id.replaceAll(':', ' ')} --help`], exitCode: 2 },
        stderr: '',
        exitCode: 2,
      })),
    );
  });

  it('refuses an unknown flag without -o on stderr', async () => {
    const [finished] = await runLines([['show', 'all', '--bogus']]);
    expect(finished).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/^Error: .*--bogus\n.*\n {2}MCS_USAGE \(docs\/errors\.md#mcs_usage\)\n$/) });
  });

  it('refuses unknown commands, and names the nearest', async () => {
    const finished = await runLines([['jion'], ['show', 'everything'], ['shwo', 'all'], ['nonsense', '-o', 'json'], ['cloud'], ['help', 'jion'], ['jion', '--help']]);
    expect(finished.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2, 2, 2, 2]);
    for (const index of [0, 5, 6]) expect(finished[index]?.stderr).toMatch(/Try: .*\bjoin\n.*MCS_UNKNOWN_COMMAND/);
    expect(finished[1]?.stderr).toMatch(/"mcs show everything": there is no such command/);
    expect(finished[2]?.stderr).toMatch(/Try: .*\bshow all\n/);
    expect(JSON.parse(finished[3]?.stdout ?? '')).toEqual({ error: { code: 'MCS_UNKNOWN_COMMAND', message: expect.any(String), hints: ['mcs --help'], exitCode: 2 } });
    expect(finished[4]?.stderr).toMatch(/open the ports of the gateways.*\n.*\n.*MCS_FLAG_NOT_BUILT/);
  });

  it('says what is missing where there is no kubeconfig', async () => {
    const [finished] = await runLines([['show', 'all', '-o', 'json']]);
    expect(finished).toMatchObject({ exitCode: 2, stderr: '' });
    expect(JSON.parse(finished?.stdout ?? '')).toMatchObject({ error: { code: 'MCS_NO_KUBECONFIG' } });
  });

  it('prints a completion script that has every command that is not hidden', async () => {
    const [finished] = await runLines([['completion']]);
    expect(finished).toMatchObject({ exitCode: 0, stderr: '' });
    for (const id of ids.filter((each) => manifest[each]?.hidden !== true)) expect(finished?.stdout).toContain(`'${id.replaceAll(':', ' ')}'`);
  });

  it('has a text for no other command', () => {
    expect(existsSync(join(root, 'dist/help/help.txt'))).toBe(false);
  });
});
