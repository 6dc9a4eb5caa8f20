// For TypeORM's command line: `npm run build`, then `npx typeorm migration:show -d dist/ormconfig.js`.
import { loadConfig, readEnvironment } from "./src/config";
import { createDataSource } from "./src/database/data-source";
import { ENTITIES } from "./src/entities";

const { databaseUrl } = loadConfig(readEnvironment());
if (databaseUrl === undefined)
  throw new Error("DATABASE_URL is needed: the embedded database is migrated by the server.");

export default databaseUrl.use((url) => createDataSource({ url, entities: ENTITIES }));
