import { describe, expect, it } from '@jest/globals';
import { AnswerCache } from '../../../src/dns/answer-cache.ts';
import { emptyAnswer } from '../../../src/dns/wire/encode-answer.ts';

const answer = emptyAnswer(0);

describe('AnswerCache', () => {
  it('forgets all questions about a service, and no others', () => {
    const cache = new AnswerCache();
    cache.set('a A', 'shop/a', answer);
    cache.set('a SRV', 'shop/a', answer);
    cache.set('b A', 'shop/b', answer);
    cache.drop('shop/a');
    expect([cache.find('a A'), cache.find('a SRV'), cache.find('b A')]).toEqual([undefined, undefined, answer]);
  });

  it('never holds more than 16,384 answers: the oldest go first', () => {
    const cache = new AnswerCache();
    for (let index = 0; index < 16_390; index += 1) cache.set(`q${index}`, `s${index % 7}`, answer);
    expect(cache.size).toBe(16_384);
    expect([cache.find('q5'), cache.find('q6')]).toEqual([undefined, answer]);
    for (let service = 0; service < 7; service += 1) cache.drop(`s${service}`);
    expect(cache.size).toBe(0);
  });
});
