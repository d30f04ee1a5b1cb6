import { DataSource, type DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';

/** How to reach PostgreSQL: `url` as in DATABASE_URL, `poolSize` connections at most. */
export interface DatabaseOptions {
  url: string;
  poolSize: number;
  applicationName?: string;
}

/** TypeORM's options for our database. The schema comes from the migrations alone: nothing is ever synchronised. */
export function dataSourceOptions({ url, poolSize, applicationName }: DatabaseOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    applicationName: applicationName ?? 'lastgood',
    synchronize: false,
    migrationsRun: false,
    migrations: MIGRATIONS,
    migrationsTableName: 'lastgood_migrations',
    migrationsTransactionMode: 'each',
    parseInt8: true,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    logging: false,
    poolSize,
    connectTimeoutMS: 3_000,
    extra: { keepAlive: true, idle_in_transaction_session_timeout: 60_000 },
  };
}

/** Connects once, hands the connection to `work`, and closes it whatever happens. */
export async function withDataSource<T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const dataSource = new DataSource(dataSourceOptions({ url, poolSize: 2 }));
  await dataSource.initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
