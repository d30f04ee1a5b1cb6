import { Module } from '@nestjs/common';
import { JobController } from './job.controller.js';
import { Jobs } from './jobs.js';

@Module({ controllers: [JobController], providers: [Jobs] })
export class JobsModule {}
