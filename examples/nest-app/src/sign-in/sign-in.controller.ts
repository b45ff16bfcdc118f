import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { Refusal } from 'posthorn/nest';
import { SignInService } from './sign-in.service.js';

@Controller('sign-in')
export class SignInController {
  readonly #signIn: SignInService;

  constructor(signIn: SignInService) {
    this.#signIn = signIn;
  }

  /** Somebody wants in: 202 when their code is on its way for certain, be this process killed the moment after. */
  @Post()
  @HttpCode(202)
  async begin(@Body() body: { email?: unknown }): Promise<{ challenge: string; notification: string }> {
    try {
      return await this.#signIn.begin(String(body?.email));
    } catch (error) {
      throw exceptionOf(error);
    }
  }

  @Post(':challenge')
  @HttpCode(204)
  complete(@Param('challenge') challenge: string, @Body() body: { code?: unknown }): void {
    if (!this.#signIn.isRight(challenge, String(body?.code))) throw new UnauthorizedException();
  }

  /** Why it went by which channel, and where it is now: for support. */
  @Get('notifications/:id')
  async explain(@Param('id') id: string): Promise<{ status: string; words: string[] }> {
    try {
      return await this.#signIn.explain(id);
    } catch (error) {
      throw exceptionOf(error);
    }
  }
}

/** What Posthorn says no to, in the words of this application. */
function exceptionOf(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  switch (error.code) {
    case 'invalid_address':
    case 'validation_failed':
    case 'missing_variable':
      return new BadRequestException({ code: error.code, faults: error.faults });
    case 'not_found':
      return new NotFoundException();
    default:
      return new ServiceUnavailableException({ code: error.code });
  }
}
