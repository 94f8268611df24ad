// What the stack and the acceptance tests use; everything else is the command line's.
export { apply } from './apply.ts';
export type { Applied } from './apply.ts';
export { createConnect } from './connect.ts';
export type { Connect, Connector, Task } from './connect.ts';
export { definitionsFolder, readDefinition, readDefinitions } from './definitions.ts';
export type { Definition } from './definitions.ts';
export { isRunning } from './tasks.ts';
export { watch } from './watch.ts';
