// Pact tells nobody that it is used.
process.env.PACT_DO_NOT_TRACK = 'true';

// Levels by file name: unit (no I/O), pact (contracts), int (real MariaDB, Kafka, Connect), e2e (the whole system).
export default {
  testEnvironment: 'node',
  testMatch: ['**/test/**/*.{unit,pact,int,e2e}.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: { '\\.ts$': '<rootDir>/tools/jest-strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/\\.stack'],
};
