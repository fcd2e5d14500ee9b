// `show display`: what the session wants shown, on a character display; or as lines, for a page of a dashboard.
import type { Screen } from '../../charging/station/conversation/screens.ts';
import { CATALOGUES, shortWords, words } from '../../charging/station/conversation/words.ts';
import { canShow } from '../../hardware/display/characters.ts';
import type { Display } from '../../hardware/display/display.ts';
import { joinStation } from '../charging-station/station-user.ts';
import { deviceFaults, NodeFault, onClose, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import { Opening } from '../shared/opening.ts';
import type { Message } from '../shared/red.ts';
import { type ConfigOf, setting } from '../shared/settings.ts';
import { fieldsOf, textOf } from '../shared/values.ts';
import { SETTINGS } from './settings.ts';

type ShowDisplayConfig = ConfigOf<typeof SETTINGS>;

const MOST_LINES = 4;
const LONGEST_LINE = 40;

export default nodeType<ShowDisplayConfig>('show display', { uses: 'station' }, ({ red, node, config, status }) => {
  const { charging, leave } = joinStation(red, status, config.station);
  let display: Display | undefined;
  /** What a display that comes late is to show. */
  let latest: Shown | undefined;

  const open = async () => {
    void charging.plan;
    display = await openDisplay(config, deviceFaults(node, status));
    status.ready(display ? 'ready' : 'page');
    if (display && latest) display.show(fitted(latest, display));
  };
  const opening = new Opening(open, (fault, isNews) => {
    status.failed(fault);
    if (isNews) node.error(fault, {});
  });

  onInput(node, status, async (message, send) => {
    const shown = shownOf(message);
    latest = shown;
    await opening.latest;
    const onDisplay = display ? fitted(shown, display) : [];
    display?.show(onDisplay);
    const lines = shown.screen ? words(shown.screen, charging.language) : shown.lines;
    status.active('showing', { line: lines[0] ?? '' });
    send({ ...message, payload: { ...fieldsOf(message.payload), lines } });
    if (shown.screen === undefined) checkGlyphs(onDisplay);
  });
  onClose(node, async () => {
    try {
      await opening.stop();
      await display?.close();
    } finally {
      leave();
    }
  });
});

interface Shown {
  readonly screen: Screen | undefined;
  readonly lines: readonly string[];
  /** The flow's own words for a display that has no characters for `lines`. */
  readonly english: readonly string[] | undefined;
}

/**
 * What `run session` gives, or a text or list of texts of the flow's own, with its English in an object.
 * @throws {NodeFault} `bad-lines`
 */
export function shownOf({ payload }: Message): Shown {
  const { screen, values, lines, english } = fieldsOf(payload);
  if (typeof screen === 'string' && Object.hasOwn(CATALOGUES.en.screens, screen) && typeof values === 'object') {
    return { screen: { name: screen, values: values ?? {} } as Screen, lines: [], english: undefined };
  }
  return {
    screen: undefined,
    lines: linesOf(Array.isArray(payload) ? payload : (textOf(payload) ?? lines)),
    english: english === undefined ? undefined : linesOf(english),
  };
}

function linesOf(given: unknown): string[] {
  const value = textOf(given)?.split('\n') ?? given;
  const bad = () =>
    new NodeFault('bad-lines', 'msg.payload must be what "run session" gives, or up to 4 lines of text.');
  if (!Array.isArray(value) || value.length > MOST_LINES) throw bad();
  return value.map((line) => {
    const text = textOf(line);
    if (text === undefined || text.length > LONGEST_LINE) throw bad();
    return text;
  });
}

/** A small display has shorter words. These displays have no Chinese characters: theirs are English words. */
export function fitted({ screen, lines, english }: Shown, { rows }: Pick<Display, 'rows'>): readonly string[] {
  if (screen === undefined) return lines.every(canShow) ? lines : (english ?? lines);
  return rows === 2 ? shortWords(screen, 'en') : words(screen, 'en');
}

/**
 * For the flow's own text: the display shows `?` for what it lacks, and whoever built the flow hears of it.
 * @throws {NodeFault} `no-glyphs`
 */
export function checkGlyphs(lines: readonly string[]): void {
  const line = lines.find((text) => !canShow(text));
  if (line !== undefined) {
    throw new NodeFault(
      'no-glyphs',
      `The display has no characters for "${line}": give msg.payload as {lines, english}, with the same in English.`,
    );
  }
}

async function openDisplay(
  config: ShowDisplayConfig,
  listener: Parameters<typeof import('../../hardware/display/open.ts').openCharacterDisplay>[1],
): Promise<Display | undefined> {
  const kind = setting(config, SETTINGS, 'display');
  if (kind === 'page') return undefined;
  const bus = setting(config, SETTINGS, 'bus');
  const { openCharacterDisplay } = await import('../../hardware/display/open.ts');
  return openCharacterDisplay(
    {
      ...(kind === '16x2' ? { columns: 16, rows: 2 } : { columns: 20, rows: 4 }),
      ...(bus === undefined ? {} : { bus: /^\d+$/.test(bus) ? Number(bus) : bus }),
      address: setting(config, SETTINGS, 'address'),
    },
    listener,
  );
}
