import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** A bucket that nobody reaches but by a policy or a signed address, over TLS, and that outlives its stack. */
function privateBucket(
  scope: Construct,
  id: string,
  rest: { expireDays?: number; archiveDays?: number },
): Bucket {
  return new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [
      {
        // An upload that was never finished is paid for and shown in no list.
        abortIncompleteMultipartUploadAfter: Duration.days(1),
        ...(rest.expireDays === undefined ? {} : { expiration: Duration.days(rest.expireDays) }),
        ...(rest.archiveDays === undefined
          ? {}
          : {
              transitions: [
                {
                  storageClass: StorageClass.INTELLIGENT_TIERING,
                  transitionAfter: Duration.days(rest.archiveDays),
                },
              ],
            }),
      },
    ],
  });
}

/** As ids of uploads begin. */
const UPLOAD_PREFIX = 'upl_';

/** Attachments, previews and imported files. What lives there and for how long is said by the table, not by the bucket. */
export class Blobs extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = privateBucket(this, 'Bucket', { archiveDays: 30 });
    // What was put there by a link and never completed. The sweep of attachments removes it sooner; this is for when that stands still.
    this.bucket.addLifecycleRule({ prefix: UPLOAD_PREFIX, expiration: Duration.days(2) });
    // Pages of whatever origin may follow a link that they were given: the link is the right, and no cookie goes with it.
    this.bucket.addCorsRule({
      allowedOrigins: ['*'],
      allowedMethods: [HttpMethods.GET, HttpMethods.PUT],
      allowedHeaders: ['content-type'],
      maxAge: 3600,
    });
  }

  grantUse({ grantPrincipal }: IGrantable): void {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
        resources: [this.bucket.arnForObjects('*')],
      }),
    );
    // Without it S3 answers 403 and not 404 to who asks for what is not there.
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
    );
  }
}

/** Two years of events for analysis. */
export class EventArchive extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = privateBucket(this, 'Bucket', { expireDays: 730, archiveDays: 30 });
  }
}
