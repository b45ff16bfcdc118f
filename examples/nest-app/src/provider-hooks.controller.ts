import { Controller, Get, Param, Post, type RawBodyRequest, Req, Res } from '@nestjs/common';
import { ProviderHooks } from 'posthorn/nest';

/** As much of a request and a reply as Fastify and Express have in common. */
interface Request {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface Reply {
  status(code: number): { send(body: string): unknown };
}

/** Where providers tell what became of a message. They sign the bytes of the body: `rawBody: true` in main.ts keeps them. */
@Controller('hooks')
export class ProviderHooksController {
  readonly #hooks: ProviderHooks;

  constructor(hooks: ProviderHooks) {
    this.#hooks = hooks;
  }

  @Post(':provider')
  async tell(
    @Param('provider') provider: string,
    @Req() request: RawBodyRequest<Request>,
    @Res() reply: Reply,
  ): Promise<void> {
    await this.#take('POST', provider, request, reply);
  }

  /** The handshake in which WhatsApp asks whether this address is meant. */
  @Get(':provider')
  async shakeHands(
    @Param('provider') provider: string,
    @Req() request: RawBodyRequest<Request>,
    @Res() reply: Reply,
  ): Promise<void> {
    await this.#take('GET', provider, request, reply);
  }

  async #take(
    method: 'GET' | 'POST',
    provider: string,
    { originalUrl, headers, rawBody }: RawBodyRequest<Request>,
    reply: Reply,
  ): Promise<void> {
    const callback = { method, url: originalUrl, headers, body: rawBody ?? new Uint8Array() };
    const { status, body } = await this.#hooks.take(provider, callback);
    reply.status(status).send(body);
  }
}
