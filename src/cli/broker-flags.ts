import { Flags } from '@oclif/core';
import { BROKER_NAMESPACE } from '../api/names.ts';
import { McsError } from '../base/errors.ts';
import { parseDuration } from './duration.ts';

/** Which broker, in the cluster of the context. */
export const brokerFlags = {
  namespace: Flags.string({ char: 'n', default: BROKER_NAMESPACE, summary: 'Namespace of the broker' }),
};

/** How new broker-info files are made. */
export const infoFileFlags = {
  'broker-url': Flags.string({ summary: 'Address under which members reach the broker (default: as published by deploy-broker)' }),
  ttl: Flags.string({ default: '24h', aliases: ['token-ttl'], summary: 'How long clusters can join with the file, as in 10m or 7d' }),
};

export interface UsesFlagValues {
  readonly uses?: number | undefined;
  readonly 'single-use': boolean;
}

/** Throws MCS_USAGE where both are given and differ. */
export function maxUsesOf({ uses, 'single-use': isSingle }: UsesFlagValues): { maxUses?: number } {
  if (isSingle && uses !== undefined && uses !== 1) throw new McsError('MCS_USAGE', `Cannot use --single-use with --uses ${uses}: they say different things`, { hints: ['--single-use', `--uses ${uses}`] });
  const maxUses = isSingle ? 1 : uses;
  return maxUses === undefined ? {} : { maxUses };
}

export function secondsOf(duration: string): number {
  return Math.round(parseDuration(duration) / 1000);
}
