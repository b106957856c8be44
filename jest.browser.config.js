import base from './jest.config.js';

/** Tests in a browser, one after the other: it wants most of the machine for itself. */
export default { ...base, testMatch: ['<rootDir>/test/browser/**/*.test.ts'], maxWorkers: 1, testTimeout: 120_000 };
