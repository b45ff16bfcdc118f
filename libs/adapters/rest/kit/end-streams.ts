import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  Sse,
  UseInterceptors,
} from '@nestjs/common';
import { Observable, takeUntil } from 'rxjs';
import { Lifecycle } from './lifecycle.js';

/**
 * Ends event streams when the server begins to stop: by themselves they last as long as somebody watches, and a stop
 * would wait for them in vain. Whoever watches connects again, to the process that takes over.
 */
@Injectable()
class EndStreams implements NestInterceptor {
  readonly #draining: Observable<void>;

  constructor({ draining }: Lifecycle) {
    this.#draining = new Observable((subscriber) => {
      const tell = (): void => subscriber.next();
      if (draining.aborted) tell();
      draining.addEventListener('abort', tell, { once: true });
      return () => draining.removeEventListener('abort', tell);
    });
  }

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(takeUntil(this.#draining));
  }
}

/** A path that answers with an event stream. */
export function EventStream(path: string): MethodDecorator {
  return applyDecorators(Sse(path), UseInterceptors(EndStreams));
}
