import { describe, expect, it } from '@jest/globals';
import { MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Secret } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { type MemberCredential, readCredential } from '../../../src/broker-info/member-credential.ts';
import { CredentialKeeper } from '../../../src/controller/credential-keeper.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';
import { createTestAuthority } from '../../helpers/test-certificates.ts';

const DAY = 24 * 3_600_000;
const LIFE = 6 * DAY;

interface Trial {
  readonly clock: FakeClock;
  readonly keeper: CredentialKeeper;
  /** Times of the requests for a token, in days. */
  readonly asked: number[];
  readonly seen: (string | undefined)[];
  /** Reasons of the Events, each thing once. */
  readonly troubles: () => string[];
  readonly stored: () => Promise<MemberCredential | undefined>;
  readonly setAnswering: (isAnswering: boolean) => void;
  /** What happens between the request for a token and its answer. */
  readonly answers: { whileAsked: () => Promise<void> };
  readonly secret: Secret;
  readonly user: KubeClient;
}

async function trial({ random = (): number => 1, skewMs = 0 } = {}): Promise<Trial> {
  const clock = new FakeClock();
  const user = createMemoryClient({ now: () => clock.now() });
  const encode = (fields: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  const issuedAt = new Date(clock.now()).toISOString();
  const expiresAt = new Date(clock.now() + LIFE).toISOString();
  const data = encode({ server: 'https://broker', ca: '', namespace: 'broker', clusterID: 'east', token: 'first', issuedAt, expiresAt });
  const secret = await user.create(resources.secrets, { metadata: { name: MEMBER_BROKER_SECRET, namespace: MEMBER_NAMESPACE }, data });
  const asked: number[] = [];
  const seen: (string | undefined)[] = [];
  const troubles: string[] = [];
  let isAnswering = true;
  const answers = { whileAsked: (): Promise<void> => Promise.resolve() };
  const createToken: KubeClient['createToken'] = async (_account, _namespace, { expirationSeconds }) => {
    asked.push((clock.now() - Date.parse(issuedAt)) / DAY);
    if (!isAnswering) throw new Error('the broker is away');
    await answers.whileAsked();
    return { token: `token-${asked.length}`, expirationTimestamp: new Date(clock.now() + expirationSeconds * 1_000 + skewMs).toISOString() };
  };
  const keeper = new CredentialKeeper({
    localClient: user,
    memberNamespace: MEMBER_NAMESPACE,
    lifeSeconds: LIFE / 1_000,
    brokerClient: () => ({ ...user, createToken }),
    onChange: (credential) => seen.push(credential?.token),
    onTrouble: (_secret, reason) => troubles.push(reason),
    clock,
    random,
    logger: silentLogger,
  });
  const stored = async (): Promise<MemberCredential | undefined> => readCredential(await user.get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE));
  const setAnswering = (value: boolean): void => {
    isAnswering = value;
  };
  return { clock, keeper, asked, seen, troubles: () => [...new Set(troubles)], stored, setAnswering, answers, secret, user };
}

describe('CredentialKeeper', () => {
  it('renews at a third of the life, again and again, and stores what it got', async () => {
    const { clock, keeper, asked, seen, stored, secret } = await trial();
    keeper.update(secret);
    await clock.advance(2 * DAY - 1);
    expect(asked).toEqual([]);
    await clock.advance(1);
    await clock.advance(0); // the Secret is written meanwhile
    await clock.advance(2 * DAY);
    await clock.advance(0);
    expect(asked).toEqual([2, 4]);
    expect(seen).toEqual(['first', 'token-1', 'token-2']);
    expect(await stored()).toMatchObject({ token: 'token-2', clusterID: 'east', expiresAt: clock.now() + LIFE });
    keeper.stop();
  });

  it('tries again with growing delays while the broker is away, and shows when the credential lapses', async () => {
    const { clock, keeper, asked, setAnswering, secret } = await trial();
    setAnswering(false);
    keeper.update(secret);
    await clock.advance(2 * DAY + 3_600_000);
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.length).toBeLessThan(25);
    expect(keeper.state).toBe('valid');
    await clock.advance(4 * DAY);
    expect(keeper.state).toBe('expired');
    setAnswering(true);
    await clock.advance(300_000);
    expect(keeper.state).toBe('valid');
    keeper.stop();
  });

  it('spreads the renewals of members that joined together, always before a third of the life has passed', async () => {
    const { clock, keeper, asked, secret } = await trial({ random: () => 0 });
    keeper.update(secret);
    await clock.advance(2 * DAY - LIFE / 30 - 1);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(asked).toHaveLength(1);
    keeper.stop();
  });

  it('does not renew without pause where the clock of the broker is far behind', async () => {
    const { clock, keeper, asked, secret } = await trial({ skewMs: -LIFE });
    keeper.update(secret);
    await clock.advance(2 * DAY);
    for (let second = 0; second < 60; second += 1) await clock.advance(1_000);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThan(5);
    keeper.stop();
  });

  it('tells by Events that the credential is not renewed, and then that it has lapsed', async () => {
    const { clock, keeper, setAnswering, secret, troubles } = await trial();
    setAnswering(false);
    keeper.update(secret);
    await clock.advance(3 * DAY);
    expect(troubles()).toEqual([]);
    await clock.advance(DAY + 600_000);
    expect(troubles()).toEqual(['CredentialNotRenewed']);
    await clock.advance(2 * DAY);
    expect(troubles()).toEqual(['CredentialNotRenewed', 'CredentialExpired']);
    keeper.stop();
  });

  it('takes other authorities into the Secret, and nothing else', async () => {
    const { keeper, secret, stored } = await trial();
    keeper.update(secret);
    const { ca } = createTestAuthority();
    await keeper.trust(ca, '');
    expect(await stored()).toMatchObject({ ca, token: 'first' });
    expect(keeper.credential?.ca).toBe(ca);
    keeper.stop();
  });

  it('takes up the credential of a new join at once, and plans by its life', async () => {
    const { clock, keeper, asked, seen, secret, user } = await trial();
    keeper.update(secret);
    await clock.advance(DAY);
    const issuedAt = Buffer.from(new Date(clock.now()).toISOString()).toString('base64');
    const expiresAt = Buffer.from(new Date(clock.now() + 3 * DAY).toISOString()).toString('base64');
    const patch = { data: { token: Buffer.from('joined').toString('base64'), issuedAt, expiresAt } };
    keeper.update(await user.patch(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, 'application/merge-patch+json', patch));
    expect(seen).toEqual(['first', 'joined']);
    await clock.advance(DAY);
    expect(asked).toEqual([2]);
    keeper.stop();
  });

  it('never overwrites the credential of a join that came during a renewal', async () => {
    const { clock, keeper, stored, secret, user } = await trial();
    keeper.update(secret);
    const patch = { data: { token: Buffer.from('joined').toString('base64') } };
    await user.patch(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, 'application/merge-patch+json', patch); // its event has not come yet
    await clock.advance(2 * DAY);
    expect((await stored())?.token).toBe('joined');
    keeper.stop();
  });

  it('drops a renewed token if the credential of a join was taken up while it was asked for', async () => {
    const { clock, keeper, stored, secret, user, answers } = await trial();
    keeper.update(secret);
    answers.whileAsked = async (): Promise<void> => {
      const patch = { data: { token: Buffer.from('joined').toString('base64') } };
      keeper.update(await user.patch(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, 'application/merge-patch+json', patch));
    };
    await clock.advance(2 * DAY);
    await clock.advance(0);
    expect((await stored())?.token).toBe('joined');
    expect(keeper.credential?.token).toBe('joined');
    keeper.stop();
  });

  it('takes no authorities for a broker that is not the one they were proven for', async () => {
    const { keeper, secret, stored } = await trial();
    keeper.update(secret);
    await expect(keeper.trust(createTestAuthority().ca, createTestAuthority().ca)).rejects.toThrow('has changed meanwhile');
    expect((await stored())?.ca).toBe('');
    keeper.stop();
  });

  it('tells that there is no credential, and that it is gone', async () => {
    const { keeper, seen, secret } = await trial();
    keeper.update(undefined);
    expect(keeper.state).toBe('missing');
    keeper.update(secret);
    keeper.update(undefined);
    expect(keeper.state).toBe('missing');
    expect(seen).toEqual([undefined, 'first', undefined]);
  });

  it('leaves no timer behind', async () => {
    const { clock, keeper, secret } = await trial();
    keeper.update(secret);
    keeper.stop();
    expect(clock.pending).toBe(0);
  });
});
