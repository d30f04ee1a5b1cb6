import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { Refusal } from '../../contract/refusal.js';
import { RefusedException } from './refused.exception.js';

/** Lets a controller return what its use case returned: a refusal becomes a problem, anything else the answer. */
@Injectable()
export class RefusalInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map((result: unknown) => {
        if (result instanceof Refusal) throw new RefusedException(result);
        return result;
      }),
    );
  }
}
