import { Help } from '@oclif/core';
import { renderRootHelp } from './root-help.ts';

/** oclif's help, with the commands of the root help in groups. */
export default class McsHelp extends Help {
  protected override showRootHelp(): Promise<void> {
    this.log(renderRootHelp(this.config.bin, this.config.version, this.config.commands));
    return Promise.resolve();
  }
}
