// `control relay`: on and off of each outlet's relay in; what it really does, and its faults, out.
import { FeedbackContact } from '../../hardware/relay/feedback-contact.ts';
import { directRelay, guardedRelay, type Relay, RelayError, type RelayState } from '../../hardware/relay/relay.ts';
import { GUARD_SOCKET, joinStation } from '../charging-station/station-user.ts';
import { isLive, wantedClosed } from '../run-session/live-sessions.ts';
import { onFlowsStarted } from '../shared/flows-started.ts';
import { guarded, NodeFault, onClose, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import { isMendedBySettings } from '../shared/opening.ts';
import { closeParts, faultOf, OutletLooks, OutletPart, outletOf, outletsIn } from '../shared/outlets.ts';
import type { Message } from '../shared/red.ts';
import { offerTries } from '../shared/tries.ts';
import { migrated } from '../shared/versions.ts';
import { type Command, commandOf, mayOpen } from './command.ts';
import { type ControlRelayConfig, MIGRATIONS, planRelay, type RelayPlan } from './settings.ts';
import { relayTries, type TriedRelay } from './tries.ts';

/** Between two attempts to set up a relay. */
const AGAIN_MS = 5_000;
/** So often the state is told again while the relay is on, and so many times more after it went off. */
const TELL_AGAIN_MS = 1000;
const TOLD_AGAIN_OFF = 5;
/** Only a change of the settings mends these. */
const isPermanent = (code: string) => code === 'bad-protection' || isMendedBySettings(code);

/** What the first output says. */
interface Actual {
  readonly on: boolean;
  readonly ready: boolean;
  readonly readyInSeconds: number;
  /** The node is deployed anew, or gone until it is brought back: the next one tells its own state. */
  readonly restarting?: true;
}

// Where a newer version saved it, the session has to hear that there is no relay.
const OPTIONS = { uses: 'station', readsItself: true, hasTries: true } as const;

export default nodeType<ControlRelayConfig>('control relay', OPTIONS, ({ red, node, config, status }) => {
  const { charging, leave } = joinStation(red, status, config.station);
  const outlets = outletsIn(charging);
  const looks = new OutletLooks(status, outlets.length);
  const controls = outlets.map((at) => new RelayControl(at, { node, status, looks, charging, config }));
  const forget = onFlowsStarted(red, () => {
    for (const control of controls) control.announce();
  });

  onInput(node, status, (message) => hear(message, controls));
  onClose(node, (removed) => {
    forget();
    return closeParts(controls, removed, leave);
  });
  for (const control of controls) control.start();
  offerTries(node, relayTries(charging, controls), () => charging.plan);
});

/** A command whose outlet nobody understands closes nothing, and what it would open might be any of them. */
async function hear(message: Message, controls: readonly RelayControl[]): Promise<void> {
  let outlet: number;
  try {
    outlet = outletOf(message, controls.length);
  } catch (error) {
    if (mayOpen(message.payload)) await Promise.allSettled(controls.map((control) => control.open(message)));
    throw error;
  }
  await controls[outlet - 1]!.hear(message);
}

/** No faults: the contactor needs its rest, a later order overtook this one, the flow was being stopped. */
const EXPECTED: ReadonlySet<string> = new Set(['not-ready', 'superseded', 'closed']);

/** The relay of one outlet. */
class RelayControl extends OutletPart<ControlRelayConfig> {
  #plan: RelayPlan | undefined;
  #opening: Promise<void> = Promise.resolve();
  #again: NodeJS.Timeout | undefined;
  /** Takes back that the guard's line is this relay's. */
  #leaveLine = () => {};
  /** Why there is no relay. */
  #unusable: (Error & { code: string }) | undefined;
  #relay: Relay | undefined;
  #contact: FeedbackContact | undefined;
  #closed = false;
  /** Off again when the minutes of a voucher are over. */
  #timer: NodeJS.Timeout | undefined;
  #untilMs = 0;
  #countdown: NodeJS.Timeout | undefined;
  /** The command being carried out: what the relay does now, it does because of that message. */
  #cause: Message | undefined;
  #told = '';
  #tellingAgain: NodeJS.Timeout | undefined;
  #tellings = 0;
  /** The session that commands this relay: what it does not want closed is opened, whoever closed it. */
  #session: unknown;
  /** The faults that stand, as they were told: their codes and words. */
  readonly #faults = new Map<string, string>();
  #contactFault: string | undefined;

  get #isDirect(): boolean {
    return this.#plan?.through === 'direct';
  }

  /** Sets the relay up, and tries again while that may help. As long as there is none, each command says why. */
  start(): void {
    this.#opening = this.#open().catch((error: unknown) => this.#failed(error));
  }

  async #open(): Promise<void> {
    const plan = planRelay(migrated(this.config, MIGRATIONS), this.at);
    this.#plan = plan;
    const { guardSocket } = this.charging.plan;
    if (plan.feedback !== undefined) {
      const driver = await this.charging.gpio();
      this.#contact = await FeedbackContact.open(driver, plan.feedback, (fault) => this.#feedback(fault));
    }
    this.#relay = await this.#relayOf(plan, guardSocket ?? GUARD_SOCKET);
    this.#unusable = undefined;
    if (this.#closed) return;
    if (this.#faults.has('relay-unusable')) this.#fault('relay-unusable', false);
    this.#relay.onChange((state) => this.#changed(state));
    this.#changed(this.#relay.state);
  }

  async #relayOf({ through, relay, contactor, guarded, protection }: RelayPlan, socket: string): Promise<Relay> {
    if (through === 'guard') {
      if (guarded !== undefined) this.#leaveLine = this.charging.lines.take(guarded.line, 'relay');
      return guardedRelay({ socket, relay, protection });
    }
    return directRelay({ driver: await this.charging.gpio(), ...contactor!, protection });
  }

  /** There is no relay: the session hears of it, so that nothing is sold. */
  async #failed(error: unknown): Promise<void> {
    const contact = this.#contact;
    this.#contact = undefined;
    await contact?.close().catch(() => {});
    if (this.#closed) return;
    const fault = faultOf(this.at, error);
    this.show((status) => status.failed(fault), { fault });
    if (fault.code !== this.#unusable?.code) this.node.error(fault, {});
    this.#unusable = fault;
    const words = this.status.wordsFor(fault);
    if (this.#faults.get('relay-unusable') !== words) this.#fault('relay-unusable', true, words);
    if (!isPermanent(fault.code)) this.#again = setTimeout(() => this.start(), AGAIN_MS);
  }

  /** For whoever tries it from the dialog. @throws why there is no relay */
  async tried(): Promise<TriedRelay> {
    await this.#opening;
    if (this.#unusable) throw this.#unusable;
    const { state } = this.#relay!;
    const isCommanded = isLive(this.#session);
    return { ...this.#plan!, isCommanded, lease: state.lease, on: this.#actual(state).on };
  }

  /** Opens it, whatever the message says. */
  async open(message: Message): Promise<void> {
    await this.#opening;
    if (this.#relay) await this.#set({ on: false }, message);
  }

  async hear(message: Message): Promise<void> {
    await this.#opening;
    if (this.#unusable) {
      // Why there is none was said when the command came first.
      if (message.again === true) return;
      throw this.#unusable;
    }
    let command: Command | undefined;
    try {
      command = commandOf(message.payload);
    } catch (error) {
      // What nobody understands must not leave a relay closed.
      await this.#set({ on: false }, message);
      throw error;
    }
    if (command) await this.#set(command, message);
  }

  announce(): void {
    for (const [code, words] of this.#faults) this.#fault(code, true, words);
    if (this.#relay) this.#tell(this.#relay.state, true);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#countdown);
    clearTimeout(this.#again);
    clearInterval(this.#tellingAgain);
    // Without this node the relay is off: a session that stays must not go on counting minutes, and waits for one that comes
    // back. A turn later one that stops in the same deploy is out of reach, and goes on with what is left when it starts again.
    const gone: Actual = { on: false, ready: false, readyInSeconds: 0, restarting: true };
    setImmediate(() => {
      this.node.send([{ topic: 'relay', outlet: this.at.outlet, payload: gone }, null]);
      // The node that comes next tells its own; these would stand for ever.
      for (const code of [...this.#faults.keys()]) this.#fault(code, false);
    });
    await this.#opening;
    await this.#relay?.close();
    this.#leaveLine();
    await this.#contact?.close();
  }

  async #set({ on, forMs }: Command, message: Message): Promise<void> {
    const relay = this.#relay!;
    if (on && this.#contactFault === 'feedback-lost') {
      await this.#set({ on: false }, message);
      throw faultOf(
        this.at,
        new NodeFault('feedback-lost', 'The feedback line of this relay is lost: the relay stays off.'),
      );
    }
    this.#schedule(on, forMs, message);
    this.#cause = message;
    this.#told = '';
    this.#commandedBy(message.commandedBy);
    this.#contact?.commanded(on);
    try {
      await relay.set(on);
    } catch (error) {
      const code = error instanceof RelayError ? error.code : undefined;
      // Minutes and contact are those of the order that came after it.
      if (code !== 'superseded') {
        this.#contact?.commanded(false);
        clearTimeout(this.#timer);
      }
      if (code === undefined || !EXPECTED.has(code)) throw error;
    } finally {
      if (this.#told === '') this.#tell(relay.state, false);
      if (this.#cause === message) this.#cause = undefined;
    }
  }

  /** A command that no session gave is still under the one before, as long as that lives. */
  #commandedBy(session: unknown): void {
    if (typeof session === 'string') this.#session = session;
    else if (!isLive(this.#session)) this.#session = undefined;
  }

  /** Another voucher while the relay is on adds its minutes. */
  #schedule(on: boolean, forMs: number | undefined, message: Message): void {
    clearTimeout(this.#timer);
    if (!on || forMs === undefined) {
      this.#untilMs = 0;
      return;
    }
    const now = performance.now();
    this.#untilMs = Math.max(now, this.#relay!.state.on ? this.#untilMs : 0) + forMs;
    const over = guarded(this.node, this.status, () => this.#set({ on: false }, message));
    this.#timer = setTimeout(over, this.#untilMs - now);
  }

  #changed(state: RelayState): void {
    if (this.#closed) return;
    this.#problem(state);
    if (!state.on && this.#cause === undefined) this.#contact?.commanded(false);
    this.#tell(state, false);
  }

  #feedback(fault: string | undefined): void {
    if (this.#closed) return;
    if (fault !== this.#contactFault) {
      if (this.#contactFault !== undefined) this.#fault(this.#contactFault, false);
      this.#contactFault = fault;
      if (fault !== undefined) {
        this.#fault(fault, true);
        if (this.#relay?.state.on) guarded(this.node, this.status, () => this.#set({ on: false }, {}))();
      }
    }
    if (this.#relay) this.#tell(this.#relay.state, false);
  }

  #problem({ problem }: RelayState): void {
    // That a contactor needs its rest is told with `ready`, and is no fault.
    const standing = problem === undefined || problem.code === 'not-ready' ? undefined : problem.code;
    for (const code of [...this.#faults.keys()]) {
      if (code !== standing && code !== this.#contactFault) this.#fault(code, false);
    }
    if (standing !== undefined && !this.#faults.has(standing)) this.#fault(standing, true);
  }

  #fault(code: string, standing: boolean, words = this.status.wordsFor(new NodeFault(code, code))): void {
    if (standing) this.#faults.set(code, words);
    else this.#faults.delete(code);
    const { outlet } = this.at;
    this.node.send([null, { ...this.#cause, topic: 'relay-fault', outlet, payload: { code, standing, words } }]);
  }

  /** The first output: at each change, and in answer to each command. */
  #tell(state: RelayState, again: boolean): void {
    if (this.#closed) return;
    const actual = this.#actual(state);
    this.#look(state, actual);
    if (state.on || actual.on) this.#tellAgain();
    const told = JSON.stringify(actual);
    if (told === this.#told && !again) return;
    this.#told = told;
    this.node.send([{ ...this.#cause, topic: 'relay', outlet: this.at.outlet, payload: actual }, null]);
  }

  /** A message that is lost must not leave a session in the belief that the relay is what it is not. */
  #tellAgain(): void {
    this.#tellings = TOLD_AGAIN_OFF;
    this.#tellingAgain ??= setInterval(
      guarded(this.node, this.status, () => this.#beat()),
      TELL_AGAIN_MS,
    );
  }

  #beat(): void {
    if (!this.#relay) return;
    const unwanted =
      !wantedClosed(this.#session, this.at.outlet) || (this.#contactFault !== undefined && this.#relay.state.on);
    this.#tell(this.#relay.state, true);
    this.#tellings -= 1;
    if (this.#tellings <= 0) {
      clearInterval(this.#tellingAgain);
      this.#tellingAgain = undefined;
    }
    // The session's order was lost on a wire that is cut, it was deleted, or it cannot hear that somebody else closed the
    // relay: nobody else can open it.
    if (unwanted) guarded(this.node, this.status, () => this.#set({ on: false }, {}))();
  }

  #actual({ on, lease, readyInMs, problem }: RelayState): Actual {
    const held = this.#isDirect || lease;
    return {
      on: this.#contact && this.#contactFault !== 'feedback-lost' ? this.#contact.closed : on,
      ready:
        held &&
        readyInMs === 0 &&
        (problem === undefined || problem.code === 'not-ready' || problem.code === 'longest-on'),
      readyInSeconds: Math.ceil(readyInMs / 1000),
    };
  }

  #look(state: RelayState, { on, readyInSeconds }: Actual): void {
    clearTimeout(this.#countdown);
    const [fault] = this.#faults.keys();
    const lease = () => this.status.text(this.#isDirect ? 'lease.direct' : state.lease ? 'lease.held' : 'lease.none');
    if (fault !== undefined) {
      const error = faultOf(this.at, new NodeFault(fault, fault));
      this.show((status) => status.failed(error), { fault: error });
    } else if (on) this.show((status) => status.active('on', { lease: lease() }), { active: true });
    else if (readyInSeconds > 0) {
      this.show((status) => status.waiting('wait', { seconds: readyInSeconds }));
      this.#countdown = setTimeout(
        () => this.#relay && this.#look(this.#relay.state, this.#actual(this.#relay.state)),
        1000,
      );
    } else if (!this.#isDirect && !state.lease) this.show((status) => status.waiting('no-lease'));
    else this.show((status) => status.ready('off', { lease: lease() }));
  }
}
