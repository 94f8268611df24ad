import { z } from 'zod';
import { createCompose } from './compose.ts';
import { writeDataFolder } from './data-folder.ts';

const environment = z.object({
  ORDERMESH_DATA: z.string(),
  COMPOSE_PROJECT_NAME: z.string(),
  GATEWAY_PORT: z.string(),
  KAFKA_PORT: z.string(),
  CONNECT_PORT: z.string(),
  MARIADB_PORT: z.string(),
});

/** The containers that `npm run test:compose` brought up. */
export function runningContainers() {
  const { ORDERMESH_DATA: dir, ...project } = environment.parse(process.env);
  const compose = createCompose(project);
  return {
    ...compose,
    /** Makes the data folder say what holds now, after containers were made anew. */
    refreshDataFolder: () => writeDataFolder(dir, compose),
  };
}
