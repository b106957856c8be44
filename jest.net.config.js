import base from './jest.config.js';

/** Tests in network namespaces: they want root. Two files at a time: each has namespaces of its own, and waits half of its time. */
export default { ...base, testMatch: ['<rootDir>/test/net/**/*.test.ts'], maxWorkers: 2, testTimeout: 120_000, setupFilesAfterEnv: ['<rootDir>/test/helpers/net-setup.ts'] };
