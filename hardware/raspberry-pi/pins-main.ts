#!/usr/bin/env node
// `offline-charging pins`: what the settings say of the pins, read as guard, charger and doctor read them. The installer
// asks it for config.txt's lines, so that it need not read pins itself.
import { parseArgs } from 'node:util';
import { openDriver } from '../gpio/open.ts';
import { writePin } from '../gpio/pin.ts';
import { readRelays, type Variables } from '../relay/relay-pins.ts';
import { readStationPins } from '../station-pins.ts';
import { bootLine } from './boot-level.ts';
import { readSettingsFile, SETTINGS_FILE } from './settings-file.ts';

const HELP = `offline-charging pins: what the station's settings say of its pins. It changes nothing.

  --env FILE     the station's settings (${SETTINGS_FILE})
  --config-txt   the lines for the firmware's config.txt that hold the relays off while the machine starts
  --help

Exits with 0, or with 2 and a sentence when a pin can't be read.
`;

const WRONG_USE = 2;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      env: { type: 'string', default: SETTINGS_FILE },
      'config-txt': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { variables, ignored } = readSettingsFile(values.env);
  if (ignored[0] !== undefined)
    throw new Error(`${values.env} has "${ignored[0]}=", which systemd ignores: write NAME=VALUE, a line each.`);
  const { pins, refused } = readStationPins(variables);
  if (refused.length > 0) throw new Error(refused.map(({ message }) => message).join('\n'));
  if (values['config-txt']) await printBootLines(variables);
  else
    for (const { setting, outlet = '', pin } of pins) console.log(`${`${setting} ${outlet}`.trim()}: ${writePin(pin)}`);
}

async function printBootLines(variables: Variables): Promise<void> {
  if (variables.GPIO_DRIVER === 'simulated') return;
  const { chips = [] } = await openDriver('auto').catch(() => ({ chips: [] }));
  for (const pin of Object.values(readRelays(variables))) {
    const line = bootLine(pin, chips);
    if (line === undefined) {
      console.error(
        `${writePin(pin)}: the firmware can't hold this line, which is not on the header: see to it that the relay's driver ` +
          'is off while nothing drives it.',
      );
    } else console.log(line);
  }
}

main().catch(({ code, path, message }: NodeJS.ErrnoException) => {
  const missing = code === 'ENOENT' && path !== undefined;
  const why = missing ? `There is no ${path}: say with --env FILE where the station's settings are.` : message;
  console.error(`offline-charging pins: ${why}`);
  process.exitCode = WRONG_USE;
});
