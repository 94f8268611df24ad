import { DataSource, type EntitySchema } from 'typeorm';
import { env } from './environment.ts';

/** One pool of ten connections, as large as those of ordermesh's services (and mysql2's default). */
export const createDatabase = (entities: EntitySchema[]): Promise<DataSource> =>
  new DataSource({
    type: 'mysql',
    host: '127.0.0.1',
    port: Number(env('DATABASE_PORT')),
    username: env('DATABASE_USER'),
    password: env('DATABASE_PASSWORD'),
    database: env('DATABASE_NAME'),
    poolSize: 10,
    timezone: 'Z',
    entities,
  }).initialize();
