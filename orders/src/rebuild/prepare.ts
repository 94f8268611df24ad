import { createDatabasePool, type Database, type DatabaseConfig } from '@ordermesh/chassis/database';
import { Orders1763600000001 } from '../../migrations/1763600000001-orders.ts';

/** Two at a time would fill the same shadow table. Resolves to what ends the turn; so does the end of the process. */
export async function takeTurn(config: DatabaseConfig): Promise<() => Promise<void>> {
  const pool = createDatabasePool({ ...config, DATABASE_POOL_SIZE: 1 });
  const connection = await pool.getConnection();
  const [turn] = await connection.query<{ taken: number | null }[]>(
    `SELECT GET_LOCK('ordermesh rebuild orders', 0) AS taken`,
  );
  if (turn?.taken !== 1) {
    await pool.end();
    throw new Error('the table is being rebuilt by somebody else');
  }
  return async () => {
    await connection.release();
    await pool.end();
  };
}

export async function hasTable({ sql }: Pick<Database, 'sql'>): Promise<boolean> {
  const found = await sql.query<unknown[]>(
    `SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'orders'`,
  );
  return found.length > 0;
}

/** A table that was lost is made anew, empty, by the migration that made it. */
export async function makeTable({ data }: Pick<Database, 'data'>): Promise<void> {
  const runner = data.createQueryRunner();
  try {
    await new Orders1763600000001().up(runner);
  } finally {
    await runner.release();
  }
}
