// What a team would write: a network, and a service behind a load balancer in it. The context says which version is out and how many tasks run.
const { App } = require('aws-cdk-lib');
const { NetworkStack } = require('./network');
const { ShopStack } = require('./shop');

const app = new App({ analyticsReporting: false });
const env = { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION };
const network = new NetworkStack(app, 'Network', { env });
new ShopStack(app, 'Shop', {
  env,
  vpc: network.vpc,
  repository: app.node.tryGetContext('repository'),
  version: app.node.tryGetContext('version') ?? 'v1',
});
