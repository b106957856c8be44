import { Command } from '@oclif/core';
import { setMaxListeners } from 'node:events';
import { McsError } from '../base/errors.ts';
import type { TaskRunner } from '../base/tasks.ts';
import type { OutputFormat } from './flags.ts';
import { toUsageError } from './parse-error.ts';
import { formatSections, type Section } from './sections.ts';
import { asTyped, selfCommand } from './self-command.ts';
import { createListrTaskRunner, createPlainTaskRunner } from './task-runner.ts';
import { describeTerminal, type Terminal } from './terminal.ts';

/** How a result is shown to people; JSON and YAML are printed from the result itself. */
export interface Presentation {
  readonly table: () => string;
  readonly short?: () => string;
}

/**
 * What every command shares: results on stdout, everything else on stderr, one AbortSignal for
 * Ctrl-C, and errors that leave in one place (`main`), where they are printed.
 */
export abstract class BaseCommand extends Command {
  readonly #stop = new AbortController();
  readonly #interrupt = (): void => {
    // the second Ctrl-C does not wait for anything
    if (this.#stop.signal.aborted) process.exit(130);
    this.#stop.abort(this.interruption());
  };

  protected readonly terminal: Terminal = describeTerminal(process.env, {
    stdin: process.stdin.isTTY,
    stdout: process.stdout.isTTY,
    stderr: process.stderr.isTTY,
    columns: process.stdout.columns,
  });

  /** A reader that has gone, as `head` does, ends what would go on writing for ever. */
  readonly #unread = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE' && !this.#stop.signal.aborted) this.#stop.abort(new McsError('MCS_INTERRUPTED', 'Stopped: nobody reads the output any more'));
  };

  /** What Ctrl-C means to this command. */
  protected interruption(): McsError {
    return new McsError('MCS_INTERRUPTED', 'Stopped before the end');
  }

  /** Aborted by SIGINT and SIGTERM. */
  protected get signal(): AbortSignal {
    return this.#stop.signal;
  }

  protected get tasks(): TaskRunner {
    return this.terminal.canRedraw ? createListrTaskRunner(process.stderr) : createPlainTaskRunner((line) => { this.note(line); });
  }

  /** Name and version as in `package.json`. */
  protected get version(): string {
    return this.config.version;
  }

  protected override async init(): Promise<void> {
    await super.init();
    setMaxListeners(0, this.#stop.signal); // every request in flight listens to it
    process.on('SIGINT', this.#interrupt);
    process.on('SIGTERM', this.#interrupt);
    process.stdout.on('error', this.#unread);
  }

  protected override finally(): Promise<void> {
    process.off('SIGINT', this.#interrupt);
    process.off('SIGTERM', this.#interrupt);
    process.stdout.off('error', this.#unread);
    return Promise.resolve();
  }

  protected override catch(error: Error): Promise<never> {
    const thrown = this.#stop.signal.aborted ? (this.#stop.signal.reason as Error) : toUsageError(error, (this.id ?? '').replaceAll(':', ' '));
    return Promise.reject(thrown);
  }

  /** Prints a result on stdout in the asked form. */
  protected async present(result: unknown, format: OutputFormat, { table, short = table }: Presentation): Promise<void> {
    if (format === 'json') process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    else if (format === 'yaml') process.stdout.write((await import('../base/yaml.ts')).stringify(result));
    else {
      const text = format === 'short' ? short() : table();
      if (text !== '') process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    }
  }

  /** Prints a result on stdout, for people as tables that fit their terminal; `short` leaves empty ones out. */
  protected presentSections(result: unknown, format: OutputFormat, sections: readonly Section[]): Promise<void> {
    const { width } = this.terminal;
    return this.present(result, format, { table: () => formatSections(sections, width), short: () => formatSections(sections.filter(({ rows }) => rows.length > 0), width) });
  }

  /** A line for the person, beside the result. */
  protected note(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** A command that is written as `mcs ...`, as it works in this shell. */
  protected asTyped(command: string): string {
    return asTyped(command, selfCommand({ binPath: process.argv[1] ?? '', packageRoot: this.config.root, cwd: process.cwd() }));
  }

  /** Says what to type next. */
  protected next(...commands: readonly string[]): void {
    for (const [index, command] of commands.entries()) this.note(`${index === 0 ? 'Next: ' : '      '}${this.asTyped(command)}`);
  }

  /** Asks yes or no. Throws MCS_INPUT_NEEDED, naming the flag, where nobody can answer. */
  protected async confirm(question: string, flag: string): Promise<boolean> {
    this.#requireTerminal(question, flag);
    const { default: inquirer } = await import('inquirer');
    const { answer } = await inquirer.prompt<{ answer: boolean }>([{ type: 'confirm', name: 'answer', message: question, default: false }]);
    return answer;
  }

  /** Asks for a text; `isSecret` hides what is typed. */
  protected async ask(question: string, flag: string, isSecret = false): Promise<string> {
    this.#requireTerminal(question, flag);
    const { default: inquirer } = await import('inquirer');
    const { answer } = await inquirer.prompt<{ answer: string }>([{ type: isSecret ? 'password' : 'input', name: 'answer', message: question }]);
    return answer;
  }

  #requireTerminal(question: string, flag: string): void {
    if (this.terminal.canAsk) return;
    throw new McsError('MCS_INPUT_NEEDED', `Cannot ask "${question}": there is no terminal`, { hints: [`Give ${flag}`] });
  }
}
