// A cloud that takes payments by Stripe, and the server that is Stripe to it.
import assert from 'node:assert/strict';
import { StripeServer, signedEvent, WEBHOOK_SECRET } from '../../../support/stripe-server.ts';
import { Cloud, type CloudOptions } from './cloud.ts';

export const PAYMENTS = { STRIPE_SECRET_KEY: 'sk_test_of_the_test', PAYMENT_WEBHOOK_SECRET: WEBHOOK_SECRET } as const;

/** As a cloud is told to take its payments by this server. */
export const paymentVariables = (stripe: StripeServer) => ({
  ...PAYMENTS,
  PAYMENT_PROVIDER: 'stripe',
  PAYMENT_ADDRESS: stripe.address,
});

export class PayingCloud {
  readonly cloud: Cloud;
  readonly stripe: StripeServer;

  private constructor(cloud: Cloud, stripe: StripeServer) {
    this.cloud = cloud;
    this.stripe = stripe;
  }

  static async start({ env, ...options }: CloudOptions = {}): Promise<PayingCloud> {
    const stripe = await StripeServer.start();
    const cloud = await Cloud.start({ ...options, env: { ...paymentVariables(stripe), ...env } });
    const price = { minorUnits: 150, currency: 'EUR' };
    assert.equal((await cloud.ask('POST', '/stations', { id: 'CP-0001', name: 'Harbour', price })).status, 201);
    return new PayingCloud(cloud, stripe);
  }

  /** The customer pays at that page, and Stripe tells it. */
  async pay(url: string): Promise<Response> {
    return this.tell(this.stripe.pay(referenceIn(url)));
  }

  tell(event: object): Promise<Response> {
    const { body, headers } = signedEvent(event);
    return this.cloud.call('POST', '/payments', body.toString(), headers);
  }

  async remove(): Promise<void> {
    await this.cloud.remove();
    await this.stripe.stop();
  }
}

export const referenceIn = (url: string) => url.slice(url.lastIndexOf('/') + 1);
