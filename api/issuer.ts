// What the cloud's nodes share: one ledger, who its callers are, how often they may ask. The ledger is opened when the
// first node that uses it starts, and again when it was away.
import {
  type Answer,
  type AuditEntry,
  type Ledger,
  type LedgerOptions,
  LedgerUnavailable,
  openLedger,
  type Principal,
} from '../charging/cloud/ledger.ts';
import { AlarmWebhook, type AlarmWebhookSettings } from './alarm-webhook.ts';
import { AuditAllowance } from './audit-allowance.ts';
import { type DoubledRoute, routeKey } from './doubled-routes.ts';
import { Identities } from './identities.ts';
import { type LimitSettings, Limits, NO_LIMITS, USUAL_LIMITS } from './limits.ts';
import { cloudMetrics } from './metrics.ts';
import { type PaymentSettings, Payments } from './payments/payments.ts';

const OPEN_AGAIN_MS = 2000;
const SAY_AGAIN_MS = 60_000;
const LOOK_AGAIN_MS = 250;

export interface IssuerSettings {
  /** `sqlite:/path` or `postgres://…`. */
  readonly url: string;
  readonly masterKey: () => Promise<Uint8Array>;
  /** Whether Node-RED listens on loopback addresses alone: then, and as long as no API key was made, all may call. */
  readonly loopbackOnly: boolean;
  /** Whether people without an API key may ask for codes. */
  readonly publicCharging: boolean;
  /** Absent: the usual ones, and none while open. */
  readonly limits: Partial<LimitSettings>;
  readonly limitsIn: 'memory' | 'database';
  /** Who is told of alarms. */
  readonly alarmWebhook?: AlarmWebhookSettings | undefined;
  readonly payment: PaymentSettings;
}

export interface IssuerLog {
  info(text: string): void;
  warn(text: string): void;
}

/** What happens to the ledger, for the statuses of the nodes that use it. */
export type LedgerState = 'opening' | 'open' | 'closed' | Error;
type Watcher = (state: LedgerState) => void;

/** The issuers of this process: for pages that no node stands before. */
export const runningIssuers = new Set<Issuer>();

export class Issuer {
  readonly settings: IssuerSettings;
  /** What is paid here, if anything is. */
  readonly payments: Payments;
  readonly #log: IssuerLog;
  readonly #watchers = new Set<Watcher>();
  readonly #identities = new Identities(async (key, address) => this.#authenticate(key, address));
  #state: LedgerState = 'closed';
  #ledger: Promise<Ledger> | undefined;
  #limits: Promise<Limits> | undefined;
  #openLimits: Promise<Limits> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #warned = '';
  #warnedAt = Number.NEGATIVE_INFINITY;
  #closing = false;
  #open: Promise<boolean> | undefined;
  #openUntil = Number.NEGATIVE_INFINITY;
  #said = '';
  readonly #alarmWebhook: AlarmWebhook | undefined;
  #doubled: ReadonlyMap<string, DoubledRoute> = new Map();
  readonly #auditAllowance = new AuditAllowance((entry) => {
    void this.ledger()
      .then((ledger) => ledger.audit(entry))
      .catch(() => {});
  });

  constructor(settings: IssuerSettings, log: IssuerLog) {
    this.settings = settings;
    this.#log = log;
    const { alarmWebhook } = settings;
    this.#alarmWebhook =
      alarmWebhook &&
      new AlarmWebhook(
        alarmWebhook,
        () => this.ledger(),
        (text) => log.warn(text),
      );
    this.payments = new Payments(settings.payment, () => this.ledger(), log);
    runningIssuers.add(this);
  }

  /** A report raised alarms: who is to hear of them hears now. */
  alarmsRaised(): void {
    this.#alarmWebhook?.wake();
  }

  get identities(): Identities {
    return this.#identities;
  }

  /**
   * The ledger, opened if it is not.
   * @throws {LedgerUnavailable} when it is away or cannot be opened; `cause` says why
   */
  ledger(): Promise<Ledger> {
    if (this.#ledger) return this.#ledger;
    if (this.#closing) return Promise.reject(new LedgerUnavailable('The cloud is stopping.'));
    // It is tried again by itself; who asks meanwhile need not wait to hear the same.
    if (this.#retry && this.#state instanceof Error) return Promise.reject(unavailable(this.#state));
    this.#tell('opening');
    const opening = this.#openLedger();
    this.#ledger = opening;
    opening.catch(() => {
      if (this.#ledger !== opening) return;
      this.#ledger = undefined;
      if (!this.#closing) this.#openLater();
    });
    return opening;
  }

  #openLater(): void {
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.ledger().catch(() => {});
    }, OPEN_AGAIN_MS).unref();
  }

  async #openLedger(): Promise<Ledger> {
    try {
      const options: LedgerOptions = {
        url: this.settings.url,
        masterKey: await this.settings.masterKey(),
        onBatch: (batch) => cloudMetrics.batch(batch),
        onTrouble: (line) => this.#log.warn(line),
      };
      const ledger = await openLedger(options);
      this.#tell('open');
      setImmediate(() => this.payments.begin());
      // Not waited for: what is said needs the ledger, which is opened only now.
      setImmediate(() => void this.#sayHowToGetIn().catch(() => {}));
      return ledger;
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      this.#tell(reason);
      throw unavailable(reason);
    }
  }

  /**
   * Told at each deploy which routes several nodes answer. The nodes that use this issuer hear it.
   * @returns those that were not doubled before: to be said
   */
  lookAtRoutes(doubled: ReadonlyMap<string, DoubledRoute>): DoubledRoute[] {
    const before = this.#doubled;
    this.#doubled = doubled;
    for (const watcher of this.#watchers) watcher(this.#state);
    return [...doubled].filter(([key]) => !before.has(key)).map(([, route]) => route);
  }

  /** The route of a call, when more than one node answers it: nobody can say which one does. */
  doubledRoute({ method, path }: { readonly method: string; readonly path: string }): DoubledRoute | undefined {
    return this.#doubled.get(routeKey(method, path));
  }

  /** A node that uses the ledger: told its state now and at each change. The first one opens it. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    watcher(this.#state);
    if (this.#state === 'closed') this.ledger().catch(() => {});
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Whether all may call: Node-RED is heard on this machine alone, and no API key was ever made. Looked at again four
   * times a second, so that the first key made ends it.
   */
  async open(): Promise<boolean> {
    if (!this.settings.loopbackOnly) return false;
    const now = performance.now();
    if (!this.#open || now > this.#openUntil) {
      this.#openUntil = now + LOOK_AGAIN_MS;
      const looking = this.#noKeyYet();
      this.#open = looking;
      looking.catch(() => {
        if (this.#open === looking) this.#open = undefined;
      });
    }
    return this.#open;
  }

  async #noKeyYet(): Promise<boolean> {
    const { items } = await (await this.ledger()).listApiKeys({ limit: 1 });
    const none = items.length === 0;
    if (none) {
      this.#say('No API key has been made: everything is open to this machine, for trying out.');
    } else if (this.#said !== '') {
      this.#say('An API key has been made: the cloud asks for keys now.');
    }
    return none;
  }

  /** Tells the operator of a cloud that others can reach how to get in, when nobody can yet. */
  async #sayHowToGetIn(): Promise<void> {
    if (this.settings.loopbackOnly) {
      await this.open();
      return;
    }
    const { items } = await (await this.ledger()).listApiKeys({ limit: 1 });
    if (items.length > 0) return;
    this.#say(
      'No API key has been made, and this cloud can be reached from other machines: all calls that need a key are ' +
        'refused. Make the first one with: npx offline-charging keys create --role operator --name "my laptop"',
    );
  }

  #say(text: string): void {
    if (this.#said === text) return;
    this.#said = text;
    this.#log.warn(text);
  }

  /** @param open whether the caller came in because all may: nobody is counted then, unless limits were set */
  limits(open: boolean): Promise<Limits> {
    if (open) {
      this.#openLimits ??= Promise.resolve(Limits.inMemory({ ...NO_LIMITS, ...this.settings.limits }));
      return this.#openLimits;
    }
    this.#limits ??= this.#makeLimits({ ...USUAL_LIMITS, ...this.settings.limits });
    return this.#limits;
  }

  #makeLimits(settings: LimitSettings): Promise<Limits> {
    const { limitsIn, url } = this.settings;
    const inDatabase = limitsIn === 'database' && /^postgres/.test(url);
    return Promise.resolve(inDatabase ? Limits.inDatabase(settings, () => this.ledger()) : Limits.inMemory(settings));
  }

  /** Leaves a mark in the ledger, not waited for. */
  audit(entry: AuditEntry, address: string): void {
    this.#auditAllowance.audit(entry, address);
  }

  async #authenticate(key: string, address: string): Promise<Answer<Principal>> {
    return (await this.ledger()).authenticate(key, (entry) => this.audit(entry, address));
  }

  #tell(state: LedgerState): void {
    this.#state = state;
    if (state === 'open' && this.#warned !== '') {
      this.#warned = '';
      this.#log.info('The ledger is there again.');
    }
    const minute = performance.now() - this.#warnedAt >= SAY_AGAIN_MS;
    if (state instanceof Error && (state.message !== this.#warned || minute)) {
      this.#warned = state.message;
      this.#warnedAt = performance.now();
      this.#log.warn(state.message);
    }
    for (const watcher of this.#watchers) watcher(state);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#retry);
    runningIssuers.delete(this);
    this.#auditAllowance.close();
    await this.#alarmWebhook?.close();
    await this.payments.close();
    const [ledger] = await Promise.allSettled([this.#ledger]);
    this.#ledger = undefined;
    this.#limits = undefined;
    if (ledger.status === 'fulfilled') await ledger.value?.close();
    this.#tell('closed');
  }
}

function unavailable(reason: Error): LedgerUnavailable {
  return reason instanceof LedgerUnavailable ? reason : new LedgerUnavailable(reason.message, { cause: reason });
}
