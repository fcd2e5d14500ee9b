// Runs every check and puts what they found into words.
import type { DisplayLanguage } from '../../../charging/station/conversation/screens.ts';
import { memoryEnvironment } from '../environment.ts';
import { clockCheck } from './clock-check.ts';
import { devicesCheck } from './devices-check.ts';
import { diskCheck } from './disk-check.ts';
import { type Check, dataDir, type Finding, type Subject, wrong } from './finding.ts';
import { guardCheck } from './guard-check.ts';
import { keyCheck } from './key-check.ts';
import { machineCheck } from './machine-check.ts';
import { pastCheck } from './past-check.ts';
import { pinsCheck } from './pins-check.ts';
import { servicesCheck } from './services-check.ts';
import { say, type WordKey } from './words.ts';

export const checks: readonly Check[] = [
  machineCheck,
  pinsCheck,
  guardCheck,
  clockCheck,
  diskCheck,
  keyCheck,
  pastCheck,
  devicesCheck,
  servicesCheck,
];

export interface Section {
  readonly title: WordKey;
  readonly findings: readonly Finding[];
}

/** Looks at everything and changes nothing. A check that fails itself is a finding. */
export async function examine(subject: Subject): Promise<Section[]> {
  const sections: Section[] = [];
  const known = withOutlets(subject);
  for (const { title, run } of checks) {
    const findings = await run(known).catch((error: unknown) => [
      wrong('check-failed', 'check-failed.do', { reason: (error as Error).message }),
    ]);
    sections.push({ title, findings });
  }
  return sections;
}

/** How many outlets there are is said with the key, as the charger reads it. */
function withOutlets(subject: Subject): Subject {
  try {
    const { STATION_OUTLETS } = memoryEnvironment({ ...subject.env, DATA_DIR: dataDir(subject) });
    return { ...subject, env: { ...subject.env, STATION_OUTLETS } };
  } catch {
    // What is wrong with the key says its own check.
    return subject;
  }
}

export function countWrong(sections: readonly Section[]): number {
  return sections.flatMap(({ findings }) => findings).filter(({ level }) => level === 'wrong').length;
}

/** How many findings are wrong now that were not wrong then: said for the first time, or said of more things. */
export function wrongSince(sections: readonly Section[], earlier: readonly Section[]): number {
  const now = saidWrong(sections);
  const then = saidWrong(earlier);
  return [...now].reduce((sum, [says, count]) => sum + Math.max(0, count - (then.get(says) ?? 0)), 0);
}

function saidWrong(sections: readonly Section[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { level, says } of sections.flatMap(({ findings }) => findings)) {
    if (level === 'wrong') counts.set(says, (counts.get(says) ?? 0) + 1);
  }
  return counts;
}

const marks = { good: '✓', note: '·', wrong: '✗' } as const;

/** What is about one of several outlets begins with which. */
function ofOutlet(values: Finding['values'], language: DisplayLanguage): string {
  return values?.outlet === undefined ? '' : say('of-outlet', language, values);
}

export function report(sections: readonly Section[], language: DisplayLanguage): string {
  const told = sections.filter(({ findings }) => findings.length > 0);
  const lines = told.flatMap(({ title, findings }) => [
    say(title, language),
    ...findings.flatMap(({ level, says, values, advice }) => [
      `  ${marks[level]} ${ofOutlet(values, language)}${say(says, language, values)}`,
      ...(advice ? [`    → ${say(advice, language, values)}`] : []),
    ]),
  ]);
  const count = countWrong(sections);
  return [...lines, '', count === 0 ? say('all-good', language) : say('some-wrong', language, { count })].join('\n');
}
