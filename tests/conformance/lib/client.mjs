import * as protocols from '@aws-sdk/core/protocols';

// Only where a service's clients may choose.
const Choices = { query: 'AwsQueryProtocol', json: 'AwsJson1_0Protocol', 'smithy-rpc-v2-cbor': 'AwsSmithyRpcV2CborProtocol' };

/** The SDK's client of one service, and the side channel that says what to answer and asks what arrived. */
export class Client {
  #sdk; #endpoint; #count = 0; #prefix;
  constructor(module, sdk, endpoint, prefix) { [this.module, this.#sdk, this.#endpoint, this.#prefix] = [module, sdk, endpoint, prefix]; }

  static async open({ endpoint, region, key, service, protocol: chosen }) {
    const module = await import(`@aws-sdk/client-${service}`);
    const [accessKeyId, secretAccessKey] = key.split(':');
    const Constructor = Object.entries(module).find(([name, value]) => name.endsWith('Client') && name !== '__Client' && typeof value === 'function')[1];
    const sdk = new Constructor({
      endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1, disableHostPrefix: true,
      // The few operations that may send compressed bodies do it always; not in CBOR, where the SDK still declares the length before compression.
      requestMinCompressionSizeBytes: 64, disableRequestCompression: chosen === 'smithy-rpc-v2-cbor',
      ...(chosen ? { protocol: protocols[Choices[chosen]] } : {}),
    });
    return new Client(module, sdk, endpoint, `${service}-${chosen ?? ''}-${process.pid}`);
  }

  schema(operation) {
    const Command = this.module[`${operation}Command`];
    return Command && new Command({}).schema;
  }

  /** What the endpoint decoded, and what the SDK made of its answer or threw. */
  async call(operation, request, told) {
    const id = `${this.#prefix}-${++this.#count}`;
    await this.#ask(id, { method: 'POST', body: JSON.stringify(told) });
    const command = new this.module[`${operation}Command`](request);
    command.middlewareStack.add((next) => (args) => {
      args.request.headers['x-conformance-id'] = id;
      return next(args);
    }, { step: 'build' });
    let answer, error;
    try { answer = await this.#sdk.send(command); } catch (e) { error = e; }
    const received = await (await this.#ask(id, {})).json();
    return { received, answer, error };
  }

  async #ask(id, init) {
    const response = await fetch(new URL(`/_exchange/${encodeURIComponent(id)}`, this.#endpoint), init);
    if (!response.ok) throw new Error(`The side channel answered ${response.status}.`);
    return response;
  }

  close() { this.#sdk.destroy(); }
}
