import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ModelController } from './model.controller.js';
import { ModelEntity } from './model.entity.js';
import { ModelRepository } from './model.repository.js';
import { Models } from './models.js';

@Module({
  imports: [TypeOrmModule.forFeature([ModelEntity])],
  controllers: [ModelController],
  providers: [ModelRepository, Models],
  exports: [ModelRepository],
})
export class ModelsModule {}
