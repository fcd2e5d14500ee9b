// What the firmware makes of the pins before any program runs: config.txt against the settings.
import { type Chip, findLine } from '../../../hardware/gpio/chips.ts';
import { writePin } from '../../../hardware/gpio/pin.ts';
import {
  bootLine,
  bootProblems,
  drivenInputs,
  gpioOf,
  modelOf,
  readBootSettings,
  staleLines,
} from '../../../hardware/raspberry-pi/boot-level.ts';
import { readStationPins } from '../../../hardware/station-pins.ts';
import { type Finding, good, note, type Subject, wrong } from './finding.ts';

/** @param chips as the driver sees them; none where there is no driver */
export function checkBoot(chips: readonly Chip[], { root, env }: Subject): Finding[] {
  const { pins } = readStationPins(env);
  const relays = pins.filter(({ use }) => use === 'relay').map(({ pin }) => pin);
  const onHeader = relays.filter(({ line }) => gpioOf(line, chips) !== undefined);
  const elsewhere = relays.filter((pin) => !onHeader.includes(pin) && isThere(pin.line, chips));
  const findings = elsewhere.map((pin) => note('boot.not-header', { line: pin.line }, 'boot.not-header.do'));
  const settings = readBootSettings(root);
  if (settings === undefined) {
    // Elsewhere there is no firmware to ask.
    if (modelOf(root) === undefined) return findings;
    const write = onHeader.map((pin) => bootLine(pin, chips)).join(' ');
    return [...findings, wrong('boot.no-file', 'boot.no-file.do', { write })];
  }
  const { file } = settings;
  const problems = bootProblems(onHeader, settings, chips);
  for (const { line, pin, says, write } of problems) {
    const values = { line, pin, file, says: says ?? '', write };
    findings.push(wrong(says === undefined ? 'boot.not-held' : 'boot.held-wrong', 'boot.write.do', values));
  }
  for (const pin of onHeader.filter(({ line }) => problems.every((problem) => problem.line !== line)))
    findings.push(good('boot.held', { line: pin.line, pin: writePin(pin), file, level: pin.activeLow ? 1 : 0 }));
  const inputs = pins.filter(({ drives }) => !drives);
  for (const { setting, pin } of inputs) {
    for (const { says } of drivenInputs([pin.line], settings, chips))
      findings.push(wrong('boot.drives-input', 'boot.drives-input.do', { setting, line: pin.line, says, file }));
  }
  for (const { says } of staleLines(relays, settings, chips))
    findings.push(note('boot.stale', { says, file }, 'boot.stale.do'));
  return findings;
}

/** A line that is missing is told as such. */
function isThere(line: string, chips: readonly Chip[]): boolean {
  try {
    findLine(chips, line);
    return true;
  } catch {
    return false;
  }
}
