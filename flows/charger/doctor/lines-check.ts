// The lines that the settings name: whether the machine has them, whether two uses share one, what the plug contact
// reads. Only looks: no line that some program holds is touched, and the relay's is never opened, it is the guard's.
import { chosenKind, DEVICES } from '../../../hardware/devices.ts';
import { type Chip, findLine, headerChip, type LineAt } from '../../../hardware/gpio/chips.ts';
import type { GpioDriver } from '../../../hardware/gpio/driver.ts';
import type { GpioError } from '../../../hardware/gpio/errors.ts';
import { exportedLine } from '../../../hardware/gpio/onoff.ts';
import { type Pin, writePin } from '../../../hardware/gpio/pin.ts';
import { readStationPins, type StationPin } from '../../../hardware/station-pins.ts';
import { checkBoot } from './boot-check.ts';
import { type Finding, good, note, type Subject, wrong } from './finding.ts';

/** A line that a setting names; `at` is undefined where the machine has no such line. */
interface Named {
  /** Behind it the number of the outlet, where there are several. */
  readonly setting: string;
  readonly line: string;
  readonly at: LineAt<Chip> | undefined;
}

/** @param chips as the driver sees them */
export async function checkLines(driver: GpioDriver, chips: readonly Chip[], subject: Subject): Promise<Finding[]> {
  const { env } = subject;
  const findings: Finding[] = [];
  const named: Named[] = [];
  /** The lines of a setting, looked up; those that are missing are told at once. */
  const lookUp = (setting: string, lines: readonly string[]): readonly Named[] => {
    const found = lines.map((line) => {
      try {
        return { setting, line, at: findLine(chips, line) };
      } catch (error) {
        findings.push(wrong('pins.no-line', 'pins.no-line.do', { setting, reason: (error as Error).message }));
        return { setting, line, at: undefined };
      }
    });
    named.push(...found);
    return found;
  };
  const optional = (setting: string, lines: readonly string[], device?: string) => {
    if (lines.length === 0) {
      if (device) findings.push(wrong('pins.not-named', 'pins.no-line.do', { setting, device }));
    } else if (lookUp(setting, lines).every(({ at }) => at)) {
      findings.push(good('pins.lines-there', { setting, lines: lines.join(', ') }));
    }
  };

  const { pins } = readStationPins(env);
  const of = (use: StationPin['use']) => pins.filter((one) => one.use === use);
  /** Each pin of one use, looked up by itself. */
  const eachOf = (use: StationPin['use']) =>
    of(use).map((one) => ({ ...one, named: lookUp(numbered(one), [one.pin.line])[0]! }));
  for (const { pin, outlet, named } of eachOf('relay'))
    if (named.at) findings.push(ofOutlet(outlet, relayLine(pin, named.at, chips)));
  findings.push(...checkBoot(chips, subject));
  const plugs = eachOf('vehicle');
  const lines = (setting: string) => pins.filter((one) => one.setting === setting).map(({ pin }) => pin.line);
  optional('FEEDBACK_LINE', lines('FEEDBACK_LINE'));
  for (const device of DEVICES) {
    for (const { kind, variable } of Object.values(chosenKind(device, env)?.settings ?? {}))
      if ((kind === 'pin' || kind === 'lines') && variable !== undefined)
        optional(variable, lines(variable), `${device.variable}=${env[device.variable]}`);
  }

  const shared = named.filter((one) => one.at && named.some((other) => other !== one && isSame(one, other)));
  const told = shared.filter((one, i) => shared.findIndex((other) => isSame(one, other)) === i);
  for (const one of told) {
    const settings = shared.filter((other) => isSame(one, other)).map(({ setting }) => setting);
    findings.push(wrong('pins.line-twice', 'pins.line-twice.do', { line: one.line, settings: settings.join(', ') }));
  }
  for (const { pin, outlet, named } of plugs) {
    if (named.at && !shared.includes(named)) findings.push(ofOutlet(outlet, await vehicleLine(driver, pin, subject)));
  }
  return findings;
}

/** `RELAY_LINE 3` is the third row of RELAY_LINE. */
function numbered({ setting, outlet }: StationPin): string {
  return outlet === undefined ? setting : `${setting} ${outlet}`;
}

function ofOutlet(outlet: number | undefined, finding: Finding): Finding {
  return outlet === undefined ? finding : { ...finding, values: { ...finding.values, outlet } };
}

function isSame({ at: one }: Named, { at: other }: Named): boolean {
  return one !== undefined && one.chip === other?.chip && one.offset === other.offset;
}

/** BCM2835 ARM Peripherals, table 6-31: GPIO0 to GPIO8 are pulled up at reset, 9 and above down. */
function relayLine(pin: Pin, at: LineAt<Chip>, chips: readonly Chip[]): Finding {
  const { line, activeLow, pull } = pin;
  const values = { line, off: activeLow ? 1 : 0, pin: writePin(pin) };
  if (pull === (activeLow ? 'down' : 'up')) return wrong('pins.relay-pulled-on', 'pins.relay-pulled-on.do', values);
  const pulledUp = at.offset <= 8;
  if (at.chip === headerChip(chips) && pulledUp !== activeLow)
    return wrong('pins.relay-on-at-boot', activeLow ? 'pins.relay-low.do' : 'pins.relay-high.do', values);
  return good('pins.relay-line', values);
}

async function vehicleLine(driver: GpioDriver, { line, activeLow }: Pin, { root }: Subject): Promise<Finding> {
  try {
    // Opening it would change what the program that exported it set, and closing it would take it away.
    const exported = driver.name === 'onoff' ? exportedLine(line, root) : undefined;
    if (exported?.output) return wrong('pins.line-driven', 'pins.line-failed.do', { line });
    const connected = activeLow ? 0 : 1;
    if (exported) return good('pins.vehicle-line', { line, level: exported.high ? 1 : 0, connected });
    const input = await driver.input(line, { consumer: 'doctor', onChange() {}, onLost() {} });
    const level = input.read() ? 1 : 0;
    await input.close();
    return good('pins.vehicle-line', { line, level, connected });
  } catch (error) {
    const { code, message } = error as GpioError;
    // Held: by the charger, as it should be, or by somebody else; the message names the holder.
    if (code === 'line-busy') return note('pins.line-held', { line, reason: message });
    return wrong('pins.line-failed', 'pins.line-failed.do', { line, reason: message });
  }
}
