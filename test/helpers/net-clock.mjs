/** Loaded before a program: its wall clock is wrong by the ms that stand in the file of MCS_TEST_CLOCK, read again at SIGUSR2. Timers run on. */
import { readFileSync } from 'node:fs';

const Right = Date;
let offset = 0;

globalThis.Date = class extends Right {
  static now() {
    return Right.now() + offset;
  }

  constructor(...args) {
    if (args.length === 0) super(Right.now() + offset);
    else super(...args);
  }
};

process.on('SIGUSR2', () => {
  offset = Number(readFileSync(process.env.MCS_TEST_CLOCK, 'utf8'));
});
