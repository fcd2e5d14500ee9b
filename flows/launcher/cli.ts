#!/usr/bin/env node
// `offline-charging COMMAND`: the programs of the package under one name.
import { nodeTooOld } from './node-version.ts';

const commands: Readonly<Record<string, { readonly file: string; readonly says: string; readonly args?: string[] }>> = {
  start: { file: './start', says: 'relay guard, charger and cloud on simulated hardware' },
  cloud: { file: '../server/main', args: ['cloud'], says: 'the cloud alone' },
  charger: { file: '../server/main', args: ['charger'], says: 'the charger alone; its relay guard runs beside it' },
  guard: { file: '../../hardware/relay/guard-main', says: 'the relay guard' },
  keys: { file: '../cloud/keys-cli', says: 'make, list and revoke API keys of the cloud' },
  journal: { file: '../charger/journal-cli', says: "export a station's journal" },
  pins: { file: '../../hardware/raspberry-pi/pins-main', says: "what a station's settings say of its pins" },
  'set-clock': {
    file: '../../hardware/raspberry-pi/clock-main',
    says: "set the machine's clock for the charger; systemd starts it",
  },
  doctor: {
    file: '../charger/doctor/main',
    says: 'check a station: pins, permissions, clock, disk, key, guard',
  },
  update: {
    file: '../../hardware/raspberry-pi/update',
    says: 'a new version of the station, from one file (USB stick)',
  },
};

const [name = 'help', ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
const tooOld = nodeTooOld(process.versions.node);
// The guard and the doctor run on what a station has: one lets go of a relay, the other says what is wrong.
if (command && tooOld !== undefined && !['guard', 'doctor'].includes(name)) {
  console.error(tooOld);
  process.exitCode = 1;
} else if (command) {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  process.argv = [process.argv[0]!, process.argv[1]!, ...(command.args ?? []), ...rest];
  await import(new URL(`${command.file}.${extension}`, import.meta.url).href);
} else {
  const width = Math.max(...Object.keys(commands).map((each) => each.length));
  const list = Object.entries(commands).map(([each, { says }]) => `  ${each.padEnd(width)}  ${says}`);
  console.log(`offline-charging COMMAND [--help]\n\n${list.join('\n')}`);
  process.exitCode = ['help', '--help', '-h'].includes(name) ? 0 : 2;
}
