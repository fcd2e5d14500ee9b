// `run session`: what the other nodes of a charger tell, in; the relay's command, the display and the records, out.
import { Charger, type SiteOverview } from '../../charging/station/charger/charger.ts';
import type { ChargerRecord } from '../../charging/station/charger/journal-writes.ts';
import { chargerConfig } from '../../charging/station/charger/model.ts';
import type { Screen } from '../../charging/station/conversation/screens.ts';
import { words } from '../../charging/station/conversation/words.ts';
import type { SessionState } from '../charging-station/remote-control.ts';
import type { StationPlan } from '../charging-station/settings.ts';
import { type ChargingStation, joinStation, type StationUser } from '../charging-station/station-user.ts';
import { onFlowsStarted } from '../shared/flows-started.ts';
import { guarded, type NodeFault, onClose, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import { outletOf, outletsIn } from '../shared/outlets.ts';
import type { Message, RedNode } from '../shared/red.ts';
import { type ConfigOf, setting } from '../shared/settings.ts';
import { codeOf, type Status } from '../shared/status.ts';
import { brokenState, faultScreen } from './broken.ts';
import { heard, StandingInputs } from './inputs.ts';
import { type LiveSession, sessionLives } from './live-sessions.ts';
import { MIGRATIONS, SETTINGS } from './settings.ts';

type RunSessionConfig = ConfigOf<typeof SETTINGS>;

/** A few turns of the event loop, for flows with a node or two between session and relay. */
const AFTER_RELAY_MS = 4;
/** How often a session that cannot begin tells a relay to open that does not say that it is open. */
const OPEN_AGAIN_MS = 1000;

type Output = 'relay' | 'display' | 'record';

const OPTIONS = { uses: 'station', migrations: MIGRATIONS } as const;

export default nodeType<RunSessionConfig>('run session', OPTIONS, ({ red, node, config, status }) => {
  const { charging, leave } = joinStation(red, status, config.station, (fault) => {
    if (fault) status.failed(fault);
    else start();
  });
  const live = sessionLives(node.id);
  const session = new SessionNode(node, status, charging, live);
  const leaveStation = charging.join(session);

  const start = guarded(node, status, () => session.start(config));
  const forget = onFlowsStarted(red, start);
  onInput(node, status, (message) => session.hear(message));
  onClose(node, () => {
    forget();
    try {
      session.stop();
    } finally {
      live.end();
      leaveStation();
      leave();
    }
  });
  try {
    // The journal is opened here already, so that what is wrong with it shows at once.
    void charging.station;
  } catch {
    // The station has told all its users, this one too.
  }
  session.claim();
});

/** What somebody typed: the rest comes from nodes, which need not hear again and again that nothing works. */
const ENTRIES: ReadonlySet<unknown> = new Set(['voucher', 'service', 'refused']);

class SessionNode implements StationUser {
  readonly #node: RedNode;
  readonly #status: Status;
  readonly #charging: ChargingStation;
  readonly #live: LiveSession;
  #charger: Charger | undefined;
  /** Of the station, as it was when the session began. */
  #plan: StationPlan | undefined;
  /** The driver and chip of the station's pins, once they are open. */
  #pins: string | undefined;
  /** What is being heard: what the session does now, it does because of that message. */
  #cause: Message | undefined;
  #screen: Screen | undefined;
  /** What was told with it. */
  #site: SiteOverview | undefined;
  /** Why it could not begin, or can sell nothing any more. */
  #broken: unknown;
  /** Why the station is not this session's: another has it. */
  #notMine: unknown;
  /** Gives the station back. */
  #leaveRemote: (() => void) | undefined;
  /** Heard before it began. */
  readonly #standing = new StandingInputs();
  #opening: NodeJS.Timeout | undefined;

  constructor(node: RedNode, status: Status, charging: ChargingStation, live: LiveSession) {
    this.#node = node;
    this.#status = status;
    this.#charging = charging;
    this.#live = live;
  }

  /** The station broke, perhaps after the session began: its pins can't be opened. */
  onFault(fault: NodeFault): void {
    this.#broken ??= fault;
    this.#charger?.fault('gpio-lost', true);
  }

  onPins(description: string): void {
    this.#pins = description;
    this.#show();
  }

  /** The station is this session's, unless another's already. */
  claim(): void {
    try {
      this.#leaveRemote ??= this.#charging.remote.session(
        () => this.snapshot(),
        (outlet) => (this.#charger ? this.#charger.clickRelay(outlet) : 'no-session'),
      );
      this.#notMine = undefined;
    } catch (error) {
      // That there is no station shows where it is used.
      this.#notMine = codeOf(error) === 'two-sessions' ? error : undefined;
    }
  }

  /** After each deploy, and when a journal that failed works again: begins, or shows again what stands on the display. */
  start(config: RunSessionConfig): void {
    if (this.#charger) {
      if (this.#screen) this.#display(this.#screen);
      return;
    }
    // The other may have been deleted in this deploy.
    this.claim();
    if (this.#notMine !== undefined) throw this.#notMine;
    try {
      this.#begin(config);
      this.#broken = undefined;
    } catch (error) {
      this.#broken = error;
      // A customer must not read "ready" on a station that can't sell.
      this.#display(faultScreen(codeOf(error) ?? ''));
      this.#keepOpen();
      throw error;
    }
  }

  /** Where there is no session the relay is to be open, whatever the one before it left behind. */
  #keepOpen(): void {
    const outlets = outletsIn(this.#charging);
    const open = () => {
      for (const { outlet } of outlets) if (!this.#standing.isOpen(outlet)) this.#command(false, true, outlet);
    };
    clearInterval(this.#opening);
    this.#opening = setInterval(guarded(this.#node, this.#status, open), OPEN_AGAIN_MS);
    for (const { outlet } of outlets) this.#command(false, false, outlet);
  }

  #begin(config: RunSessionConfig): void {
    const { plan, station } = this.#charging;
    const charger = new Charger({
      journal: station,
      config: chargerConfig({
        unit: plan.settings.unit,
        sequence: plan.settings.sequence,
        outlets: plan.outlets,
        ...limit(config, 'stationPowerW'),
        ...limit(config, 'outletPowerW'),
        ...limit(config, 'highestPowerW'),
        ...limit(config, 'highestCurrentA'),
      }),
      clocks: { monotonicMs: () => performance.now() },
      schedule: (ms, callback) => {
        const timer = setTimeout(guarded(this.#node, this.#status, callback), ms);
        return () => clearTimeout(timer);
      },
      // By then the order has gone through the flow and out to the guard: immediates come before timers.
      afterRelay: (callback) => {
        const cause = this.#cause;
        const go = guarded(this.#node, this.#status, () => this.#because(cause, callback));
        setTimeout(go, AFTER_RELAY_MS);
      },
      language: this.#charging.language,
      emit: {
        relay: (on, again, outlet) => this.#command(on, again, outlet),
        display: (screen, site) => this.#display(screen, site),
        record: (record) => this.#record(record),
      },
    });
    this.#charger = charger;
    this.#plan = plan;
    clearInterval(this.#opening);
    this.#standing.tell(charger);
    charger.start();
    this.#show();
  }

  hear(message: Message): void {
    const { remote } = this.#charging;
    const idle = this.#notMine ?? this.#broken;
    if (idle !== undefined && ENTRIES.has(message.topic)) {
      if (idle === this.#broken) remote.entryHeard();
      throw idle;
    }
    const settings = this.#settings();
    if (!settings) return;
    const input = heard(message, settings);
    const outlet = outletOf(message, this.#outlets);
    const charger = this.#charger;
    if (!charger) {
      this.#standing.keep(input, outlet);
      return;
    }
    try {
      this.#because(message, () => input.tell(charger, outlet));
    } finally {
      // A session that waits for its relay hears it only then.
      if (ENTRIES.has(message.topic)) charger.whenHeard(() => remote.entryHeard());
      remote.changed();
    }
    if (input.misread) throw input.misread;
  }

  get #outlets(): number {
    return (this.#plan ?? this.#charging.plan).outlets;
  }

  /** Undefined while the station cannot work and no session ever began. */
  #settings(): StationPlan['settings'] | undefined {
    if (this.#plan) return this.#plan.settings;
    try {
      return this.#charging.plan.settings;
    } catch {
      return undefined;
    }
  }

  /** What the session does in `work`, it does because of that message. */
  #because(message: Message | undefined, work: () => void): void {
    this.#cause = message;
    try {
      work();
    } finally {
      this.#cause = undefined;
    }
    this.#show();
  }

  stop(): void {
    this.#leaveRemote?.();
    clearInterval(this.#opening);
    this.#charger?.stop();
    this.#charger = undefined;
  }

  snapshot(): SessionState | undefined {
    if (this.#charger) return this.#charger.snapshot();
    if (this.#broken === undefined || !this.#screen) return undefined;
    const display = words(this.#screen, this.#charging.language);
    return brokenState(display, outletsIn(this.#charging));
  }

  /** `again` tells a command that is repeated until the relay follows from a new one; `commandedBy`, who answers for it. */
  #command(on: boolean, again: boolean, outlet: number): void {
    this.#live.tells(on, outlet);
    this.#send('relay', { topic: 'relay', outlet, payload: on, again, commandedBy: this.#node.id });
  }

  #record(record: ChargerRecord): void {
    this.#send('record', { topic: record.kind, payload: record });
    this.#changed();
  }

  /** @param site how the outlets stand; as it was told last where it is not given */
  #display(screen: Screen, site: SiteOverview | undefined = this.#site): void {
    this.#site = site;
    this.#screen = screen;
    const { language } = this.#charging;
    const both = { en: words(screen, 'en'), 'zh-CN': words(screen, 'zh-CN') };
    const other = language === 'en' ? 'zh-CN' : 'en';
    const payload = {
      screen: screen.name,
      values: screen.values,
      lines: both[language],
      words: both,
      language: screen.otherLanguage ? other : language,
      station: this.#id(),
      ...(site && { outlets: this.#named(site.outlets), report: site.report ?? null }),
    };
    this.#send('display', { topic: 'display', payload });
    this.#changed();
  }

  #named(outlets: SiteOverview['outlets']): object[] {
    const names = this.#plan?.outletNames ?? [];
    return outlets.map((each) => {
      const name = names[each.outlet - 1];
      return name ? { ...each, name } : each;
    });
  }

  /** A station that cannot even be read still shows that it is out of order. */
  #id(): string {
    try {
      return (this.#plan ?? this.#charging.plan).settings.stationId;
    } catch {
      return '';
    }
  }

  #send(output: Output, added: Message): void {
    const message = { ...this.#cause, ...added };
    this.#node.send([
      output === 'relay' ? message : null,
      output === 'display' ? message : null,
      output === 'record' ? message : null,
    ]);
  }

  #changed(): void {
    // While a message is heard, its end shows what all came of it.
    if (this.#cause === undefined) this.#show();
    this.#charging.remote.changed();
  }

  #show(): void {
    // What broke the station stands in the status, and says more than the state does.
    if (!this.#charger || this.#broken !== undefined) return;
    const { state, remaining, unit, faults, phases } = this.#charger.standing();
    if (phases.length > 1) {
      this.#showSeveral(phases);
      return;
    }
    const left = `${unit === 'min' ? Math.ceil(remaining) : Math.round(remaining)} ${this.#status.text(`unit.${unit}`)}`;
    if (state === 'fault') this.#status.refused('fault', { fault: this.#status.called('fault', faults[0] ?? '') });
    else if (state === 'charging') this.#status.active(state, { left });
    // The driver's name; the chip's path stands in the log.
    else if (state === 'idle' && faults.length === 0)
      this.#status.ready(state, {
        pins: this.#pins === undefined ? '' : ` · ${this.#status.called('pins', this.#pins.split(':')[0]!)}`,
      });
    else this.#status.busy(state, { left });
  }

  /** How many charge, and how many are out of order. */
  #showSeveral(phases: readonly string[]): void {
    const count = (...names: readonly string[]) => phases.filter((name) => names.includes(name)).length;
    const [active, broken] = [count('starting', 'charging', 'paused'), count('fault')];
    const values = { active, broken, outlets: phases.length };
    if (broken > 0) this.#status.refused('several-broken', values);
    else if (active > 0) this.#status.active('several', values);
    else this.#status.ready('several', values);
  }
}

function limit(config: RunSessionConfig, name: keyof typeof SETTINGS): Record<string, number> {
  const value = setting(config, SETTINGS, name);
  return value === undefined ? {} : { [name]: value };
}
