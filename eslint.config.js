import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const services = ['gateway', 'users', 'catalogs', 'orders'];
const rooms = [...services, 'contracts', 'connectors', 'stack', 'acceptance', 'bench'];

/** A room may import itself, and of the others only those named: services share nothing but the chassis. */
const mayImport = (room, allowed) => ({
  files: [`${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^@ordermesh/(?!(${[room, ...allowed].join('|')})(/|$))`,
            message: `${room} imports only ${allowed.join(', ') || 'nothing'} of the other folders`,
          },
          {
            regex: `^(\\.\\./)+(${[...rooms, 'chassis'].filter((other) => other !== room).join('|')})/`,
            message: 'reach another folder by its package name, never by path',
          },
        ],
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ['**/node_modules', '**/.stack*', '**/target', '**/coverage'] },
  js.configs.recommended,
  tseslint.configs.strict,
  {
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly' },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  { files: ['**/*.ts'], rules: { 'no-undef': 'off' } },
  {
    files: ['stack/**', 'connectors/**', 'contracts/**', '**/test/**', 'acceptance/**', 'bench/**'],
    rules: { 'no-console': 'off' },
  },
  mayImport('chassis', []),
  ...services.map((service) => mayImport(service, ['chassis'])),
  mayImport('connectors', []),
  // The verifications run every provider's own code.
  mayImport('contracts', [...services, 'chassis', 'connectors', 'stack']),
  mayImport('stack', ['connectors', 'contracts']),
  // The simulation runs the services' own pure decisions.
  mayImport('acceptance', [...services, 'stack', 'connectors', 'contracts']),
  mayImport('bench', ['stack', 'acceptance']),
);
