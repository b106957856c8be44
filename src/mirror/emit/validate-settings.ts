import { parseLabelSelector } from '../../api/selectors.ts';
import { errorMessage, McsError } from '../../base/errors.ts';
import type { EmitterSettings } from './settings.ts';

/** Throws MCS_USAGE for an emitter that everybody could read without that being said, that has no port, or that selects by what is no selector. */
export function validateEmitterSettings({ authentication, insecure, labelSelector, maxWatches, secure }: EmitterSettings): void {
  const { anonymous, clientCaFile, tokenFiles } = authentication;
  if (!anonymous && tokenFiles.length === 0 && clientCaFile === undefined) {
    throw new McsError('MCS_USAGE', 'Cannot run the emitter: nothing says who may read it', {
      hints: ['--token-file <file>   # bearer tokens, one a line', '--client-ca-file <file>   # client certificates of these authorities', '--anonymous   # whoever reaches its port'],
    });
  }
  if (secure === undefined && insecure === undefined) throw new McsError('MCS_USAGE', 'Cannot run the emitter: both of its ports are off', { hints: ['--secure-port 6443', '--insecure-port 8080'] });
  if (!anonymous && tokenFiles.length === 0 && secure === undefined) {
    throw new McsError('MCS_USAGE', 'Cannot run the emitter: client certificates need its HTTPS port, which is off', { hints: ['--secure-port 6443', '--token-file <file>'] });
  }
  if (!Number.isInteger(maxWatches) || maxWatches < 1) throw new McsError('MCS_USAGE', `Cannot run the emitter: ${maxWatches} is no number of watches`, { hints: ['--max-watches 1000'] });
  validateSelector(labelSelector);
}

function validateSelector(selector: string): void {
  try {
    parseLabelSelector(selector);
  } catch (error) {
    throw new McsError('MCS_USAGE', `Cannot use --selector "${selector}": ${errorMessage(error)}`, { hints: ["--selector 'app in (a,b),tier=web'"], cause: error });
  }
}
