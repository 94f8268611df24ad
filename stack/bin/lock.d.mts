export type ProcessIdentity = { pid: number; startTime: string | undefined };
export function processStartTime(pid: number): string | undefined;
export function isAlive(process: ProcessIdentity): boolean;
export function lockHolder(path: string): ProcessIdentity | undefined;
export function tryLock(path: string): (() => void) | undefined;
export function lock(path: string, onWait?: (holder: ProcessIdentity) => void): Promise<() => void>;
