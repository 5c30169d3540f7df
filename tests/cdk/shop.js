const path = require('node:path');
const { CfnOutput, Duration, NestedStack, RemovalPolicy, Stack, Tags } = require('aws-cdk-lib');
const cloudwatch = require('aws-cdk-lib/aws-cloudwatch');
const actions = require('aws-cdk-lib/aws-cloudwatch-actions');
const ecr = require('aws-cdk-lib/aws-ecr');
const ecs = require('aws-cdk-lib/aws-ecs');
const patterns = require('aws-cdk-lib/aws-ecs-patterns');
const iam = require('aws-cdk-lib/aws-iam');
const logs = require('aws-cdk-lib/aws-logs');
const s3 = require('aws-cdk-lib/aws-s3');
const assets = require('aws-cdk-lib/aws-s3-assets');
const secrets = require('aws-cdk-lib/aws-secretsmanager');
const sns = require('aws-cdk-lib/aws-sns');
const ssm = require('aws-cdk-lib/aws-ssm');

class ShopStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const cluster = new ecs.Cluster(this, 'Cluster', { vpc: props.vpc, containerInsightsV2: ecs.ContainerInsights.ENABLED, enableFargateCapacityProviders: true });
    const secret = new secrets.Secret(this, 'Key', { generateSecretString: { secretStringTemplate: '{"user":"shop"}', generateStringKey: 'password' } });
    const greeting = new ssm.StringParameter(this, 'Greeting', { stringValue: `hello from ${props.version}` });
    const uploads = new s3.Bucket(this, 'Uploads', {
      versioned: true,
      enforceSSL: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const settings = new assets.Asset(this, 'Settings', { path: path.join(__dirname, 'assets') });
    const repository = ecr.Repository.fromRepositoryName(this, 'Repository', props.repository);

    const web = new patterns.ApplicationLoadBalancedFargateService(this, 'Web', {
      cluster,
      cpu: 256,
      memoryLimitMiB: 512,
      desiredCount: 2,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      healthCheckGracePeriod: Duration.seconds(0),
      openListener: true,
      taskImageOptions: {
        image: ecs.ContainerImage.fromEcrRepository(repository, props.version),
        containerName: 'web',
        containerPort: 80,
        environment: { UPLOADS: uploads.bucketName, SETTINGS: settings.s3ObjectUrl },
        secrets: { PASSWORD: ecs.Secret.fromSecretsManager(secret, 'password'), GREETING: ecs.Secret.fromSsmParameter(greeting) },
        logDriver: ecs.LogDrivers.awsLogs({
          streamPrefix: 'web',
          logGroup: new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_WEEK, removalPolicy: RemovalPolicy.DESTROY }),
        }),
      },
    });
    web.targetGroup.configureHealthCheck({ path: '/health', interval: Duration.seconds(5), timeout: Duration.seconds(2), healthyThresholdCount: 2, unhealthyThresholdCount: 2 });
    web.targetGroup.setAttribute('deregistration_delay.timeout_seconds', '1');
    uploads.grantReadWrite(web.taskDefinition.taskRole);
    settings.grantRead(web.taskDefinition.taskRole);
    web.taskDefinition.taskRole.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMReadOnlyAccess'));
    web.service.autoScaleTaskCount({ minCapacity: 2, maxCapacity: 4 }).scaleOnCpuUtilization('Busy', { targetUtilizationPercent: 60 });

    new WatchStack(this, 'Watch', { service: web.service });
    new CfnOutput(this, 'Version', { value: props.version });
    Tags.of(this).add('team', 'shop');
  }
}

/** Alarms in a stack of their own inside of the other. */
class WatchStack extends NestedStack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const pager = new sns.Topic(this, 'Pager');
    new cloudwatch.Alarm(this, 'Hot', { metric: props.service.metricCpuUtilization(), threshold: 90, evaluationPeriods: 3 })
      .addAlarmAction(new actions.SnsAction(pager));
  }
}

module.exports = { ShopStack };
