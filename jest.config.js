// Levels by file name: unit (no I/O), pact (contracts), int (real MariaDB, Kafka, Connect), e2e (the whole system).
export default {
  testEnvironment: 'node',
  testMatch: ['**/test/**/*.{unit,pact,int,e2e}.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: { '\\.ts$': '<rootDir>/tools/jest-strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/\\.stack'],
};
