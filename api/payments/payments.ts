// Whether and how this cloud takes payments: its provider is opened when the ledger is, and whoever wants to hears what happens.
import { Cache } from '../../charging/cache.ts';
import type { Ledger } from '../../charging/cloud/ledger.ts';
import { type MoneyEvent, PaymentDesk } from './desk.ts';
import { type MailSettings, mailerOf } from './mail.ts';
import { ProviderFault, type Told } from './provider.ts';
import { type SimulatedSettings, simulatedProvider } from './simulated.ts';
import { adapterProvider } from './standard-webhooks.ts';
import { stripeProvider } from './stripe.ts';

export interface PaymentSettings extends MailSettings {
  /** Empty: nothing is paid here. `stripe`; `adapter`: any other, through an adapter of the operator's; `simulated`: to try out. */
  readonly provider: string;
  /** Stripe's secret key. */
  readonly secretKey: string;
  /** What the provider's calls are signed with. */
  readonly webhookSecret: string;
  /** Where the adapter listens, or the simulated bank. For Stripe: another server than Stripe's, for tests. */
  readonly address: string;
}

interface PaymentsLog {
  warn(text: string): void;
}
const SAY_AGAIN_MS = 60_000;
const MOST_KINDS = 100;

type Listener = (event: MoneyEvent) => void;

export class Payments {
  readonly settings: PaymentSettings;
  readonly #ledger: () => Promise<Ledger>;
  readonly #log: PaymentsLog;
  readonly #listeners = new Set<Listener>();
  #desk: Promise<PaymentDesk> | undefined;
  readonly #said = new Cache<number>(MOST_KINDS);
  #closed = false;

  constructor(settings: PaymentSettings, ledger: () => Promise<Ledger>, log: PaymentsLog) {
    this.settings = settings;
    this.#ledger = ledger;
    this.#log = log;
    if (settings.smtp !== '') this.listen(mailerOf(settings, log));
  }

  get on(): boolean {
    return this.settings.provider !== '';
  }

  /**
   * The desk, which works from then on.
   * @throws {ProviderFault} when the settings do not do, or a package is missing
   */
  desk(): Promise<PaymentDesk> {
    this.#desk ??= this.#open();
    return this.#desk;
  }

  /** Begins to work, once there is a ledger: what is owed is sent, whether or not anybody asks. */
  begin(): void {
    if (this.on) this.desk().catch((error: Error) => this.#log.warn(error.message));
  }

  async #open(): Promise<PaymentDesk> {
    const tell = async (told: Told) => (await this.desk()).tell(told);
    const provider = await providerOf(this.settings, { tell, say: (line) => this.#log.warn(line) });
    const desk = new PaymentDesk({
      provider,
      ledger: this.#ledger,
      onEvent: (event) => {
        for (const listener of this.#listeners) listener(event);
      },
      onTrouble: (line) => this.trouble(line),
    });
    if (!this.#closed) desk.start();
    return desk;
  }

  /** A line for the log, and the same (of whatever payment) not again for a minute. */
  trouble(line: string): void {
    const kind = line.replaceAll(/[0-9a-f]{32}|\w+_\w+/g, '');
    const now = performance.now();
    if (now - (this.#said.get(kind) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_MS) return;
    this.#said.set(kind, now);
    this.#log.warn(line);
  }

  /** @returns ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#desk?.then(
      (desk) => desk.stop(),
      () => {},
    );
  }
}

function providerOf(
  { provider, secretKey, webhookSecret, address }: PaymentSettings,
  simulation: Omit<SimulatedSettings, 'address'>,
) {
  if (provider === 'simulated') return simulatedProvider({ address, ...simulation });
  const missing = (what: string) => new ProviderFault('payment-settings', `To take payments, give ${what}.`);
  if (webhookSecret === '') throw missing('the secret of the provider’s webhooks (PAYMENT_WEBHOOK_SECRET)');
  switch (provider) {
    case 'stripe':
      if (secretKey === '') throw missing('Stripe’s secret key (STRIPE_SECRET_KEY)');
      return stripeProvider({ secretKey, webhookSecret, address });
    case 'adapter':
      if (!URL.canParse(address)) throw missing('the address of the payment adapter (PAYMENT_ADDRESS)');
      return adapterProvider({ address, secret: webhookSecret });
    default:
      throw new ProviderFault('payment-settings', `No payment provider is called ${JSON.stringify(provider)}.`);
  }
}
