import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../src/base/clock.ts';
import { answerTo } from '../../../../src/probe/echo-packet.ts';
import { measureEcho } from '../../../../src/probe/paths/measure-echo.ts';

describe('measureEcho', () => {
  it('counts answers, each once, and gives their mean time', async () => {
    let heard = 0;
    const server = createSocket('udp4', (packet, { address, port }) => {
      const answer = answerTo(packet);
      heard += 1;
      // every second one gets lost, the others come twice
      if (answer !== undefined && heard % 2 === 0) for (let count = 0; count < 2; count += 1) server.send(answer, port, address);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    const answer = await measureEcho({ host: '127.0.0.1', port }, 0, systemClock);
    server.close();
    expect(answer).toMatchObject({ host: '127.0.0.1', port, sent: 10, received: 5 });
    expect(answer.medianMs).toBeGreaterThanOrEqual(0);
  });
});
