/** Name component by which our own image is known, whatever the registry, tag or digest. */
const OWN_IMAGE = 'mcs';

/** Whether an image reference means our own image, which the sandbox runs as a local process. */
export function isOwnImage(reference: string): boolean {
  const path = reference.split('@')[0]?.split('/').at(-1) ?? '';
  return path.split(':')[0] === OWN_IMAGE && reference.includes('/');
}

/** Where the image has the package. */
const APP_ROOT = '/app/';

/** Options of Node that size its memory; others could have it run something else. */
const SIZE_OPTION = /^--[\w-]+=\d+$/;

/**
 * The local command line of a container of our own image: `node --size=2 /app/dist/agents/x.js` becomes
 * the options and the script below `packageRoot`. Undefined for a command that does not start one of our scripts.
 */
export function localArguments(command: readonly string[], packageRoot: string): readonly string[] | undefined {
  const [program, ...args] = command;
  const at = args.findIndex((arg) => !SIZE_OPTION.test(arg));
  const script = args[at];
  if (program !== 'node' || script?.startsWith(APP_ROOT) !== true || script.includes('..')) return undefined;
  return [...args.slice(0, at), `${packageRoot}/${script.slice(APP_ROOT.length)}`, ...args.slice(at + 1)];
}
