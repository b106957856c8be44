import base from './jest.config.js';

/** Tests in network namespaces: they want root, and the machine's kernel for themselves. */
export default { ...base, testMatch: ['<rootDir>/test/net/**/*.test.ts'], maxWorkers: 1, testTimeout: 120_000, setupFilesAfterEnv: ['<rootDir>/test/helpers/net-setup.ts'] };
