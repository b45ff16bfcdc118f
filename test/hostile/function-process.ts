import { SystemClock } from '#adapters/system/system-clock.js';
import { openHttp } from '#apps/lambda/src/open/http.js';
import { startHttpFront } from '#test/fakes/apigateway/http-front.js';

/** The function of the REST API behind a gateway, in a process of its own that is run as a server is. */
const { url } = await startHttpFront(await openHttp(process.env), new SystemClock());
process.stdout.write(`The gateway listens on ${url}\n`);
process.on('SIGTERM', () => process.exit(0));
