#!/usr/bin/env node
// The doctor as a program: bin/offline-charging-doctor. Exits with 1 when something is wrong.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findUser } from '../../../hardware/linux/users.ts';
import { readSettingsFile, SETTINGS_FILE, type SettingsFile } from '../../../hardware/raspberry-pi/settings-file.ts';
import { countWrong, examine, report, type Section, wrongSince } from './doctor.ts';
import { isLanguage, languageOf } from './words.ts';

const HELP = `offline-charging-doctor: looks at a station and says what is wrong and what to do. It changes nothing.

  --env FILE        the station's settings (${SETTINGS_FILE})
  --user NAME       whose permissions count (offline-charging where there is one, else yours)
  --language NAME   en or zh-CN (LANGUAGE)
  --since FILE      what it found earlier (--json): only what is wrong since then counts
  --json            what was found, for programs
  --help

Exits with 0 when all is well, 1 when something is wrong, 2 when it was called wrongly.
`;

const WRONG_USE = 2;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      user: { type: 'string' },
      language: { type: 'string' },
      since: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.language !== undefined && !isLanguage(values.language)) {
    throw new Error(`There is no language "${values.language}" here: --language takes en or zh-CN.`);
  }
  const { variables, ignored } = settings(values.env);
  const env = { ...variables, ...process.env };
  const user = findUser(values.user);
  if (!user) throw new Error(`There is no user "${values.user}".`);
  const sections = await examine({ root: '/', env, ignored, user, nowMs: Date.now() });
  const language = values.language ? languageOf({ LANGUAGE: values.language }) : languageOf(env);
  console.log(values.json ? JSON.stringify(sections, null, 2) : report(sections, language));
  process.exitCode = (values.since ? wrongSince(sections, earlier(values.since)) : countWrong(sections)) > 0 ? 1 : 0;
}

function earlier(file: string): Section[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} is not what --json gives.`, { cause });
  }
}

/** The settings that the services run with; none on a machine where nothing was installed. */
function settings(file: string | undefined): SettingsFile {
  try {
    return readSettingsFile(file ?? SETTINGS_FILE);
  } catch (error) {
    if (file === undefined) return { variables: {}, ignored: [] };
    throw error;
  }
}

main().catch((error: Error) => {
  console.error(`offline-charging-doctor: ${error.message} See --help.`);
  process.exitCode = WRONG_USE;
});
