// The desk where money is taken and given back: it stands between the ledger and a provider. Whatever is told is told to the
// ledger, which knows it again; whatever is owed is taken from there on a lease. It may die between any two steps.
import {
  type Answer,
  type Checkout,
  type CheckoutToSee,
  isRefused,
  type Ledger,
  type News,
  type RefundOrder,
  type RefundRecord,
  type RefusalSlug,
  type Refused,
  type Reservation,
} from '../../charging/cloud/ledger.ts';
import { NotUnderstood, type Order, type Provider, type Told } from './provider.ts';

/** What the operator's flow may hear: for bills, mails, a sign on the wall. */
export interface MoneyEvent {
  /** `stray`: a payment that gets no code and goes back. */
  readonly event: 'paid' | 'stray' | 'refunded' | 'disputed';
  readonly payment: string;
  readonly request?: string;
  readonly email?: string;
  /** Of a stray: why. */
  readonly why?: RefusalSlug;
  readonly reservation?: Reservation;
}

export interface DeskOptions {
  readonly provider: Provider;
  readonly ledger: () => Promise<Ledger>;
  /** Told of each thing that happened once, in the process that heard of it first; a crash may swallow it. */
  readonly onEvent?: (event: MoneyEvent) => void;
  /** In words, for the log. */
  readonly onTrouble?: (line: string) => void;
}

/** How often it looks for what is owed. */
const RECONCILE_EVERY_MS = 5000;
const AT_ONCE = 3;
/** As this ledger makes its requests' ids. */
const OUR_ID = /^[0-9a-f]{32}$/;
const PAGES_AT_ONCE = 10;

export class PaymentDesk {
  readonly #options: DeskOptions;
  #timer: NodeJS.Timeout | undefined;
  #reconciling: Promise<void> | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Reconciles now and then, until it is stopped. */
  start(): void {
    this.#timer ??= setInterval(() => void this.reconcile(), RECONCILE_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#reconciling;
    await this.#options.provider.close?.();
  }

  /**
   * Where this reservation is paid: the same page each time.
   * @throws {ProviderFault} when the provider gives none
   */
  async page(client: string, order: Order): Promise<Checkout> {
    const ledger = await this.#options.ledger();
    const known = await ledger.checkout({ client, id: order.request });
    if (!isRefused(known) && known.checkout) return known.checkout;
    const opened = await this.#options.provider.open(order);
    const kept = await ledger.keepCheckout({ id: order.request, provider: this.#options.provider.name, ...opened });
    if (isRefused(kept)) throw new Error(kept.refused.detail);
    return kept;
  }

  /** Asks the provider whether a reservation was paid, for when its word is on its way. */
  async lookAt(client: string, request: string): Promise<void> {
    const known = await (await this.#options.ledger()).checkout({ client, id: request });
    if (isRefused(known) || !known.checkout) return;
    await this.#look({ ...known.checkout, request, over: false });
  }

  /**
   * A call of the provider's.
   * @throws {NotGenuine} when it is not the provider's
   * @throws {LedgerUnavailable} it should call again
   */
  async hear(body: Buffer, headers: Readonly<Record<string, string | string[] | undefined>>): Promise<void> {
    for (const told of await this.#options.provider.read(body, headers)) await this.tell(told);
  }

  /** Tells the ledger, once more if it was told before. */
  async tell(told: Told): Promise<void> {
    const ledger = await this.#options.ledger();
    switch (told.what) {
      case 'paid':
        return this.#paid(told);
      case 'refund': {
        const { what: _, ...rest } = told;
        this.#refunded(await ledger.refundTold(rest));
        return;
      }
      case 'gone':
        return this.#ofPayment(told, () => ledger.refundedElsewhere(told), 'refunded');
      case 'dispute':
        return this.#ofPayment(told, () => ledger.disputeTold(told), 'disputed');
    }
  }

  async #paid({ request, payment, amount, email }: Extract<Told, { what: 'paid' }>): Promise<void> {
    const ledger = await this.#options.ledger();
    const { name } = this.#options.provider;
    const { news, answer } = await ledger.notePayment({ id: request, payment, amount, provider: name });
    if (!news) {
      // One that is known, or of another shop's: nothing changed. What looks like ours and is not has to be looked at.
      const slug = isRefused(answer) ? answer.refused.slug : undefined;
      if (slug === 'payment-used' || (slug === 'unknown-request' && OUR_ID.test(request))) {
        this.#trouble(`Payment ${payment} for request ${request} was not noted: ${(answer as Refused).refused.detail}`);
      }
      if (slug === 'malformed') throw new NotUnderstood((answer as Refused).refused.detail);
      return;
    }
    const about = { payment, request, ...(email !== undefined && { email }) };
    if (isRefused(answer)) this.#tellOthers({ event: 'stray', ...about, why: answer.refused.slug });
    else if ('status' in answer) this.#tellOthers({ event: 'paid', ...about, reservation: answer });
  }

  /** What is told of a payment that nobody told of yet: how it was paid comes first. */
  async #ofPayment(
    told: Extract<Told, { what: 'gone' | 'dispute' }>,
    tell: () => Promise<Answer<News>>,
    event: MoneyEvent['event'],
  ): Promise<void> {
    let answer = await tell();
    if (isRefused(answer) && answer.refused.slug === 'unknown-payment') {
      const paid = await this.#options.provider.paid(told.payment);
      if (!paid) return;
      await this.tell(paid);
      answer = await tell();
    }
    if (isRefused(answer) && answer.refused.slug === 'malformed') throw new NotUnderstood(answer.refused.detail);
    if (!isRefused(answer) && answer.news) this.#tellOthers({ event, payment: told.payment });
  }

  #refunded(paid: RefundRecord | null): void {
    if (paid) this.#tellOthers({ event: 'refunded', payment: paid.payment ?? '', request: paid.request });
  }

  #tellOthers(event: MoneyEvent): void {
    this.#options.onEvent?.(event);
  }

  /** Sends what is owed, asks for what was sent, looks at the pages that wait. One at a time. */
  reconcile(): Promise<void> {
    this.#reconciling ??= this.#reconcileNow()
      .catch((error: Error) => this.#trouble(error.message))
      .finally(() => {
        this.#reconciling = undefined;
      });
    return this.#reconciling;
  }

  async #reconcileNow(): Promise<void> {
    const { provider } = this.#options;
    const ledger = await this.#options.ledger();
    let orders: readonly RefundOrder[];
    do {
      // Few at a time: a lease has to outlast a provider that is slow to answer.
      orders = await ledger.claimRefunds({ provider: provider.name, limit: AT_ONCE });
      for (const order of orders) await this.#refund(order);
    } while (orders.length === AT_ONCE);
    let pages: readonly CheckoutToSee[];
    do {
      pages = await ledger.claimCheckouts({ provider: provider.name, limit: PAGES_AT_ONCE });
      const looks = pages.map((page) => this.#look(page).catch((error: Error) => this.#trouble(error.message)));
      await Promise.all(looks);
    } while (pages.length === PAGES_AT_ONCE);
  }

  async #refund(order: RefundOrder): Promise<void> {
    const { told = [], ...answer } = await this.#options.provider.refund(order);
    if (answer.state === 'failed' || answer.state === 'unknown') {
      this.#trouble(`A refund (${order.id}) was not paid back: ${answer.why}. It is tried again.`);
    }
    const ledger = await this.#options.ledger();
    this.#refunded(await ledger.refundTold({ id: order.id, round: order.round, ...answer }));
    for (const each of told) await this.tell(each);
  }

  async #look({ reference, request, over }: CheckoutToSee): Promise<void> {
    const { told, open } = await this.#options.provider.look(reference, over);
    for (const each of told) await this.tell(each);
    if (!open) await (await this.#options.ledger()).checkoutOver({ id: request });
  }

  #trouble(line: string): void {
    this.#options.onTrouble?.(line);
  }
}
