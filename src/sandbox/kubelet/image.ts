/** Name component by which our own image is known, whatever the registry, tag or digest. */
const OWN_IMAGE = 'mcs';

/** Whether an image reference means our own image, which the sandbox runs as a local process. */
export function isOwnImage(reference: string): boolean {
  const path = reference.split('@')[0]?.split('/').at(-1) ?? '';
  return path.split(':')[0] === OWN_IMAGE && reference.includes('/');
}

/** Where the image has the package. */
const APP_ROOT = '/app/';

/**
 * The local command line of a container of our own image: `node /app/dist/agents/x.js` becomes the
 * script below `packageRoot`. Undefined for a command that does not start one of our scripts.
 */
export function localArguments(command: readonly string[], packageRoot: string): readonly string[] | undefined {
  const [program, script, ...rest] = command;
  if (program !== 'node' || script?.startsWith(APP_ROOT) !== true || script.includes('..')) return undefined;
  return [`${packageRoot}/${script.slice(APP_ROOT.length)}`, ...rest];
}
