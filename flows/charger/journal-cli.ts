#!/usr/bin/env node
// offline-charging journal FOLDER: what a station wrote down, as JSON lines or CSV. Reads only, also while the charger
// runs.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { csvLine } from '../../charging/csv.ts';
import { type Kind, openExport } from '../../charging/station/journal/export.ts';
import type { Line, RecordLine, SessionLine } from '../../charging/station/journal/lines.ts';
import { JournalError } from '../../charging/station/types.ts';

const WORDS = {
  en: {
    help: `Usage: offline-charging journal FOLDER [--format jsonl|csv] [--only sessions|records]

Writes what the station's journal in FOLDER holds to standard output, oldest first, archive included.
It only reads, and may be run while the charger does.

  --format jsonl   one JSON object a line (default)
  --format csv     a table with a header line (RFC 4180); sessions, unless --only records
  --only KIND      sessions alone, or records alone (starts, faults, services)
  --help           this text

Exit status: 0 done, 1 the journal cannot be read, 2 wrong arguments.
`,
    folder: 'Name one folder: the one that holds journal.sqlite.',
    format: 'The format is jsonl or csv.',
    only: 'Only sessions or records can be picked.',
    seeHelp: 'offline-charging journal --help tells more.',
    dropped: (sessions: number, records: number) =>
      `Older than these, ${sessions} sessions and ${records} records fell out of the archive.`,
    cut: (name: string) => `${name} is missing, or shorter than it was when written; what it still holds was read.`,
    missing: (folder: string) => `There is no journal in ${folder}: it would hold a file journal.sqlite.`,
    corrupt: (folder: string) => `The journal in ${folder} is damaged and cannot be read to its end.`,
    newer: (folder: string) => `The journal in ${folder} was written by a newer version of this program: use that one.`,
    unreadable: (folder: string) => `The journal in ${folder} cannot be read by this user.`,
    sqlite: 'Reading a journal needs SQLite, which this Node lacks: install Node 22.13 or later.',
  },
  zh: {
    help: `用法：offline-charging journal 文件夹 [--format jsonl|csv] [--only sessions|records]

将“文件夹”中充电桩日志的内容写到标准输出，从最早的开始，包括归档。
本程序只读取，充电桩运行时也可使用。

  --format jsonl   每行一个 JSON 对象（默认）
  --format csv     带标题行的表格（RFC 4180）；默认为充电记录，加 --only records 则为事件
  --only 种类      仅充电记录（sessions）或仅事件（records：启动、故障、服务）
  --help           显示本说明

退出状态：0 完成，1 无法读取日志，2 参数错误。
`,
    folder: '请指定一个文件夹：存放 journal.sqlite 的文件夹。',
    format: '格式只能是 jsonl 或 csv。',
    only: '只能选择 sessions 或 records。',
    seeHelp: '更多说明：offline-charging journal --help',
    dropped: (sessions: number, records: number) => `更早的 ${sessions} 条充电记录和 ${records} 条事件已从归档中移出。`,
    cut: (name: string) => `${name} 缺失，或比写入时短；已读取其中剩余的内容。`,
    missing: (folder: string) => `${folder} 中没有日志：其中应有文件 journal.sqlite。`,
    corrupt: (folder: string) => `${folder} 中的日志已损坏，无法完整读取。`,
    newer: (folder: string) => `${folder} 中的日志由更新版本的程序写成：请使用该版本读取。`,
    unreadable: (folder: string) => `当前用户无法读取 ${folder} 中的日志。`,
    sqlite: '读取日志需要 SQLite，而此版本的 Node 没有：请安装 Node 22.13 或更高版本。',
  },
};

const SESSION_COLUMNS = [
  'station',
  'id',
  'openedBoot',
  'openedAt',
  'closedBoot',
  'closedAt',
  'sequence',
  'layout',
  'quantity',
  'amount',
  'unit',
  'step',
  'delivered',
  'meterStartWh',
  'meterLastWh',
  'ended',
  'receipt',
] as const satisfies readonly (keyof SessionLine)[];
const RECORD_COLUMNS = [
  'station',
  'id',
  'boot',
  'monotonicMs',
  'at',
  'kind',
  'details',
] as const satisfies readonly (keyof RecordLine)[];

interface Wish {
  readonly folder: string;
  readonly format: 'jsonl' | 'csv';
  readonly kinds: readonly Kind[];
}

const words = speaksChinese() ? WORDS.zh : WORDS.en;

function speaksChinese(): boolean {
  const { LANGUAGE, LC_ALL, LC_MESSAGES, LANG } = process.env;
  return (LANGUAGE || LC_ALL || LC_MESSAGES || LANG || '').startsWith('zh');
}

/** @returns the words that say what is wrong with the arguments */
function wishOf(args: string[]): Wish | 'help' | { wrong: string } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const { values, positionals } = parsed;
  if (values.help) return 'help';
  const { format, only } = values;
  if (format !== 'jsonl' && format !== 'csv') return { wrong: words.format };
  if (only !== undefined && only !== 'sessions' && only !== 'records') return { wrong: words.only };
  const [folder, ...more] = positionals;
  if (!folder || more.length > 0) return { wrong: words.folder };
  const chosen = only ?? (format === 'csv' ? 'sessions' : undefined);
  const kinds: Kind[] = chosen === undefined ? ['session', 'record'] : [chosen === 'sessions' ? 'session' : 'record'];
  return { folder, format, kinds };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'jsonl' },
      only: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

function* text(lines: Iterable<Line>, { format, kinds }: Wish): Generator<string> {
  if (format === 'jsonl') {
    for (const line of lines) yield `${JSON.stringify(line)}\n`;
    return;
  }
  const columns = kinds[0] === 'session' ? SESSION_COLUMNS : RECORD_COLUMNS;
  yield csvLine(columns);
  for (const line of lines) {
    yield csvLine(columns.map((column) => (line as unknown as Record<string, unknown>)[column]));
  }
}

function complaint(error: unknown, folder: string): string {
  const code = error instanceof JournalError ? error.code : '';
  if (code === 'journal-missing') return words.missing(folder);
  if (code === 'journal-corrupt') return words.corrupt(folder);
  if (code === 'journal-newer') return words.newer(folder);
  if (code === 'sqlite-missing') return words.sqlite;
  return `${words.unreadable(folder)} (${(error as Error).message})`;
}

async function main(args: string[]): Promise<number> {
  const wish = wishOf(args);
  if (wish === 'help') {
    process.stdout.write(words.help);
    return 0;
  }
  if ('wrong' in wish) {
    process.stderr.write(`${wish.wrong}\n${words.seeHelp}\n`);
    return 2;
  }
  try {
    const journal = openExport(wish.folder);
    for (const name of journal.cut) process.stderr.write(`${words.cut(name)}\n`);
    const { sessions, records } = journal.dropped;
    if (sessions + records > 0) process.stderr.write(`${words.dropped(sessions, records)}\n`);
    try {
      await pipeline(Readable.from(text(journal.lines(wish.kinds), wish)), process.stdout, { end: false });
    } finally {
      journal.close();
    }
    return 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0;
    process.stderr.write(`${complaint(error, wish.folder)}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
