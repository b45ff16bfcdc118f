import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** The JSON file that the Google Cloud console hands out for a service account, as far as a client reads it. */
export interface ServiceAccountFile {
  type: 'service_account';
  project_id: string;
  private_key_id: string;
  /** PKCS #8 in PEM. */
  private_key: string;
  client_email: string;
  token_uri: string;
}

/** A service account with a key of its own. Making one takes a moment: specs share theirs. */
export function newServiceAccount(projectId = 'posthorn-demo'): ServiceAccountFile {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return {
    type: 'service_account',
    project_id: projectId,
    private_key_id: randomBytes(20).toString('hex'),
    private_key: privateKey,
    client_email: `push@${projectId}.iam.gserviceaccount.com`,
    token_uri: 'https://oauth2.googleapis.com/token',
  };
}
