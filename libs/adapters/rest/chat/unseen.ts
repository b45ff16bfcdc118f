import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { notFound } from '#domain/kernel/refusal.js';

/** Over REST what somebody may not see is not there: another workspace's id is answered like one that never was. */
@Injectable()
class Unseen implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        throw error instanceof NoWayIn ? notFound('conversation or message') : error;
      }),
    );
  }
}

/** A controller whose paths lead into conversations. */
export const IntoConversations = (): ClassDecorator => UseInterceptors(Unseen);
