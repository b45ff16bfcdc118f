import { startEmulators } from './emulators.js';

/** In a container: reached by the others of its network, and by nobody else, for compose publishes none of its ports. */
const emulators = await startEmulators({ host: '0.0.0.0', dynamoPort: 8000, awsPort: 4566 });
process.stdout.write(`emulators: DynamoDB ${emulators.dynamoUrl}, SQS and S3 ${emulators.awsUrl}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void emulators.stop());
