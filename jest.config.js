/** Suites are folders of test/; tools/jest.ts runs one by name. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/{unit,sandbox,contract}/**/*.test.ts', '<rootDir>/test/architecture.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
