import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type CompletableCommand, completionNodes } from '../../../../src/cli/completion/model.ts';
import { quoteFish, quotePosix } from '../../../../src/cli/completion/quote.ts';
import { renderCompletion, type Shell, SHELLS, shellOf } from '../../../../src/cli/completion/shells.ts';
import { thrown } from '../../../helpers/thrown.ts';

const commands: readonly CompletableCommand[] = [
  {
    id: 'show:all',
    summary: "Everything that's there",
    flags: {
      output: { type: 'option', char: 'o', options: ['json', 'yaml'], summary: 'Form: of the result' },
      context: { type: 'option' },
      kubeconfig: { type: 'option' },
      name: { type: 'option' },
      natt: { type: 'boolean', allowNo: true, summary: 'Expect NAT' },
      secret: { type: 'boolean', hidden: true },
    },
  },
  { id: 'show:services', summary: 'Services' },
  { id: 'join', summary: 'Join', args: { file: { name: 'file' } } },
  { id: 'completion', summary: 'Completion', args: { shell: { name: 'shell', options: ['bash', 'zsh'] } } },
  { id: 'export:service', summary: 'Share', args: { name: { name: 'name' } }, flags: { namespace: { type: 'option', char: 'n' } } },
  { id: 'unexport:service', summary: 'Share no longer', args: { name: { name: 'name' } } },
  { id: 'trace', summary: 'Trace', args: { service: { name: 'service' } }, flags: { from: { type: 'option' } } },
  { id: 'accept', summary: 'Accept', args: { clusterid: { name: 'clusterid' } } },
  { id: 'internal', hidden: true },
];
const nodes = completionNodes(commands, [{ name: 'show', description: 'Show things' }]);
const node = (at: string): (typeof nodes)[number] | undefined => nodes.find((each) => each.at === at);

describe('completionNodes', () => {
  it('has mcs itself, its topics and its commands, without hidden ones', () => {
    expect(nodes.map(({ at }) => at)).toEqual(['', 'accept', 'completion', 'export', 'export service', 'join', 'show', 'show all', 'show services', 'trace', 'unexport', 'unexport service']);
    expect(node('')?.words.filter(({ word }) => /^[js]/.test(word))).toEqual([{ word: 'join', summary: 'Join' }, { word: 'show', summary: 'Show things' }]);
    expect(node('show')?.words.map(({ word }) => word)).toEqual(['all', 'services']);
  });

  it('knows what a flag may be given', () => {
    expect(node('show all')?.flags.map(({ word, short, value }) => [word, short, value])).toEqual([
      ['--output', '-o', ['json', 'yaml']],
      ['--context', undefined, 'context'],
      ['--kubeconfig', undefined, 'file'],
      ['--name', undefined, 'free'],
      ['--natt', undefined, undefined],
      ['--no-natt', undefined, undefined],
      ['--help', undefined, undefined],
    ]);
  });

  it('offers contexts for the ends of a trace', () => {
    expect(node('trace')?.flags[0]).toMatchObject({ word: '--from', value: 'context' });
  });

  it.each([
    ['join', 'file'],
    ['completion', ['bash', 'zsh']],
    ['show all', 'free'],
    ['export service', 'service'],
    ['unexport service', 'export'],
    ['trace', 'shared'],
    ['accept', 'cluster'],
    ['show', undefined],
  ])('knows what the argument of "%s" is', (at, kind) => {
    expect(node(at)?.argument).toEqual(kind);
  });
});

describe('shellOf', () => {
  it.each([
    ['/bin/bash', 'bash'],
    ['/usr/local/bin/zsh', 'zsh'],
    ['fish', 'fish'],
  ])('reads %s as %s', (path, shell) => {
    expect(shellOf(path)).toBe(shell);
  });

  it.each([[undefined], [''], ['/bin/dash']])('throws for %s', (path) => {
    expect(thrown(() => shellOf(path))).toMatchObject({ code: 'MCS_USAGE' });
  });
});

describe('quoting', () => {
  it('keeps quotes and backslashes', () => {
    expect([quotePosix(`it's`), quoteFish(`it's \\`)]).toEqual([String.raw`'it'\''s'`, String.raw`'it\'s \\'`]);
  });
});

const hasShell = (shell: Shell): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

describe.each(SHELLS)('the script for %s', (shell) => {
  const script = renderCompletion(shell, nodes);

  it('names every command, and no hidden one', () => {
    for (const word of ['completion', 'join', 'show', 'services', 'output', 'no-natt']) expect(script).toContain(word);
    expect(script).not.toMatch(/internal|secret/);
  });

  (hasShell(shell) ? it : it.skip)('is free of syntax errors', () => {
    // fish reads no script from its stdin
    const folder = mkdtempSync(join(tmpdir(), 'mcs-completion-'));
    writeFileSync(join(folder, 'script'), script);
    const checked = spawnSync(shell, ['-n', join(folder, 'script')], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(checked).toMatchObject({ status: 0, stderr: '' });
  });
});

(hasShell('bash') ? describe : describe.skip)('completion in bash', () => {
  const complete = (...words: readonly string[]): string[] => {
    const program = 'mcs() { case "$*" in "complete context -- mcs show all --context e") echo east west;; "complete export -- mcs unexport service "*) printf "%s\\n" nginx redis;; esac; }';
    const script = `${program}\n${renderCompletion('bash', nodes)}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mcs; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8', cwd: import.meta.dirname });
    return stdout.split('\n').filter((line) => line !== '');
  };

  it.each([
    [['mcs', ''], ['accept', 'completion', 'export', 'join', 'show', 'trace', 'unexport']],
    [['mcs', 'sh'], ['show']],
    [['mcs', '--v'], ['--version']],
    [['mcs', 'show', ''], ['all', 'services']],
    [['mcs', 'show', 'all', '--n'], ['--name', '--natt', '--no-natt']],
    [['mcs', 'show', 'all', '-o', ''], ['json', 'yaml']],
    [['mcs', 'show', 'all', '--output', '=', 'y'], ['yaml']],
    [['mcs', 'show', 'all', '--output', '='], ['json', 'yaml']],
    [['mcs', 'show', 'all', '--name', ''], []],
    [['mcs', 'show', 'all', '--name', 'show', '--na'], ['--name', '--natt']],
    [['mcs', 'join', 'completion.'], ['completion.test.ts']],
    [['mcs', 'completion', 'b'], ['bash']],
    [['mcs', 'show', 'all', '--context', 'e'], ['east']],
    [['mcs', 'unexport', 'service', ''], ['nginx', 'redis']],
    [['mcs', 'accept', ''], []],
  ])('of %j offers %j', (words, offered) => {
    expect(complete(...words)).toEqual(offered);
  });
});

(hasShell('fish') ? describe : describe.skip)('completion in fish', () => {
  const complete = (line: string): string[] => {
    const program = 'function mcs; switch "$argv"; case "complete context -- mcs show all --context"; echo east; echo west; end; end';
    const { stdout } = spawnSync('fish', ['--no-config', '-c', `${program}\n${renderCompletion('fish', nodes)}\ncomplete -C $argv[1]`, line], { encoding: 'utf8', cwd: import.meta.dirname });
    return stdout.split('\n').filter((each) => each !== '').map((each) => each.split('\t')[0] ?? '').sort();
  };

  it.each([
    ['mcs ', ['accept', 'completion', 'export', 'join', 'show', 'trace', 'unexport']],
    ['mcs sh', ['show']],
    ['mcs show ', ['all', 'services']],
    ['mcs show all --n', ['--name', '--natt', '--no-natt']],
    ['mcs show all -o ', ['json', 'yaml']],
    ['mcs show all --output=y', ['--output=yaml']],
    ['mcs show all --context ', ['east', 'west']],
    ['mcs show all --name show --na', ['--name', '--natt']],
    ['mcs join completion.', ['completion.test.ts']],
    ['mcs completion b', ['bash']],
  ])('of "%s" offers %j', (line, offered) => {
    expect(complete(line)).toEqual(offered);
  });
});

(hasShell('zsh') ? describe : describe.skip)('completion in zsh', () => {
  /** What the script hands to zsh, which then drops what does not begin like the word under the cursor. */
  const offered = (...typed: readonly string[]): string[] => {
    const stubs = `
      compdef() { : }
      compset() { : }
      compadd() { print -l -- "\${@[2,-1]}" }
      _files() { print FILES }
      _describe() { print -l -- "\${(@)\${(P@)@[-1]}%%:*}" }
      mcs() { [[ "$*" == "complete context -- mcs show all --context "* ]] && print -l east west }`;
    const { stdout } = spawnSync('zsh', ['-f', '-c', `${stubs}\n${renderCompletion('zsh', nodes)}\nwords=("$@"); CURRENT=$#; _mcs`, 'zsh', ...typed], { encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line !== '');
  };

  it.each([
    [['mcs', ''], ['accept', 'completion', 'export', 'join', 'show', 'trace', 'unexport']],
    [['mcs', '--v'], ['--help', '--version']],
    [['mcs', 'show', ''], ['all', 'services']],
    [['mcs', 'show', 'all', '-o', ''], ['json', 'yaml']],
    [['mcs', 'show', 'all', '--output=y'], ['json', 'yaml']],
    [['mcs', 'show', 'all', '--context', 'e'], ['east', 'west']],
    [['mcs', 'show', 'all', '--name', ''], []],
    [['mcs', 'join', ''], ['FILES']],
    [['mcs', 'completion', 'b'], ['bash', 'zsh']],
  ])('of %j offers %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });
});
