// What a payment provider can do, whichever it is: a page to pay, its word of what happened there, and money back.
import type { DisputeState, Money, RefundOrder, RefundTold } from '../../charging/cloud/payment-types.ts';

/** What is to be paid for. */
export interface Order {
  /** The charging request's id: the same one again gets the same page. */
  readonly request: string;
  /** What the customer reads there. */
  readonly description: string;
  readonly price: Money;
  /** Unix milliseconds: nobody should be able to pay after it. */
  readonly lapsesAt: number;
  /** The page that the customer comes back to. */
  readonly returnTo: string;
}

/** What a provider says that happened. It may say it late, twice, in any order, or never. */
export type Told =
  | {
      readonly what: 'paid';
      readonly request: string;
      /** The provider's reference: refunds and disputes name it. */
      readonly payment: string;
      readonly amount: Money;
      /** Where the customer wants to be written to. */
      readonly email?: string | undefined;
    }
  | ({ readonly what: 'refund' } & RefundTold)
  /** By somebody's hand at the provider. */
  | { readonly what: 'gone'; readonly payment: string; readonly reference: string; readonly amount: Money }
  | {
      readonly what: 'dispute';
      readonly payment: string;
      readonly reference: string;
      readonly amount: Money;
      readonly state: DisputeState;
    };

export type RefundAnswer = Pick<RefundTold, 'state' | 'reference' | 'why'> & {
  /** What it says beside that. */
  readonly told?: readonly Told[];
};

export interface Provider {
  /** As the ledger keeps it. */
  readonly name: string;
  /** @throws {ProviderFault} */
  open(order: Order): Promise<{ readonly reference: string; readonly url: string }>;
  /**
   * Whether it was paid there, for when the provider's word was lost.
   * @param over nobody may pay there any more: the page is closed
   * @returns `open`: whether somebody still may
   */
  look(reference: string, over: boolean): Promise<{ readonly told: readonly Told[]; readonly open: boolean }>;
  /** Money back, once for each key. Never throws for what the provider said. */
  refund(order: RefundOrder): Promise<RefundAnswer>;
  /**
   * What its call tells.
   * @throws {NotGenuine} when it did not sign this
   */
  read(body: Buffer, headers: Readonly<Record<string, string | string[] | undefined>>): Promise<readonly Told[]>;
  /** How a payment was made that nobody told of yet; undefined where it is none of ours. */
  paid(payment: string): Promise<Told | undefined>;
  /** Lets go of what it holds. */
  close?(): Promise<void>;
}

/** The provider's signature is missing, forged, or too old. */
export class NotGenuine extends Error {
  readonly code = 'not-genuine';
}

/** The provider said it, and it makes no sense here: it is told so, since money may hang on it. */
export class NotUnderstood extends Error {
  readonly code = 'not-understood';
}

/** The provider cannot be asked, or refused, or the settings do not do. */
export class ProviderFault extends Error {
  readonly code: string;
  constructor(
    code: 'payment-away' | 'payment-refused' | 'payment-package' | 'payment-settings',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ProviderFault';
    this.code = code;
  }
}

/** A package that only who takes payments needs: its absence is said in words. */
export async function packageFor<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!/Cannot find (?:package|module)/.test(String((cause as Error).message))) throw cause;
    const text = `This needs the package ${name}. Install it beside Node-RED: npm install ${name}`;
    throw new ProviderFault('payment-package', text, { cause });
  }
}

/** A refund's key at the provider, and back. */
export function refundOfKey(key: unknown): { id: string; round: number } | undefined {
  const [, id, round] = /^([0-9a-f]{32})-(\d{1,9})$/.exec(String(key)) ?? [];
  return id === undefined ? undefined : { id, round: Number(round) };
}
