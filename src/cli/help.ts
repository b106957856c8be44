import { CommandHelp, Help } from '@oclif/core';
import { renderRootHelp } from './root-help.ts';

/** oclif's help of a command, without the summary a second time: it is the first line already. */
class McsCommandHelp extends CommandHelp {
  protected override description(): string | undefined {
    const { description } = this.command;
    return description === undefined ? undefined : this.wrap(description);
  }
}

/** oclif's help, with the commands of the root help in groups. */
export default class McsHelp extends Help {
  protected override CommandHelpClass = McsCommandHelp;

  protected override showRootHelp(): Promise<void> {
    this.log(renderRootHelp(this.config.bin, this.config.version, this.config.commands));
    return Promise.resolve();
  }
}
