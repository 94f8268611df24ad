import type { Pool, PoolConnection } from 'mariadb';

/**
 * Lets TypeORM run on the `mariadb` package: it looks for the shape of mysql2, of which it needs only this much.
 * The pool stays ours: TypeORM and raw batches share one pool and one driver.
 */
export function createTypeormDriver(pool: Pool) {
  const adapt = (connection: PoolConnection) => ({
    promise: () => ({
      query: async (sql: string, parameters?: unknown[]) => [await connection.query(sql, parameters)],
    }),
    release: () => void connection.release(),
    // Connection errors reach whoever awaits the query; the pool discards the connection.
    listeners: () => [],
    on: () => undefined,
  });

  const typeormPool = {
    getConnection(callback: (error: unknown, connection?: ReturnType<typeof adapt>) => void): void {
      pool.getConnection().then((connection) => callback(null, adapt(connection)), callback);
    },
    end: (callback: (error: unknown) => void): void => callback(null),
  };
  return { createPool: () => typeormPool };
}
