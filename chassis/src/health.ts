/** Says whether one dependency is ready; throwing counts as no. */
export type ReadinessCheck = () => boolean | Promise<boolean>;

export type HealthReport = {
  status: 'ready' | 'degraded';
  missing: string[];
  service: string;
  instance: string;
};

/** Readiness of a process: ready when every named check says yes; what is missing is named. */
export function createHealth(identity: { service: string; instance: string }) {
  const checks = new Map<string, ReadinessCheck>();

  async function isReady(check: ReadinessCheck): Promise<boolean> {
    try {
      return await check();
    } catch {
      return false;
    }
  }

  return {
    add(name: string, check: ReadinessCheck): void {
      checks.set(name, check);
    },
    async report(): Promise<HealthReport> {
      const results = await Promise.all(
        [...checks].map(async ([name, check]) => ({ name, ok: await isReady(check) })),
      );
      const missing = results.filter((result) => !result.ok).map((result) => result.name);
      return { status: missing.length === 0 ? 'ready' : 'degraded', missing, ...identity };
    },
  };
}
export type Health = ReturnType<typeof createHealth>;
