import { Flags } from '@oclif/core';
import { isDnsLabel } from '../api/names.ts';
import { McsError } from '../base/errors.ts';
import { stateDir } from '../base/user-dirs.ts';
import { type SandboxPlace, sandboxPlace } from '../sandbox/background/state.ts';
import { BaseCommand } from './base-command.ts';

export const sandboxFlags = {
  name: Flags.string({ default: 'default', summary: 'Which sandbox; several may run side by side' }),
};

/** What the sandbox commands share: where a sandbox has its files. */
export abstract class SandboxCommand extends BaseCommand {
  protected place(name: string): SandboxPlace {
    if (!isDnsLabel(name)) throw new McsError('MCS_USAGE', `Cannot use the sandbox name "${name}": it is no DNS label`, { hints: ['Use a-z, 0-9 and "-", at most 63 of them'] });
    return sandboxPlace(stateDir(process.env), name);
  }

  /** `mcs sandbox down`, with the name where it is not the default. */
  protected commandFor(verb: 'up' | 'down' | 'status', name: string): string {
    return `mcs sandbox ${verb}${name === 'default' ? '' : ` --name ${name}`}`;
  }
}
