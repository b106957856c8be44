#!/usr/bin/env node
// Plain JavaScript that Node 18 can parse, so that an old Node gets a message and not a syntax error.
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// as in `mcs show all | head`: a reader that has seen enough is no fault
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const argv = process.argv.slice(2);

/** client-node crashes on import below this version. */
const MINIMUM = [22, 19];

function isNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

/** The words before `--help` or behind `help`; undefined where no help is asked for. */
function findHelpTopic() {
  if (argv.length === 0) return [];
  if (argv[0] === 'help') return argv.slice(1);
  return ['--help', '-h'].includes(argv[argv.length - 1]) ? argv.slice(0, -1) : undefined;
}

/** The file whose text answers this command line; help and version start without loading anything else. */
function findReadyAnswer(dist) {
  if (argv.length === 1 && ['--version', '-v'].includes(argv[0])) return join(dist, 'version.txt');
  const words = findHelpTopic();
  // other words are no command, and must not lead out of the folder
  if (words === undefined || !words.every((word) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(word))) return undefined;
  const file = words.length === 0 ? join(dist, 'help.txt') : `${join(dist, 'help', ...words)}.txt`;
  return existsSync(file) ? file : undefined;
}

function fail(message, hint, code) {
  process.stderr.write(`Error: ${message}\n  Try: ${hint}\n  ${code} (docs/errors.md#${code.toLowerCase()})\n`);
  process.exitCode = 1;
}

/** Runs the same command line on the Node that `npm ci` put into the clone. */
async function runOnOwnNode(node) {
  const { spawn } = await import('node:child_process');
  const child = spawn(node, [fileURLToPath(import.meta.url), ...argv], { stdio: 'inherit' });
  // Ctrl-C reaches the whole process group; the child decides what it means
  const wait = () => undefined;
  process.on('SIGINT', wait);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => fail(`Cannot start ${node}: ${error.message}`, 'npm ci', 'MCS_NODE_TOO_OLD'));
  child.on('exit', (code) => {
    process.exitCode = code === null ? 130 : code;
    process.off('SIGINT', wait);
  });
}

async function main() {
  const dist = join(root, 'dist');
  if (!existsSync(join(dist, 'cli', 'main.js'))) return fail('Cannot run mcs: this clone has not been built', 'npm run build', 'MCS_NOT_BUILT');
  const ready = findReadyAnswer(dist);
  if (ready !== undefined) return void process.stdout.write(readFileSync(ready, 'utf8'));
  if (!isNewEnough()) {
    const own = join(root, 'node_modules', '.bin', 'node');
    if (existsSync(own) && process.env.MCS_OWN_NODE !== '1') {
      process.env.MCS_OWN_NODE = '1';
      return runOnOwnNode(own);
    }
    return fail(`Cannot run on Node.js ${process.versions.node}: ${MINIMUM.join('.')} or newer is needed`, 'Install Node.js 24 from https://nodejs.org', 'MCS_NODE_TOO_OLD');
  }
  if (typeof nodeModule.enableCompileCache === 'function') nodeModule.enableCompileCache();
  const { main: runMain } = await import(pathToFileURL(join(dist, 'cli', 'main.js')).href);
  await runMain(argv, root);
}

await main();
