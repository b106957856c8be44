import type { Secret } from '../api/types/index.ts';
import { caPins } from '../base/pin.ts';
import { renewalTime } from '../base/renewal-timer.ts';
import { readCredential } from '../broker-info/index.ts';
import type { CredentialState } from './cluster-state.ts';

/** `overdue`: half of the time between renewal and expiry has passed without a renewal. */
export type CredentialHealth = 'valid' | 'overdue' | 'expired' | 'unreadable';

function findPins(ca: string): string[] {
  try {
    return caPins(ca);
  } catch {
    return []; // damaged: the controller cannot connect with it either, and says so
  }
}

/** What may be shown of Secret `mcs-broker`. Times are empty where the Secret is damaged. */
export function describeCredential(secret: Secret): CredentialState {
  const text = (key: string): string => Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  const credential = readCredential(secret);
  const renewsAt = credential === undefined ? '' : new Date(renewalTime(credential)).toISOString();
  return { server: text('server'), issuedAt: text('issuedAt'), expiresAt: text('expiresAt'), renewsAt, caPins: findPins(text('ca')) };
}

export function judgeCredential({ renewsAt, expiresAt }: Pick<CredentialState, 'renewsAt' | 'expiresAt'>, now: number): CredentialHealth {
  const [due, end] = [Date.parse(renewsAt), Date.parse(expiresAt)];
  if (Number.isNaN(due) || Number.isNaN(end)) return 'unreadable';
  if (end <= now) return 'expired';
  return now > (due + end) / 2 ? 'overdue' : 'valid';
}
