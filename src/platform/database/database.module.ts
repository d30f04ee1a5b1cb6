import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Transactions } from './transactions.js';
import { dataSourceOptions, type DatabaseOptions } from './data-source.js';

/** The one connection pool of a process. Features add their entities with `TypeOrmModule.forFeature`. */
@Module({})
export class DatabaseModule {
  static forRoot(options: DatabaseOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [Transactions],
      exports: [Transactions],
      imports: [
        TypeOrmModule.forRoot({
          ...dataSourceOptions({ ...options, impatient: true }),
          autoLoadEntities: true,
          retryAttempts: 0,
        }),
      ],
    };
  }
}
