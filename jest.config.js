/** Suites are folders of test/; tools/jest.ts runs one by name. */
export default {
  testEnvironment: 'node',
  // the sandbox suites mostly wait: the machine's last core is not needed for anything else
  maxWorkers: '100%',
  // how long a test may take is no statement about the code: machines are shared
  testTimeout: 30_000,
  testMatch: ['<rootDir>/test/{unit,sandbox,contract}/**/*.test.ts', '<rootDir>/test/architecture.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
