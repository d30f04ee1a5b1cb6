import { ApiQuery } from '../../contract/api-description.js';
import { applyDecorators } from '@nestjs/common';

/** Documents the two query parameters of every list. */
export const Paged = (): MethodDecorator =>
  applyDecorators(
    ApiQuery({ name: 'pageSize', required: false, description: '1 to 500, 50 if absent' }),
    ApiQuery({ name: 'pageToken', required: false, description: 'nextPageToken of the page before' }),
  );
