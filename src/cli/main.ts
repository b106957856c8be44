import { Config, run, settings } from '@oclif/core';
import { McsError } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';
import { type FlagShapes, normalizeArgv } from './argv.ts';
import { findNotBuilt } from './not-built.ts';
import { errorFormatOf, printError } from './print-error.ts';
import { selfCommand } from './self-command.ts';

const write = {
  out: (text: string): void => void process.stdout.write(text),
  err: (text: string): void => void process.stderr.write(text),
};

/** Runs the command line; sets process.exitCode and never throws. `root` is the package's folder. */
export async function main(argv: readonly string[], root: string): Promise<void> {
  settings.enableAutoTranspile = false; // dist is what runs, also beside a tsconfig.json
  try {
    const config = await Config.load({ root });
    const words = helpWordsFirst(argv);
    const id = findCommandId(words, config);
    const flags = id === undefined ? {} : ((config.findCommand(id)?.flags ?? {}) as FlagShapes);
    await run(normalizeArgv(words, flags), config);
  } catch (error) {
    const self = selfCommand({ binPath: process.argv[1] ?? '', packageRoot: root, cwd: process.cwd() });
    process.exitCode = await printError(error, errorFormatOf(argv), { ...write, self });
  }
}

/** `help show all` as `show all --help`: oclif has no command of that name. */
function helpWordsFirst(argv: readonly string[]): readonly string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
}

/**
 * The id of the command that an argv names; undefined for help, the version and topics. Throws
 * MCS_UNKNOWN_COMMAND and MCS_FLAG_NOT_BUILT.
 */
function findCommandId(argv: readonly string[], config: Config): string | undefined {
  const firstFlag = argv.findIndex((word) => word.startsWith('-'));
  const words = firstFlag < 0 ? argv : argv.slice(0, firstFlag);
  const ids = words.map((_, index) => words.slice(0, words.length - index).join(':'));
  const known = ids.find((id) => config.findCommand(id) !== undefined);
  if (known !== undefined || words.length === 0) return known;
  const topic = ids.find((id) => config.findTopic(id) !== undefined);
  if (topic !== undefined && topic === ids[0]) return undefined; // oclif shows the help of the topic
  const notBuilt = findNotBuilt(words[0] ?? '');
  if (notBuilt !== undefined) throw notBuilt;
  throw unknownCommand(words, config);
}

function unknownCommand(words: readonly string[], config: Config): McsError {
  const names = config.commands.map(({ id }) => id.replaceAll(':', ' '));
  const topic = words[0] ?? '';
  const nearest = nearestName(words.slice(0, 2).join(' '), names) ?? nearestName(topic, names);
  const help = config.findTopic(topic) === undefined ? `${config.bin} --help` : `${config.bin} ${topic} --help`;
  return new McsError('MCS_UNKNOWN_COMMAND', `Cannot run "${config.bin} ${words.join(' ')}": there is no such command`, {
    hints: [nearest === undefined ? help : `${config.bin} ${nearest}`],
  });
}
